#pragma once
// The world around a command: its outputs and input, the environment, the time. Injected, so that tests run
// whole commands without a process.

#include "adapters/cli/terminal.hpp"
#include "adapters/http/page.hpp"
#include "messages/time.hpp"

#include <functional>
#include <iosfwd>

namespace sluice::cli {

/// Lets the time pass.
void wait_really(milliseconds span);

struct console {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  terminal out_terminal;
  terminal err_terminal;
  environment variables;
  clock_source now = system_now;
  std::function<void(milliseconds)> wait = wait_really; ///< before the next attempt to reach the engine
  std::string program = "sluice"; ///< how this program is called, for hints of what to type
  page_files page{};              ///< the web page that `serve` and `demo` serve; empty: none was built in
};

} // namespace sluice::cli
