// The executable: what the process gives becomes the console, and the rest is `run`.

#include "adapters/cli/run.hpp"
#include "adapters/cli/secret_arguments.hpp"
#include "adapters/cli/terminal_guard.hpp"
#include "adapters/web/embedded_page.hpp"

#include <iostream>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char** words) {
  namespace cli = sluice::cli;
  std::ios::sync_with_stdio(false);
  std::vector<std::string> said(words + (count > 0 ? 1 : 0), words + count);
  cli::hide_secrets(count, words);
  // What is written is its owner's alone, whoever makes the file.
  ::umask(S_IRWXG | S_IRWXO);
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
  cli::terminal_guard out_guard(*std::cout.rdbuf());
  cli::terminal_guard err_guard(*std::cerr.rdbuf());
  std::ostream out(::isatty(STDOUT_FILENO) != 0 ? &out_guard : std::cout.rdbuf());
  std::ostream err(::isatty(STDERR_FILENO) != 0 ? &err_guard : std::cerr.rdbuf());
  err << std::unitbuf;
  cli::console around{.out = out,
                      .err = err,
                      .in = std::cin,
                      .out_terminal = cli::detect_terminal(STDOUT_FILENO, variables),
                      .err_terminal = cli::detect_terminal(STDERR_FILENO, variables),
                      .variables = std::move(variables),
                      .program = count > 0 ? words[0] : "sluice",
                      .page = sluice::embedded_page()};
  return cli::run(std::move(said), around);
}
