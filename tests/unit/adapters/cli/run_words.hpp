#pragma once
// A whole command, run inside the test: what it printed and how it ended.

#include "adapters/cli/run.hpp"

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace sluice::cli::test {

struct ran {
  int code = -1;
  std::string out;
  std::string err;
};

struct circumstances {
  environment variables{};
  std::string input{};
  terminal out_terminal{};
  std::function<void(milliseconds)> wait = [](milliseconds) {};
};

/// At 2026-12-01T09:00:00Z, as "sluice".
inline ran run_words(std::vector<std::string> words, const circumstances& given = {}) {
  std::ostringstream out;
  std::ostringstream err;
  std::istringstream in(given.input);
  console around{.out = out,
                 .err = err,
                 .in = in,
                 .out_terminal = given.out_terminal,
                 .err_terminal = {},
                 .variables = given.variables,
                 .now = [] { return timestamp{milliseconds{1'796'115'600'000}}; },
                 .wait = given.wait,
                 .program = "sluice"};
  const int code = run(std::move(words), around);
  return {code, out.str(), err.str()};
}

} // namespace sluice::cli::test
