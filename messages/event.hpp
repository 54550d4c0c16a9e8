#pragma once
// Everything that can happen to a campaign, in the order in which it usually does. A campaign's state is
// a fold over these and nothing else. Each type has a name and a version; how they are stored is
// written in messages/event_json.hpp, and an old version is read for ever.

#include "messages/approval.hpp"
#include "messages/campaign.hpp"
#include "messages/command.hpp"
#include "messages/content_parts.hpp"
#include "messages/drain.hpp"
#include "messages/letter_ranges.hpp"
#include "messages/outcome.hpp"
#include "messages/status.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

/// A draft was made.
struct created {
  campaign_spec spec;
  audience_ref audience;
  bool operator==(const created&) const = default;
};

/// A draft's content was replaced.
struct edited {
  campaign_spec spec;
  audience_ref audience;
  bool operator==(const edited&) const = default;
};

/// A draft was deleted; the campaign is shown no more.
struct discarded {
  bool operator==(const discarded&) const = default;
};

/// `start` was asked for and the automatic checks ran. With reasons the campaign waits for a moderator;
/// without any a `scheduled` follows at once. `content_hash` is that of what was checked.
struct submitted {
  std::vector<std::string> reasons;
  std::string content_hash;
  std::vector<notice> notices = {}; ///< what the reasons say, one for each; none in a log of before
  content_parts parts = {};         ///< with a hash of the third version: what it was made of
  approval_rules rules = {};        ///< with `parts`
  bool operator==(const submitted&) const = default;
};

/// A moderator let it pass, and others are to do so, too; `content_hash` is that of what was seen.
struct approval_given {
  std::string words;
  std::string content_hash;
  bool operator==(const approval_given&) const = default;
};

/// A moderator let it pass, and nobody else need; `content_hash` is that of what was seen. Of a campaign that is held
/// since what would leave is not what was approved, or since the approval has expired: the new approval.
struct approved {
  std::string words;
  std::string content_hash;
  content_parts parts = {}; ///< with a hash of the third version
  bool operator==(const approved&) const = default;
};

/// A moderator refused it; final.
struct rejected {
  std::string words;
  bool operator==(const rejected&) const = default;
};

/// The plan's zero was fixed and the campaign is `preparing`. Nothing moves T0 afterwards.
struct scheduled {
  timestamp t0;
  std::string message_ids = {}; ///< the scheme of its Message-IDs, see message_id.hpp; empty: the first one
  bool operator==(const scheduled&) const = default;
};

/// T0 was reached: the campaign is `sending`.
struct sending_began {
  bool operator==(const sending_began&) const = default;
};

struct paused {
  hold_reason reason = hold_reason::operator_request;
  std::string text;           ///< a person's words, or the notice's
  sluice::notice notice = {}; ///< where the engine laid it: what was measured; none in a log of before
  bool operator==(const paused&) const = default;
};

struct resumed {
  std::string words;
  letter_index trial = 0; ///< after a hold of the engine's: so many letters show first whether all is well
  bool operator==(const resumed&) const = default;
};

/// All letters are due from now on; lifts a hold.
struct released {
  std::string words;
  letter_index trial = 0; ///< as of `resumed`
  bool operator==(const released&) const = default;
};

struct cancelled {
  std::string words;
  bool operator==(const cancelled&) const = default;
};

/// These letters may now be offered up to their end of data. Durable before any of them is.
struct claimed {
  letter_ranges letters;
  std::string relay = {}; ///< through the one of that name (`[relays.NAME]`); empty: the one of `[relay]`
  bool operator==(const claimed&) const = default;
};

/// Letters that got the same outcome with the same words.
struct settled_group {
  letter_state outcome = letter_state::accepted; ///< accepted, refused, deferred, skipped or in_doubt;
                                                 ///< pending: back unsent, the relay itself failed
  letter_ranges letters;
  reply answer;
  timestamp retry_at{}; ///< with deferred only
  /// With deferred only, and without `retry_at`: a refusal that may be about something else than the letter. It waits
  /// until others have been accepted, or for a person.
  bool is_provisional = false;
  bool operator==(const settled_group&) const = default;
};

/// Outcomes, many letters an event.
struct settled {
  std::vector<settled_group> groups;
  bool operator==(const settled&) const = default;
};

/// True when a group's words are not a server's.
bool has_notice(const settled& outcomes);

/// True when a group's refusal is provisional.
bool has_provisional(const settled& outcomes);

/// Letters in doubt were settled by the policy or by a person: due again, now or later, or given up (refused). Those
/// that are due again leave through the relay that they were claimed for.
struct doubt_settled {
  letter_ranges letters;
  bool resend = true;
  timestamp retry_at{}; ///< with resend: `deferred` until then; zero: pending at once
  bool is_relay_gone =
      false; ///< with resend, by a person: through any relay, since theirs is there no longer
  bool waits() const { return resend && retry_at != timestamp{}; }
  letter_state outcome() const {
    return !resend ? letter_state::refused : waits() ? letter_state::deferred : letter_state::pending;
  }
  bool operator==(const doubt_settled&) const = default;
};

/// Provisional refusals became final, or their letters are due again: at once, or at a time, which is the last try.
struct refusals_settled {
  letter_ranges letters;
  bool accept = true;
  timestamp retry_at{}; ///< without `accept`: still deferred until then; zero: pending at once
  bool waits() const { return !accept && retry_at != timestamp{}; }
  letter_state outcome() const {
    return accept ? letter_state::refused : waits() ? letter_state::deferred : letter_state::pending;
  }
  bool operator==(const refusals_settled&) const = default;
};

/// The letters that were to show whether all is well have shown it: the rest follows.
struct trial_passed {
  bool operator==(const trial_passed&) const = default;
};

/// The relay itself fails for this campaign (cannot connect, cannot authenticate …); again, when it goes on
/// failing for another reason.
struct relay_failed {
  std::string text;
  sluice::notice notice = {}; ///< what it says; none in a log of before
  bool operator==(const relay_failed&) const = default;
};

struct relay_recovered {
  bool operator==(const relay_recovered&) const = default;
};

/// The letters that were in flight when a hold or a cancel came are through. `took`: from the stop to the
/// last of them. None is written when nothing was in flight, or the hold was lifted before.
struct drained {
  drain_outcomes outcomes;
  milliseconds took{0};
  bool operator==(const drained&) const = default;
};

/// Every letter has a final outcome: `sent`.
struct finished {
  bool operator==(const finished&) const = default;
};

using event_body = std::variant<created,
                                edited,
                                discarded,
                                submitted,
                                approval_given,
                                approved,
                                rejected,
                                scheduled,
                                sending_began,
                                paused,
                                resumed,
                                released,
                                cancelled,
                                claimed,
                                settled,
                                doubt_settled,
                                refusals_settled,
                                trial_passed,
                                relay_failed,
                                relay_recovered,
                                drained,
                                finished>;

/// One entry of a campaign's log. `at` never goes backwards within a log, whatever the wall clock does.
struct event {
  timestamp at;
  std::string by; ///< who caused it; empty: the engine
  event_body body;
  bool operator==(const event&) const = default;
};

/// The event's type as stored: "created", "claimed" …
std::string_view type_of(const event_body& body);

} // namespace sluice
