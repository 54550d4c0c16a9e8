#pragma once
// What stands at the other end of an output: a terminal with a width and colours, or a pipe or file that gets
// plain text. NO_COLOR (no-color.org) and TERM=dumb are honoured.

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace sluice::cli {

using environment = std::map<std::string, std::string, std::less<>>;

/// The variable's value, or empty.
std::string variable(const environment& from, std::string_view name);

struct terminal {
  bool is_terminal = false;
  bool has_color = false;
  bool has_unicode = true; ///< whether block characters may be used in bars
  std::size_t width = 0;   ///< columns; 0: as wide as the text is
  std::size_t height = 0;  ///< lines; 0: unknown
};

/// What `file` (1: stdout, 2: stderr) leads to. COLUMNS wins over the terminal's own word.
terminal detect_terminal(int file, const environment& variables);

enum class color : unsigned char { none, dim, bold, red, green, yellow, blue, cyan };

/// The text in that colour where there are colours, and as it is otherwise.
std::string colored(std::string_view text, color which, const terminal& where);

} // namespace sluice::cli
