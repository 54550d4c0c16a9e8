#pragma once
// The campaigns' logs. One writer takes all appends of all campaigns and groups them: one write, one
// sync, many answers. Whatever was answered survives kill -9 and power loss; whatever was not may be
// gone, but is never there in part.
//
// A record is stored under campaign id and number (both 8 bytes, big-endian) as
//   32 bytes  SHA-256 of the record before it (zeros before the first)
//   the rest  the event's body, see messages/event_json.hpp
// and a record's own hash is SHA-256(campaign id, 8 bytes BE · number, 8 bytes BE · the whole value).

#include "messages/event.hpp"
#include "messages/sha256.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// The answer that an idempotency key remembers, stored in the same write as the events it caused.
struct key_record {
  std::string key; ///< as stored_key has it: clients share no keys
  std::string
      what; ///< "create", or the command's name, or another request's fingerprint: a key serves one request
  campaign_id campaign; ///< 0: of no campaign; then `response` is the answer
  command_answer answer;
  timestamp at; ///< when it was given
  std::string response =
      {}; ///< what a request that is no campaign's was answered with, as its adapter writes it
  bool operator==(const key_record&) const = default;
};

/// For how long a key is found at least: in the engine's running time, which no jump of the clock makes pass.
inline constexpr milliseconds key_kept_for = std::chrono::hours(24 * 30);

/// What one append asks for. `events` may be empty when only a key is to be remembered, one of no campaign (0) as well:
/// that has no fence.
struct append_request {
  campaign_id campaign;
  event_number expected_last = 0; ///< the number that the log must end with: the fence
  std::vector<event> events;
  std::optional<key_record> key;
  /// Called where the disk did not take it, from the writer's thread, before anything that was queued behind it is answered.
  std::function<void()> on_refused = {};
};

/// An event as it was read back.
struct stored_event {
  event_number number = 0;
  sluice::event event;
  sha256_hash previous{}; ///< as stored: the hash of the record before it
  sha256_hash hash{};     ///< of this record
};

/// A record as it lies there, for readers who trust nothing.
struct raw_record {
  event_number number = 0;
  sha256_hash previous{};             ///< as stored: the hash of the record before it
  sha256_hash hash{};                 ///< of this record
  std::span<const std::uint8_t> body; ///< for decode_event; valid during the visit only
  bool is_whole = true;               ///< false: shorter than any record; previous and body are empty
};

/// A log's last event.
struct log_head {
  event_number number = 0;
  sha256_hash hash{};
  bool operator==(const log_head&) const = default;
};

/// What an append, or a removal, is refused with that expects another end of the log: `conflict`.
std::unexpected<error> log_ends_elsewhere(campaign_id campaign, event_number last, event_number expected);

/// What waits for the writer at once, at most: appends, and the bytes of their events.
inline constexpr std::size_t journal_queue_appends_max = 65'536;
inline constexpr std::size_t journal_queue_bytes_max = 64U << 20U;

class journal {
public:
  virtual ~journal() = default;

  /// Called once, from the writer's thread, when the events are durable (with the last one's number) or
  /// when nothing of them was kept: `conflict` if the log ended elsewhere, `storage_failed` if the disk
  /// did not take them, `unavailable` if the journal is closing or its queue full (see
  /// journal_queue_appends_max). What is refused without being queued is answered from the caller's
  /// thread, before `append` returns. Where the disk did not take one, those that were queued behind it by then are refused, too. An append that meets a conflict does not spoil others of its group. The
  /// only doubt is left by a process that is killed after `storage_failed` and before a later append was
  /// taken: then what was refused may be found in the log after all.
  using append_done = std::function<void(result<event_number>)>;
  virtual void append(append_request request, append_done done) = 0;

  /// Calls `done` once, from the writer's thread or the caller's, when every append that was asked for before
  /// has been answered, well or not: from then on the log shows what came of them.
  virtual void await_appends(std::function<void()> done) = 0;

  /// Visits a campaign's events from number `from` on, in order, until the visitor returns false.
  /// A record that cannot be read, a gap or a broken chain ends it with `corrupt` and says which.
  /// May be called from any thread.
  virtual result<void> read(campaign_id campaign,
                            event_number from,
                            const std::function<bool(const stored_event&)>& visit) const = 0;

  /// Visits the records from number `from` (0 too: no right record has it) on just as they are, faults and
  /// all, until the visitor returns false: for an audit, which checks numbers, hashes and bodies itself.
  /// `corrupt` where the disk gives nothing readable any more, and at the end where there was a key that is
  /// none of a record. Any thread.
  virtual result<void> read_raw(campaign_id campaign,
                                event_number from,
                                const std::function<bool(const raw_record&)>& visit) const;

  /// Where a campaign's log ends; number 0 when it has no events.
  virtual result<log_head> head(campaign_id campaign) const = 0;

  /// Every campaign that has events, lowest first.
  virtual result<std::vector<campaign_id>> campaigns() const = 0;

  /// Keys among the records that are too short to name a campaign, in hexadecimal: not ours.
  virtual result<std::vector<std::string>> strange_keys() const { return std::vector<std::string>{}; }

  /// The answer remembered for a key; nothing if there is none.
  virtual result<std::optional<key_record>> find_key(std::string_view key) const = 0;

  /// The same for an asker's key: under the token's id, or under its name, where keys of before are.
  result<std::optional<key_record>>
  find_key_of(std::string_view by_id, std::string_view by, std::string_view idempotency_key) const;
};

} // namespace sluice
