#include "adapters/cli/terminal.hpp"

#include "adapters/cli/console.hpp"

#include <charconv>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace sluice::cli {
namespace {

bool is_utf8(const environment& variables) {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = variable(variables, name);
    if (!value.empty())
      return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos ||
             value.find("utf-8") != std::string::npos || value.find("UTF8") != std::string::npos;
  }
  return false;
}

std::string_view code_of(color which) {
  switch (which) {
  case color::dim:
    return "2";
  case color::bold:
    return "1";
  case color::red:
    return "31";
  case color::green:
    return "32";
  case color::yellow:
    return "33";
  case color::blue:
    return "34";
  case color::cyan:
    return "36";
  case color::none:
    break;
  }
  return "0";
}

} // namespace

void wait_really(milliseconds span) {
  std::this_thread::sleep_for(span);
}

std::string variable(const environment& from, std::string_view name) {
  const auto found = from.find(name);
  return found == from.end() ? std::string{} : found->second;
}

terminal detect_terminal(int file, const environment& variables) {
  terminal found;
  if (isatty(file) == 0)
    return found;
  const bool is_dumb = variable(variables, "TERM") == "dumb";
  found.is_terminal = !is_dumb;
  found.has_color = !is_dumb && variable(variables, "NO_COLOR").empty();
  found.has_unicode = is_utf8(variables);
  found.width = 80;
  winsize size{};
  if (ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    found.width = size.ws_col;
    found.height = size.ws_row;
  }
  const auto columns = variable(variables, "COLUMNS");
  std::size_t asked = 0;
  if (std::from_chars(columns.data(), columns.data() + columns.size(), asked).ec == std::errc{} &&
      asked >= 20)
    found.width = asked;
  return found;
}

std::string colored(std::string_view text, color which, const terminal& where) {
  if (!where.has_color || which == color::none || text.empty())
    return std::string{text};
  std::string painted = "\x1b[";
  painted += code_of(which);
  painted += 'm';
  painted += text;
  painted += "\x1b[0m";
  return painted;
}

} // namespace sluice::cli
