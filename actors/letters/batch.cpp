#include "actors/letters/batch.hpp"

namespace sluice {

void batch::append_message(const letter& one, std::string& to) const {
  to.reserve(to.size() + one.message_bytes());
  for_each_message_piece(one, [&](std::string_view octets) { to.append(octets); });
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
