#pragma once
// CBOR (RFC 8949), as far as our records use it: integers, texts, arrays and maps, all of definite length,
// written in the shortest form (section 4.2.1). The writer and the reader of the records that are on the way
// of every letter; they allocate nothing of their own.
//
// The first byte of an item is its major type (upper three bits) and its argument (lower five): 0 … 23 are
// the argument itself, 24, 25, 26, 27 say that it follows in 1, 2, 4 or 8 bytes, big end first.
//
//   major 0: the whole number n            major 3: a text of n bytes, UTF-8
//   major 1: the whole number -1 - n       major 4: an array of n items
//   major 2: n bytes                       major 5: a map of n pairs, key then value
//   major 7: 20 false, 21 true, 22 null, 25 … 27 a floating-point number

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

/// Appends items to a buffer. After `array(n)` n items must follow, after `map(n)` n keys and values.
class cbor_writer {
public:
  explicit cbor_writer(std::vector<std::uint8_t>& into) : into_(into) {}

  void number(std::uint64_t value) { head(0, value); }
  void integer(std::int64_t value);
  /// Bytes that are not UTF-8 are written as U+FFFD: what is written can always be read.
  void text(std::string_view value);
  void array(std::uint64_t items) { head(4, items); }
  void map(std::uint64_t pairs) { head(5, pairs); }

private:
  void head(std::uint8_t major, std::uint64_t argument);

  std::vector<std::uint8_t>& into_;
};

/// Takes items off the front of a buffer that must outlive it. Each call returns nothing when the next item
/// is of another kind or is cut off; then the reader is of no further use.
class cbor_reader {
public:
  explicit cbor_reader(std::span<const std::uint8_t> from) : rest_(from) {}

  std::optional<std::uint64_t> number() { return head(0); }
  std::optional<std::int64_t> integer();
  /// A view into the buffer, checked to be UTF-8.
  std::optional<std::string_view> text();
  /// How many items follow; never more than bytes are left.
  std::optional<std::uint64_t> array();
  /// How many pairs follow; never more than bytes are left.
  std::optional<std::uint64_t> map();
  /// Passes over one item of any kind listed above, at most `depth_max` arrays and maps deep. False for
  /// anything else: tags, indefinite lengths, keys that are no text, texts that are not UTF-8.
  bool skip(int depth_max);

  bool is_done() const { return rest_.empty(); }
  /// What was not taken yet.
  std::span<const std::uint8_t> rest() const { return rest_; }

private:
  std::optional<std::uint64_t> head(std::uint8_t major);
  std::optional<std::uint64_t> argument(std::uint8_t low);

  std::span<const std::uint8_t> rest_;
};

/// True when the bytes are one item that `skip` passes over, and nothing behind it.
bool is_well_formed_cbor(std::span<const std::uint8_t> bytes, int depth_max);

} // namespace sluice
