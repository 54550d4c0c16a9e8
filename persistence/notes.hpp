#pragma once
// Small texts that the engine keeps for itself over a restart, each under a name. Their form is their owner's. Nothing
// that anybody was told hangs on one: a note that is lost costs time.

#include "messages/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What a note may take.
inline constexpr std::size_t note_bytes_max = 256U << 10U;

/// `invalid_input` for a text that is too large.
result<void> check_note(std::string_view text);

class note_store {
public:
  virtual ~note_store() = default;
  /// In place of what was there; an empty text: nothing is kept any more. Survives the process, and a power cut after
  /// the next synced write. `invalid_input` for more than note_bytes_max, else as every write. Any thread; waits for
  /// the disk.
  virtual result<void> save(std::string_view name, std::string_view text) = 0;
  /// Nothing if there is none. Any thread.
  virtual result<std::optional<std::string>> load(std::string_view name) const = 0;
};

} // namespace sluice
