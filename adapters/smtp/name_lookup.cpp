#include "adapters/smtp/name_lookup.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <thread>
#include <utility>

namespace sluice {

result<endpoints> look_up_by_system(const std::string& host, std::uint16_t port) {
  boost::asio::io_context io;
  boost::system::error_code why;
  auto found = boost::asio::ip::tcp::resolver(io).resolve(host, std::to_string(port), why);
  if (why)
    return failure(error_code::unavailable, why.message());
  return found;
}

void begin_look_up(std::shared_ptr<boost::asio::io_context> io,
                   look_up_function look_up,
                   std::string host,
                   std::uint16_t port,
                   std::function<void(result<endpoints>)> done) {
  std::thread([io = std::move(io), look_up = std::move(look_up), host = std::move(host), port,
               done = std::move(done)]() mutable {
    const auto ask = [&]() -> result<endpoints> {
      try {
        return look_up(host, port);
      } catch (const std::exception& thrown) {
        return failure(error_code::unavailable, thrown.what());
      }
    };
    boost::asio::post(*io, [done = std::move(done), found = ask()]() mutable { done(std::move(found)); });
  }).detach();
}

} // namespace sluice
