#pragma once
// Makes UTF-8 of a text in any encoding, as it comes. A text that is ASCII so far is handed on at once, whatever its length;
// the first byte beyond ASCII begins a sample (encoding_sample_bytes_max, less where it has many such bytes), by which
// the encoding is decided for all that follows. Bytes that are no character of it become 0xFF, which is no UTF-8: so
// the rows with them are left out.

#include "adapters/import/byte_reader.hpp"

#include <memory>
#include <string>

namespace sluice {

inline constexpr std::size_t encoding_sample_bytes_max = 512U << 10U;
/// Bytes beyond ASCII that are sample enough.
inline constexpr std::size_t encoding_sample_high_max = 4000;

class encoding_reader : public byte_reader {
public:
  /// As text_encoding.hpp names it; "utf-8" while nothing beyond ASCII came.
  virtual std::string_view encoding() const = 0;
  /// Nobody said it, and it is neither ASCII, UTF-8 nor marked.
  virtual bool is_guessed() const = 0;
};

/// `encoding`: as encoding_named gives it; empty: to be found out. `into` outlives it.
std::unique_ptr<encoding_reader> make_encoding_reader(byte_reader& into, std::string_view encoding);

} // namespace sluice
