#include "adapters/cli/live_lines.hpp"

#include "adapters/cli/terminal_guard.hpp"

#include <fmt/format.h>

#include <ostream>

namespace sluice::cli {

void live_lines::draw(std::vector<std::string> lines) {
  if (!where_.is_terminal)
    return;
  if (where_.height > 2 && lines.size() > where_.height - 1) {
    const auto left_out = lines.size() - (where_.height - 2);
    lines.resize(where_.height - 2);
    lines.push_back(fmt::format("and {} more", left_out));
  }
  clear();
  for (const auto& line : lines)
    out_ << line << '\n';
  out_ << std::flush;
  drawn_ = lines.size();
}

void live_lines::clear() {
  if (!where_.is_terminal || drawn_ == 0)
    return;
  write_control(out_, fmt::format("\x1b[{}A\r\x1b[J", drawn_));
  drawn_ = 0;
}

} // namespace sluice::cli
