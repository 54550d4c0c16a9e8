#pragma once
// gzip (RFC 1952), one member or several end to end, unpacked as it comes.

#include "adapters/import/byte_reader.hpp"

#include <cstdint>
#include <memory>

namespace sluice {

/// How a gzip file begins.
inline constexpr std::string_view gzip_magic = "\x1F\x8B";

/// What may still be unpacked, shared by the stages of one import.
struct unpack_budget {
  std::uint64_t bytes_max = 0;
  std::uint64_t bytes_left = 0;

  explicit unpack_budget(std::uint64_t bytes) : bytes_max(bytes), bytes_left(bytes) {}
  /// `too_large`, with the bound, where there is no room for so many.
  result<void> take(std::uint64_t bytes);
};

/// Hands what it unpacks to `into`; both outlive it. Fails on damage and over the budget; `is_cut_off`: not where it just ends.
std::unique_ptr<byte_reader>
make_gzip_reader(byte_reader& into, unpack_budget& budget, bool is_cut_off = false);

} // namespace sluice
