#pragma once
// In which order a server's addresses are tried (RFC 8305 section 4): as the resolver sorted them, the families taking
// turns, so that a family that does not work here costs one attempt. An address that took a connection and then did not
// greet comes after all others until it greets again.

#include "adapters/smtp/name_lookup.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <vector>

namespace sluice {

class server_addresses {
public:
  /// Each address once.
  std::vector<boost::asio::ip::tcp::endpoint> in_order(const endpoints& found) const;

  /// It was connected to and gave no greeting.
  void on_silent(const boost::asio::ip::tcp::endpoint& address);
  void on_greeting(const boost::asio::ip::tcp::endpoint& address) { std::erase(silent_, address); }

private:
  static constexpr std::size_t silent_max =
      64; ///< names whose addresses change would add one after the other

  std::vector<boost::asio::ip::tcp::endpoint> silent_; ///< the last one last
};

} // namespace sluice
