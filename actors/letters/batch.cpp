#include "actors/letters/batch.hpp"

namespace sluice {

namespace {

/// Takes the dots out again that stand before lines which began with one.
void unstuff(std::string& text, std::size_t begin) {
  auto to = begin;
  auto is_line_begin = true;
  for (auto at = begin; at < text.size(); ++at) {
    if (is_line_begin && text[at] == '.') {
      is_line_begin = false;
      continue;
    }
    is_line_begin = text[at] == '\n';
    text[to++] = text[at];
  }
  text.resize(to);
}

} // namespace

void batch::append_message(const letter& one, std::string& to) const {
  const auto begin = to.size();
  to.reserve(begin + one.wire_bytes);
  for_each_piece(one, [&](std::string_view octets) { to.append(octets); });
  if (one.stuffed_dots > 0)
    unstuff(to, begin);
}

std::string batch::message_of(const letter& one) const {
  std::string message;
  append_message(one, message);
  return message;
}

void batch::trim() {
  if (memory_bytes() > used_bytes() + used_bytes() / 8) {
    text.shrink_to_fit();
    pieces.shrink_to_fit();
    letters.shrink_to_fit();
  }
}

std::size_t batch::memory_bytes() const {
  return sizeof *this + envelope_sender.capacity() + text.capacity() + pieces.capacity() * sizeof(piece) +
         letters.capacity() * sizeof(letter);
}

} // namespace sluice
