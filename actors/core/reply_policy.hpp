#pragma once
// Whose failure is it? A refusal or a delay is about a letter only when it can be: what is said of the relay, the
// account, the sender or the pace uses up no recipient. Pure: a reply, and where in the conversation it came.

#include "messages/error.hpp"
#include "messages/outcome.hpp"
#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// What a reply answers (RFC 5321 section 3).
enum class smtp_step : std::uint8_t {
  greeting,
  hello,
  tls,
  login,
  mail,
  recipient,
  data,        ///< DATA, before the message
  end_of_data, ///< the message
};

std::string_view name_of(smtp_step step); ///< "greeting" … "end_of_data"
std::optional<smtp_step> parse_smtp_step(std::string_view text);

/// Whom a reply that refuses or delays is about.
enum class reply_about : std::uint8_t { relay, account, sender, pace, letter };

std::string_view name_of(reply_about about); ///< "relay", "account", "sender", "pace", "letter"
std::optional<reply_about> parse_reply_about(std::string_view text);

struct reply_meaning {
  reply_about about = reply_about::letter;
  /// With `pace`: the words name connections at once; else letters in a time, or nothing of the kind.
  bool is_about_connections = false;
  /// With `account` and `pace`: the period of the limit, where the words name one: a minute, an hour, a day.
  std::optional<milliseconds> period = std::nullopt;
  /// With `relay`: this session has carried as many letters as it may; the next one takes more.
  bool is_session_full = false;
  /// With `account`: when it takes letters again, where the words say so ("try again in 30 minutes").
  std::optional<milliseconds> again_in = std::nullopt;
  bool operator==(const reply_meaning&) const = default;
};

/// A user's own rule: it comes before all of ours.
struct reply_rule {
  std::string pattern; ///< RE2, found anywhere in "421 4.7.28 words", capitals or not
  reply_about meaning = reply_about::letter;
  bool operator==(const reply_rule&) const = default;
};

/// The rules, in order; the first that fits decides. Cheap to copy; any thread.
class reply_policy {
public:
  /// Ours alone.
  reply_policy();
  /// With these before ours. `invalid_input` that names the pattern that cannot be read.
  static result<reply_policy> make(std::span<const reply_rule> rules);

  /// Of a reply that neither accepts nor goes on (400 to 599).
  reply_meaning judge(const reply& said, smtp_step step) const;

  /// Which of the user's rules decides, from 0; nothing: one of ours.
  std::optional<std::size_t> own_rule(const reply& said) const;

private:
  struct compiled;
  std::shared_ptr<const compiled> rules_;
};

/// True when a permanent reply is about the mailbox itself (RFC 3463: 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10, 5.2.1, 5.2.2):
/// then it is final at once; any other is provisional.
bool is_about_mailbox(const reply& said);

} // namespace sluice
