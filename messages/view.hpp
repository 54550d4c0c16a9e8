#pragma once
// A campaign as it is shown: what GET /v1/campaigns/{id}, the command line and an embedding program get.

#include "messages/approval.hpp"
#include "messages/campaign.hpp"
#include "messages/command.hpp"
#include "messages/drain.hpp"
#include "messages/letter_ranges.hpp"
#include "messages/outcome.hpp"
#include "messages/status.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// total = pending + in_flight + accepted + refused + deferred + skipped + in_doubt, always.
struct letter_counts {
  letter_index total = 0;
  letter_index due = 0; ///< due(now): letters whose part has begun, whatever became of them
  std::array<letter_index, letter_state_count> by_state{};
  letter_index of(letter_state state) const { return by_state[static_cast<std::size_t>(state)]; }
  bool operator==(const letter_counts&) const = default;
};

/// A part that is still to begin.
struct upcoming_part {
  timestamp at;
  letter_index letters = 0;
  bool operator==(const upcoming_part&) const = default;
};

struct relay_trouble {
  timestamp since;
  std::string text;
  sluice::notice notice = {}; ///< what `text` says
  bool operator==(const relay_trouble&) const = default;
};

/// What a person needs to know of a relay's trouble beside its words.
struct relay_help {
  std::string about;          ///< whose it is: "relay" or "account"
  std::string advice;         ///< what to do; empty: the trouble's own words say it, or nobody knows
  sluice::notice notice = {}; ///< what `advice` says
  bool operator==(const relay_help&) const = default;
};

/// How often a relay was tried in vain since letters last left, and when it is tried next.
struct relay_tries {
  std::uint32_t count = 0;
  timestamp since;                  ///< the first of them
  std::optional<timestamp> next_at; ///< nothing: it is being tried, or will be with the next letter
  bool operator==(const relay_tries&) const = default;
};

/// What the relay was found to bear less than the settings allow, by the server's words.
struct relay_pace {
  std::optional<double> letters_per_second; ///< nothing: no bound was found
  std::size_t connections = 0;              ///< at once, at most
  std::size_t connections_max = 0;          ///< as the settings have it
  std::string words;                        ///< the server's, by which it was found
  bool operator==(const relay_pace&) const = default;
};

/// One of the relays, as it is now.
struct relay_view {
  std::string name; ///< of `[relays.NAME]`; empty: the one of `[relay]`
  std::string url;  ///< without a password
  std::uint32_t weight = 1;
  bool is_standby = false;
  std::vector<std::string> senders;   ///< that it serves; with `campaigns` empty: all
  std::vector<std::string> campaigns; ///< likewise
  std::size_t connections_max = 0;
  std::optional<sluice::relay_trouble> trouble;
  std::optional<relay_pace> pace;
  bool operator==(const relay_view&) const = default;
};

/// A kind of answer that the relay gave, with how often. `text` has what differs from letter to letter
/// (queue ids and the like) replaced by "…".
struct response_group {
  reply answer;
  letter_index count = 0;
  timestamp first_seen;
  timestamp last_seen;
  letter_index example = 0; ///< a letter that got it
  bool operator==(const response_group&) const = default;
};

/// After a hold that the engine laid some letters leave first and show whether all is well.
struct trial_view {
  letter_index letters = 0; ///< so many at most, and no more than there are to send
  letter_ranges begun;      ///< those that left so far
  letter_index accepted = 0;
  letter_index refused = 0; ///< for good, or for now
  letter_index others = 0;  ///< deferred, skipped or in doubt
  bool operator==(const trial_view&) const = default;
};

struct campaign_view {
  campaign_id id;
  event_number version = 0; ///< the number of the last event that this shows
  sluice::stage stage = sluice::stage::draft;
  std::optional<sluice::hold> hold;
  campaign_spec spec; ///< as the directory keeps it, without the message's text and HTML
  audience_ref audience;
  timestamp created_at;
  timestamp changed_at;
  std::optional<timestamp> t0;
  std::string message_ids; ///< the scheme of its Message-IDs once t0 is fixed, as of `scheduled`
  std::optional<timestamp> released_at;
  std::optional<upcoming_part> next_part;
  letter_counts counts;
  double rate = 0; ///< letters settled a second, over the last seconds
  std::optional<sluice::relay_trouble> relay_trouble;
  std::optional<sluice::relay_help> relay_help;   ///< with relay_trouble, where people look at it
  std::optional<sluice::relay_tries> relay_tries; ///< likewise
  std::optional<sluice::relay_pace> relay_pace;   ///< of one that sends, while the relay is slowed down
  std::optional<timestamp> next_retry_at;         ///< when the first of those that are deferred leaves again
  /// Of one campaign that sends: those of several relays that fail, while others take over.
  std::vector<relay_view> relays_failing;
  std::optional<trial_view> trial; ///< the one that is under way
  letter_index trial_on_resume =
      0; ///< so many letters would leave first if the hold were lifted; 0: no trial
  letter_index accepted_resent = 0;      ///< accepted after they had been in doubt: perhaps there twice
  letter_index refused_for_now = 0;      ///< of those that are deferred: their refusal is provisional
  std::optional<sluice::drain> drain;    ///< while held, and after a cancel
  std::optional<timestamp> submitted_at; ///< when `start` was asked for
  std::vector<std::string> moderation_reasons;
  std::vector<notice> moderation_notices; ///< what they say
  std::string moderation_words;           ///< the moderator's, at approval or rejection
  std::string content_hash;               ///< of what was checked or approved; empty before start
  std::uint32_t content_hash_version = 0; ///< of its definition; 0 before start
  sluice::approval_rules approval_rules;  ///< as of start
  std::vector<approval> approvals;        ///< that were given for what would leave now, the first one first
  std::optional<timestamp> approved_at;   ///< by a person, or several
  std::vector<response_group> responses;  ///< as the directory keeps it, none of a final campaign
  std::vector<command_kind> allowed;      ///< commands that would change something now, whoever may give them
  std::string fault;                      ///< why its actor is parked; empty: it is not
  notice fault_notice;                    ///< what it says

  sluice::status status() const { return status_of(stage, hold.has_value()); }
};

} // namespace sluice
