#pragma once
// A host's addresses. The system's look-up (getaddrinfo) cannot be cut short and may hang for as long as its servers do,
// so it has a thread of its own, and nobody waits for that thread: whoever loses patience, or ends, goes on without it.

#include "messages/error.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace sluice {

using endpoints = boost::asio::ip::tcp::resolver::results_type;

/// Blocks, on any thread; what it throws is the answer. Outlives the relay that asks.
using look_up_function = std::function<result<endpoints>(const std::string& host, std::uint16_t port)>;

/// The system's.
result<endpoints> look_up_by_system(const std::string& host, std::uint16_t port);

/// Calls `done` on `io`'s thread when there is an answer and the loop still runs. `done` is destroyed on any thread,
/// perhaps long after the loop: it must hold on to nothing that belongs to the loop.
void begin_look_up(std::shared_ptr<boost::asio::io_context> io,
                   look_up_function look_up,
                   std::string host,
                   std::uint16_t port,
                   std::function<void(result<endpoints>)> done);

} // namespace sluice
