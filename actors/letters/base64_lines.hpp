#pragma once
// Base64 as a content transfer encoding (RFC 2045 section 6.8), in pieces: three octets make four characters, so a
// piece stands in one of three phases, by how many octets of the piece before it are still to be encoded. Lines
// have at most 76 characters; where a piece that was encoded before is put in, they may be shorter.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t base64_line_octets_max = 76;

/// Where an encoder is: octets that do not make three yet, and the column.
class base64_lines {
public:
  /// How many octets, put in first, make whole threes with what waits.
  std::size_t octets_missing() const { return waiting_ == 0 ? 0 : 3 - waiting_; }

  /// Encodes what makes threes, the rest waits.
  void append(std::string& to, std::string_view octets);
  /// Begins a line, unless one has just begun. Nothing may wait.
  void begin_line(std::string& to);
  /// Something that was encoded before has been put at a line's begin; this is the column behind it.
  void set_column(std::size_t column) { column_ = column; }
  std::size_t column() const { return column_; }
  /// Encodes what waits, padded, and ends the line.
  void finish(std::string& to);

private:
  void append_threes(std::string& to, std::string_view octets);

  std::array<char, 3> three_{};
  std::size_t waiting_ = 0;
  std::size_t column_ = 0;
};

/// How many octets so many come out as.
std::size_t base64_octets(std::size_t octets);

} // namespace sluice
