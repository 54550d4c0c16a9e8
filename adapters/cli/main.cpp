// The executable: what the process gives becomes the console, and the rest is `run`.

#include "adapters/cli/run.hpp"
#include "adapters/web/embedded_page.hpp"

#include <iostream>
#include <malloc.h>
#include <unistd.h>

int main(int count, char** words) {
  namespace cli = sluice::cli;
  std::ios::sync_with_stdio(false);
  // By default each thread has its own heap: what one has freed the others cannot use, and batches are made on one thread
  // and freed on another. With two a thousand campaigns take a tenth less, in the same time.
  ::mallopt(M_ARENA_MAX, 2);
  cli::environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  cli::console around{.out = std::cout,
                      .err = std::cerr,
                      .in = std::cin,
                      .out_terminal = cli::detect_terminal(STDOUT_FILENO, variables),
                      .err_terminal = cli::detect_terminal(STDERR_FILENO, variables),
                      .variables = std::move(variables),
                      .program = count > 0 ? words[0] : "sluice",
                      .page = sluice::embedded_page()};
  return cli::run({words + (count > 0 ? 1 : 0), words + count}, around);
}
