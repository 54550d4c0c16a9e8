#pragma once
// What became of a letter, and what the relay said.

#include "messages/letter_ranges.hpp"
#include "messages/notice.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Where a letter stands. `claimed` is called "in flight" outside.
enum class letter_state : std::uint8_t {
  pending,
  claimed,
  accepted,
  refused,
  deferred,
  skipped,
  in_doubt,
};

inline constexpr std::size_t letter_state_count = 7;

/// True for accepted, refused and skipped.
bool is_final(letter_state state);

std::string_view name_of(letter_state state); ///< "pending", "in_flight", "accepted" …
std::optional<letter_state> parse_letter_state(std::string_view text);

/// A server's answer: RFC 5321 reply code, RFC 3463 enhanced code (may be empty), the words. Replies
/// that no server gave (a skip's reason, a webhook's or a folder's word) have code 0.
struct reply {
  std::uint16_t code = 0;
  std::string enhanced;       ///< "5.7.1", or empty
  std::string text;           ///< one line, at most reply_text_bytes_max, control characters replaced
  sluice::notice notice = {}; ///< where no server gave it: what `text` says, as data
  bool operator==(const reply&) const = default;
};

inline constexpr std::size_t reply_text_bytes_max = 500;

/// A reply that no server gave: a skip's reason, a trouble of ours. `enhanced` only where RFC 3463 has a code for it.
reply reply_of(notice why, std::string_view enhanced = {});

/// What is said in it where no server said it; empty for a server's.
notice notice_of(const reply& answer);

/// "550 5.1.1 no such user": for messages to people.
std::string to_line(const reply& said);

/// True when the words or codes say that the letter was taken for spam or the sender is blocked
/// (X.7.0, X.7.1 and the like, RFC 3463 section 3.8; or the well-known words).
bool is_spam_refusal(const reply& answer);
/// Of a skipped letter: whether none could be made for its recipient, rather than that the recipient wants none.
bool is_failed_letter(const reply& answer);

} // namespace sluice
