#pragma once
// A campaign's state: what its events add up to (see evolve.hpp), and nothing that they do not say.

#include "actors/core/letter_table.hpp"
#include "actors/core/relay_names.hpp"
#include "actors/core/suspicion_settings.hpp"
#include "messages/event.hpp"
#include "messages/view.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice {

/// A letter that the relay asked to offer again later, or that was in doubt.
struct retry {
  std::uint32_t deferrals = 0;
  timestamp first_deferred_at; ///< or first taken out of doubt
  timestamp due_at;
  bool operator==(const retry&) const = default;
};

/// What became of the campaign's letters at one of several relays. That of `[relay]` has an empty name.
struct relay_record {
  letter_index accepted = 0;
  letter_index refused_in_a_row = 0; ///< provisionally, since the last one was accepted or a hold was lifted
  /// Letters that may leave through it alone: of a relay that has a name those that are claimed or in doubt, of any
  /// those that came out of doubt and had no outcome since.
  letter_ranges bound;
  bool operator==(const relay_record&) const = default;
};

/// `due_at` of a letter that waits for a person, or for other letters' outcomes.
inline constexpr timestamp never = timestamp::max();

/// A refusal that may be about something else than the letter.
struct provisional_refusal {
  std::string relay = {}; ///< that it came through
  bool is_spam = false;
  bool has_acceptance_before = false; ///< others had been accepted there when it came
  bool has_acceptance_after = false;  ///< and have been since
  bool is_last_try = false;           ///< its letter is offered once more, or was
  bool is_refused_again = false;      ///< and was refused then too
  bool operator==(const provisional_refusal&) const = default;
};

/// After a hold that the engine laid a few letters leave first, and show whether all is well.
struct trial {
  hold_reason after = hold_reason::spam_suspicion;
  letter_index size = 0; ///< so many at most
  letter_ranges letters; ///< those that were claimed since
  letter_index spam = 0; ///< of them, how often a refusal said so
  bool operator==(const trial&) const = default;
};

/// How the watch for suspicion counts an outcome; `failed`: no letter could be made for the recipient.
enum class verdict : std::uint8_t { fine, refused, refused_as_spam, failed };

/// The most outcomes that the watch for suspicion can look back on.
inline constexpr std::size_t verdicts_max = 10'000;
/// The most kinds of answers that are told apart; the rest is counted together.
inline constexpr std::size_t response_groups_max = 200;

struct campaign_state {
  campaign_id id;
  event_number last_event = 0;
  timestamp created_at;
  timestamp changed_at; ///< the last event's time

  campaign_spec spec;
  audience_ref audience;
  sluice::stage stage = sluice::stage::draft;
  bool is_discarded = false;
  std::optional<sluice::hold> hold;
  std::optional<timestamp> t0;
  std::string message_ids; ///< the scheme of its Message-IDs, as of `scheduled`
  std::optional<timestamp> released_at;
  std::optional<timestamp> submitted_at;
  std::vector<std::string> moderation_reasons;
  std::vector<notice> moderation_notices; ///< what they say; none in a log of before
  std::string moderation_words;
  std::string content_hash;
  sluice::content_parts content_parts; ///< of which it was made; none where it is one of before version 3
  sluice::approval_rules approval_rules;
  std::vector<approval> approvals; ///< given since it was submitted, or since they became void
  std::optional<timestamp> approved_at;

  letter_table letters;
  std::map<letter_index, retry> retries; ///< of letters that were deferred or in doubt and are not final
  std::set<std::pair<timestamp, letter_index>> retry_queue; ///< those that are `deferred` now, by time

  /// Letters with such a refusal on record: `deferred` with a retry that is due `never`, or on their last try.
  std::map<letter_index, provisional_refusal> provisional;
  std::map<std::string, relay_record, std::less<>> relays; ///< by name
  letter_ranges resent;             ///< out of doubt, and not final since: they may have arrived before
  letter_index accepted_resent = 0; ///< such letters that were accepted then: perhaps there twice
  bool is_refusal_seen = false;     ///< a person has lifted a hold of the engine's, or accepted refusals
  std::optional<sluice::trial> trial;

  std::vector<response_group> responses;
  std::deque<verdict> verdicts; ///< latest last, since the last hold was lifted
  std::optional<sluice::relay_trouble> relay_trouble;
  std::optional<sluice::drain> drain; ///< of the hold that lies over it, or of its cancel

  bool exists() const { return last_event > 0; }
  bool is_final() const { return sluice::is_final(stage); }
  sluice::status status() const { return status_of(stage, hold.has_value()); }
  letter_index in_flight() const { return letters.count(letter_state::claimed); }
  /// How many letters are due by now; 0 before the plan's zero is fixed.
  letter_index due(timestamp now) const;
  /// True while letters may be claimed: sending, and not held.
  bool may_claim() const { return stage == sluice::stage::sending && !hold; }
  /// True while it waits for moderators: in moderation, or held until there is a new approval.
  bool awaits_approval() const {
    return stage == sluice::stage::moderation || (hold && needs_approval(hold->reason));
  }
  /// How many letters beside those of the trial that is under way may be claimed; all where there is none.
  letter_index room_of_trial() const;
  /// The name of the relay that the letter is bound to; nothing where it may leave through any.
  std::optional<std::string_view> relay_of(letter_index letter) const;
  /// Letters that are claimed, in doubt or out of doubt, by the relay that they were claimed for.
  std::vector<std::pair<std::string, letter_ranges>> by_relay(letter_ranges which) const;
  /// Of them those whose relay is none of these.
  letter_ranges without_relay(const letter_ranges& which, const relay_names& there) const;
  /// The most provisional refusals in a row at one relay.
  letter_index refused_in_a_row() const;
  /// Provisional refusals that wait.
  letter_ranges waiting_refusals() const;
  /// When something will be due that is not: a part, or a deferred letter. Nothing if nothing will.
  std::optional<timestamp> next_moment(timestamp now) const;

  bool operator==(const campaign_state&) const = default;
};

/// The state as it is shown, as of `now`, with the message's text and HTML. `trial_letters`: as for `decide`.
campaign_view view_of(const campaign_state& state,
                      timestamp now,
                      letter_index trial_letters = suspicion_settings{}.trial_letters);

/// Without them, and of a final campaign without the relay's answers: what is kept of every campaign for all who look
/// (actors/directory.hpp). content_of and responses_of in actors/audit/recovery.hpp give the rest.
campaign_view brief_view_of(const campaign_state& state,
                            timestamp now,
                            letter_index trial_letters = suspicion_settings{}.trial_letters);

} // namespace sluice
