#pragma once
// Numbers as the store's keys and values hold them: big-endian, so that keys sort as their numbers do.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice {

/// Writes a number to `to`, which has room for it.
template <class Unsigned>
void write_big_endian(char* to, Unsigned number) {
  if constexpr (std::endian::native == std::endian::little)
    number = std::byteswap(number);
  std::memcpy(to, &number, sizeof number);
}

template <class Unsigned>
void append_big_endian(std::string& to, Unsigned number) {
  char bytes[sizeof number];
  write_big_endian(bytes, number);
  to.append(bytes, sizeof number);
}

/// The number at `from`, where at least its size is there to read.
template <class Unsigned>
Unsigned read_big_endian(const char* from) {
  Unsigned number;
  std::memcpy(&number, from, sizeof number);
  if constexpr (std::endian::native == std::endian::little)
    number = std::byteswap(number);
  return number;
}

/// The number as a key of its own.
template <class Unsigned>
std::string big_endian(Unsigned number) {
  std::string text;
  append_big_endian(text, number);
  return text;
}

} // namespace sluice
