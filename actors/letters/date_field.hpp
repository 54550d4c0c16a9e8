#pragma once
// The Date field (RFC 5322 section 3.6.1), a letter's first line: always as long, so that it can be replaced by that of
// the attempt when the letter leaves.

#include "messages/time.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::size_t date_field_octets = 37; ///< without its CRLF

/// Date fields, of which the last is kept: a thousand letters have the same.
class date_fields {
public:
  /// "Date: Tue, 01 Dec 2026 09:00:00 +0000", good until the next call.
  std::string_view of(timestamp moment);

private:
  std::string text_;
  std::chrono::sys_seconds second_{};
};

} // namespace sluice
