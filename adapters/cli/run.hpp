#pragma once
// The command line as a function: words in, exit code out.

#include "adapters/cli/console.hpp"

#include <string>
#include <vector>

namespace sluice::cli {

/// `words` without the program's name. Everything is said on the console; nothing throws.
int run(std::vector<std::string> words, console& around);

} // namespace sluice::cli
