#pragma once
// What is done outside campaigns: the events of the house's log. It is the journal's log of number 0, chained and sealed
// as a campaign's; what the engine's tables hold (tokens, suppressions, audiences) is a fold over it, so that a table that
// was changed behind the engine's back is found out. How they are stored is written in messages/house_event_json.hpp.
//
// No event holds an address: a recipient stands in it as a keyed hash (see persistence/hidden_address.hpp), so that one who
// is erased is not named by what cannot be altered.

#include "messages/id.hpp"
#include "messages/notice.hpp"
#include "messages/principal.hpp"
#include "messages/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

/// The log's number among the journal's; no campaign has it.
inline constexpr campaign_id house_log_id{0};
/// What it is called outside, where a campaign's log has the campaign's id.
inline constexpr std::string_view house_log_name = "house";

namespace house {

/// The log's first event, always.
struct log_began {
  std::string key_hash; ///< SHA-256, in hexadecimal, of the key that addresses are hidden with
  bool operator==(const log_began&) const = default;
};

struct named_text {
  std::string name;
  std::string text;
  bool operator==(const named_text&) const = default;
};

/// The engine started.
struct engine_started {
  std::string version;
  std::vector<named_text> relays;   ///< name (empty: the one of `[relay]`) and URL without a password
  std::vector<named_text> settings; ///< those that differ from the default, without secrets
  bool operator==(const engine_started&) const = default;
};

struct token_created {
  std::string id;
  std::string name;
  std::string role;
  std::string hash;        ///< SHA-256 of the secret, in hexadecimal
  bool is_adopted = false; ///< it was there before the log was
  std::optional<timestamp> expires_at = std::nullopt;
  std::vector<named_text> limits =
      {}; ///< to what it is limited: "domain" or "tag", and which; none: to nothing
  bool operator==(const token_created&) const = default;
};

/// A token has another secret; its id, name, role and limits stay.
struct token_rotated {
  std::string id;
  std::string name;
  std::string hash; ///< SHA-256 of the new secret, in hexadecimal
  std::optional<timestamp> expires_at;
  std::optional<timestamp> old_until; ///< so long the secret before it is still taken; nothing: no longer
  bool operator==(const token_rotated&) const = default;
};

struct token_revoked {
  std::string id;
  std::string name;
  bool operator==(const token_revoked&) const = default;
};

/// Entries that differ in nothing but whom they are about.
struct suppression_group {
  std::string list;   ///< empty: for all
  std::string reason; ///< without the address, where it named it
  timestamp since;
  std::optional<timestamp> until;
  std::vector<std::string> targets; ///< hidden, 16 bytes each
  bool operator==(const suppression_group&) const = default;
};

struct suppressions_added {
  std::vector<suppression_group> groups;
  bool is_adopted = false; ///< they were there before the log was
  bool operator==(const suppressions_added&) const = default;
};

struct suppressions_removed {
  std::string list;
  std::vector<std::string> targets; ///< hidden, 16 bytes each
  bool operator==(const suppressions_removed&) const = default;
};

struct audience_imported {
  audience_id audience;
  std::string name;
  letter_index size = 0;
  std::string hash;
  bool is_adopted = false; ///< it was there before the log was
  bool operator==(const audience_imported&) const = default;
};

struct audience_renamed {
  audience_id audience;
  std::string name;
  std::string before;
  bool operator==(const audience_renamed&) const = default;
};

struct audience_deleted {
  audience_id audience;
  std::string name;
  letter_index size = 0;
  std::string hash;
  bool operator==(const audience_deleted&) const = default;
};

/// An audience of before, whose hash is over all rows at once, was checked against it: from now on `root` stands for it.
struct audience_rooted {
  audience_id audience;
  std::string hash;
  std::string root;
  bool operator==(const audience_rooted&) const = default;
};

/// A test copy, and what became of it.
struct test_copy_sent {
  campaign_id campaign;
  letter_index letter = 0; ///< which letter it is a copy of
  std::string recipient;   ///< to whom, hidden: 16 bytes
  std::string shown;       ///< the address as those see it who may not see addresses
  std::string outcome;     ///< "accepted", "refused", "deferred", "in_doubt" or "skipped"
  std::string reply;       ///< the relay's words, without the address
  bool operator==(const test_copy_sent&) const = default;
};

/// Recipients were read in bulk or exported.
struct recipients_read {
  std::string what; ///< "audience", "letters", "suppressions", "log"
  std::string of;   ///< the audience's or campaign's id; empty: all
  std::uint64_t rows = 0;
  bool operator==(const recipients_read&) const = default;
};

/// A seal was made.
struct sealed {
  std::uint64_t logs = 0;
  std::string hash; ///< SHA-256 of the signature, in hexadecimal
  bool operator==(const sealed&) const = default;
};

/// Requests whose token was wrong, since the last such event.
struct sign_ins_refused {
  std::uint64_t count = 0;
  timestamp since;
  bool operator==(const sign_ins_refused&) const = default;
};

/// A recipient was erased from everything that can be altered.
struct address_erased {
  std::string recipient;  ///< hidden: 16 bytes
  std::uint64_t rows = 0; ///< of audiences
  std::uint64_t suppressions = 0;
  bool operator==(const address_erased&) const = default;
};

/// Somebody signed in through the provider of OpenID Connect; `by` is who.
struct signed_in {
  std::string role;
  bool operator==(const signed_in&) const = default;
};

/// A session that was begun so has ended.
struct signed_out {
  std::string why; ///< "asked", "idle", "expired", "replaced"
  bool operator==(const signed_out&) const = default;
};

/// What stands in the tables was taken as it is, although the log says otherwise; events behind this one bring it there.
struct tables_accepted {
  std::string words; ///< why
  std::uint64_t differences = 0;
  bool operator==(const tables_accepted&) const = default;
};

/// A campaign that was over was removed: its log and its snapshot went with the write that brought this.
struct campaign_removed {
  campaign_id campaign;
  std::string name;
  std::string status; ///< "sent", "cancelled" or "rejected"
  letter_index total = 0;
  letter_index accepted = 0;
  letter_index refused = 0;
  letter_index skipped = 0;
  audience_id audience;  ///< its list; 0: it had none
  event_number last = 0; ///< the number of its log's last event
  std::string hash;      ///< of that event's record, in hexadecimal
  timestamp over_since;
  bool operator==(const campaign_removed&) const = default;
};

} // namespace house

using house_body = std::variant<house::log_began,
                                house::engine_started,
                                house::token_created,
                                house::token_revoked,
                                house::suppressions_added,
                                house::suppressions_removed,
                                house::audience_imported,
                                house::audience_renamed,
                                house::audience_deleted,
                                house::audience_rooted,
                                house::test_copy_sent,
                                house::recipients_read,
                                house::sealed,
                                house::sign_ins_refused,
                                house::address_erased,
                                house::tables_accepted,
                                house::token_rotated,
                                house::signed_in,
                                house::signed_out,
                                house::campaign_removed>;

/// One entry of the house's log. `at` never goes backwards.
struct house_event {
  timestamp at;
  principal by; ///< whose name is empty: the engine
  house_body body;
  bool operator==(const house_event&) const = default;
};

/// The event's type as stored: "token_created" …
std::string_view type_of(const house_body& body);

/// What it says, for those who read: its code is the type behind "house_".
notice notice_of(const house_event& what);

} // namespace sluice
