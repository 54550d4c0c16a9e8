#include "adapters/smtp/aside.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <thread>
#include <utility>

namespace sluice {

void run_aside(std::shared_ptr<boost::asio::io_context> io,
               aside_work work,
               std::function<void(result<std::string>)> done) {
  std::thread([io = std::move(io), work = std::move(work), done = std::move(done)]() mutable {
    const auto answer = [&]() -> result<std::string> {
      try {
        return work();
      } catch (const std::exception& thrown) {
        return failure(error_code::unavailable, thrown.what());
      }
    };
    boost::asio::post(*io, [done = std::move(done), got = answer()]() mutable { done(std::move(got)); });
  }).detach();
}

} // namespace sluice
