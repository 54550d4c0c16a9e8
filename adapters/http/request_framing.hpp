#pragma once
// Where a request's body ends (RFC 9112 section 6): no body, a known length, or chunks. Whatever two programs could
// read in two ways is refused, and the connection ends with it: else the rest of one's body is the other's next
// request.

#include "messages/error.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace sluice {

enum class body_form : std::uint8_t { none, length, chunked };

struct body_framing {
  body_form form = body_form::none;
  std::uint64_t bytes = 0; ///< with `length`; at least 1
  bool operator==(const body_framing&) const = default;
};

/// By the values of a request's Transfer-Encoding and Content-Length lines, each line one, in order. Only "chunked"
/// is a transfer coding of ours, alone and once; a length beside it, or two of different size, are refused; so is
/// any coding in HTTP/1.0 (`version` 10), which has none.
result<body_framing> framing_of(unsigned version,
                                std::span<const std::string_view> transfer_encodings,
                                std::span<const std::string_view> content_lengths);

} // namespace sluice
