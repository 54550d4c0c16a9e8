#pragma once
// Work that may take long, for a loop that must not wait: it has a thread of its own, and nobody waits for that thread.

#include "messages/error.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace sluice {

/// Blocks, on any thread; what it throws is the answer. May outlive who asks.
using aside_work = std::function<result<std::string>()>;

/// Calls `done` on `io`'s thread when the work is done and the loop still runs. `done` is destroyed on any thread, perhaps
/// long after the loop: it must hold on to nothing that belongs to the loop.
void run_aside(std::shared_ptr<boost::asio::io_context> io,
               aside_work work,
               std::function<void(result<std::string>)> done);

} // namespace sluice
