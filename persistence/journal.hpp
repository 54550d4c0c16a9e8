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

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

using sha256_hash = std::array<std::uint8_t, 32>;

/// The answer that an idempotency key remembers, stored in the same write as the events it caused.
struct key_record {
  std::string key;  ///< as the client gave it, behind its name and a line feed: clients share no keys
  std::string what; ///< "create", or the command's name: a key serves one request only
  campaign_id campaign;
  command_answer answer;
  timestamp at; ///< when it was given: old keys may be forgotten after key_kept_for
  bool operator==(const key_record&) const = default;
};

inline constexpr milliseconds key_kept_for = std::chrono::hours(24 * 30);

/// What one append asks for. `events` may be empty when only a key is to be remembered.
struct append_request {
  campaign_id campaign;
  event_number expected_last = 0; ///< the number that the log must end with: the fence
  std::vector<event> events;
  std::optional<key_record> key;
};

/// An event as it was read back.
struct stored_event {
  event_number number = 0;
  sluice::event event;
  sha256_hash previous{}; ///< as stored: the hash of the record before it
  sha256_hash hash{};     ///< of this record
};

class journal {
public:
  virtual ~journal() = default;

  /// Called once, from the writer's thread, when the events are durable (with the last one's number) or
  /// when nothing of them was kept: `conflict` if the log ended elsewhere, `storage_failed` if the disk
  /// did not take them, `unavailable` if the journal is closing.
  using append_done = std::function<void(result<event_number>)>;
  virtual void append(append_request request, append_done done) = 0;

  /// Visits a campaign's events from number `from` on, in order, until the visitor returns false.
  /// A record that cannot be read, a gap or a broken chain ends it with `corrupt` and says which.
  /// May be called from any thread.
  virtual result<void> read(campaign_id campaign,
                            event_number from,
                            const std::function<bool(const stored_event&)>& visit) const = 0;

  /// Every campaign that has events, lowest first.
  virtual result<std::vector<campaign_id>> campaigns() const = 0;

  /// The answer remembered for a key; nothing if there is none.
  virtual result<std::optional<key_record>> find_key(std::string_view key) const = 0;
};

} // namespace sluice
