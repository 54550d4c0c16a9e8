#include "persistence/notes.hpp"

#include <fmt/format.h>

namespace sluice {

result<void> check_note(std::string_view text) {
  if (text.size() > note_bytes_max)
    return failure(
        error_code::invalid_input,
        fmt::format("a note of {} bytes is more than the {} that are kept", text.size(), note_bytes_max));
  return {};
}

} // namespace sluice
