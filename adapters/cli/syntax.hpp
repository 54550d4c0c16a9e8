#pragma once
// The grammar of the command line. Each group of commands adds its own; what a parsed line means is an action
// that is run afterwards. The only file that knows the parser is syntax.cpp.

#include "adapters/cli/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sluice::cli {

using action = std::function<outcome<exit_code>(session&)>;

class command_line;

/// One command of the grammar, to add to. Cheap to copy; what it writes into must outlive the parse, so
/// actions and targets share ownership of a struct of arguments.
class command_syntax {
public:
  command_syntax command(const std::string& name, const std::string& about);
  command_syntax& argument(const std::string& name, std::string& into, const std::string& about);
  command_syntax& optional_argument(const std::string& name, std::string& into, const std::string& about);
  /// One or more.
  command_syntax&
  arguments(const std::string& name, std::vector<std::string>& into, const std::string& about);
  command_syntax&
  option(const std::string& name, std::string& into, const std::string& value, const std::string& about);
  command_syntax& required_option(const std::string& name,
                                  std::string& into,
                                  const std::string& value,
                                  const std::string& about);
  /// May be given several times.
  command_syntax& options(const std::string& name,
                          std::vector<std::string>& into,
                          const std::string& value,
                          const std::string& about);
  command_syntax&
  number(const std::string& name, std::optional<std::uint64_t>& into, const std::string& about);
  command_syntax& flag(const std::string& name, bool& into, const std::string& about);
  command_syntax& runs(action what);

private:
  friend class command_line;
  command_syntax(CLI::App* app, command_line* owner) : app_(app), owner_(owner) {}
  CLI::App* app_;
  command_line* owner_;
};

/// What a line asks for: an action, or (for --help and --version) only a text.
struct parsed_line {
  action what;
  common_options common;
  std::string text;
};

class command_line {
public:
  command_line();
  ~command_line();
  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  command_syntax root();
  /// `words` without the program's name. Wrong usage names what was wrong.
  outcome<parsed_line> parse(std::vector<std::string> words);

private:
  friend class command_syntax;
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace sluice::cli
