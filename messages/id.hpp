#pragma once
// The numbers that name things. Each is a type of its own, so that a campaign cannot be mistaken for
// an audience, nor an event's number for a letter's index. Outside (HTTP, command line, Message-ID) a
// campaign is written c17 and an audience a4.

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// A campaign; numbers start at 1, 0 names none.
struct campaign_id {
  std::uint64_t value = 0;
  auto operator<=>(const campaign_id&) const = default;
};

/// An audience; numbers start at 1, 0 names none.
struct audience_id {
  std::uint64_t value = 0;
  auto operator<=>(const audience_id&) const = default;
};

/// An event's place in its campaign's log; the first is 1, 0 means "before the first".
using event_number = std::uint64_t;

/// A letter's place in its circulation, which is its recipient's place in the audience: 0 … N-1.
using letter_index = std::uint32_t;

/// The most letters that a circulation can have.
inline constexpr letter_index letters_max = 100'000'000;

/// "c17", "a4".
std::string to_string(campaign_id id);
std::string to_string(audience_id id);

/// Reads what to_string wrote; the bare number is taken too. Nothing for any other text.
std::optional<campaign_id> parse_campaign_id(std::string_view text);
std::optional<audience_id> parse_audience_id(std::string_view text);

} // namespace sluice

template <>
struct std::hash<sluice::campaign_id> {
  std::size_t operator()(sluice::campaign_id id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};

template <>
struct std::hash<sluice::audience_id> {
  std::size_t operator()(sluice::audience_id id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};
