#include "actors/letters/base64_lines.hpp"

#include "messages/base64.hpp"

#include <algorithm>

namespace sluice {

void base64_lines::begin_line(std::string& to) {
  if (column_ > 0)
    to.append("\r\n");
  column_ = 0;
}

/// Whole threes.
void base64_lines::append_threes(std::string& to, std::string_view octets) {
  while (!octets.empty()) {
    if (column_ == base64_line_octets_max)
      begin_line(to);
    const auto taken = octets.substr(0, (base64_line_octets_max - column_) / 4 * 3);
    append_base64(to, taken);
    column_ += taken.size() / 3 * 4;
    octets.remove_prefix(taken.size());
  }
}

void base64_lines::append(std::string& to, std::string_view octets) {
  if (waiting_ > 0) {
    const auto taken = std::min(3 - waiting_, octets.size());
    std::ranges::copy(octets.substr(0, taken), three_.begin() + static_cast<std::ptrdiff_t>(waiting_));
    waiting_ += taken;
    octets.remove_prefix(taken);
    if (waiting_ < 3)
      return;
    append_threes(to, {three_.data(), 3});
  }
  const auto whole = octets.size() / 3 * 3;
  append_threes(to, octets.substr(0, whole));
  waiting_ = octets.size() - whole;
  std::ranges::copy(octets.substr(whole), three_.begin());
}

void base64_lines::finish(std::string& to) {
  if (waiting_ > 0) {
    if (column_ == base64_line_octets_max)
      begin_line(to);
    append_base64(to, {three_.data(), waiting_});
    column_ += 4;
    waiting_ = 0;
  }
  begin_line(to);
}

std::size_t base64_octets(std::size_t octets) {
  const auto characters = (octets + 2) / 3 * 4;
  return characters + characters / base64_line_octets_max * 2;
}

} // namespace sluice
