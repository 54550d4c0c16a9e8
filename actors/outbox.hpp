#pragma once
// Who holds a letter of a campaign between "due" and "claimed": one pure piece that owns every rule about it.
//
//        next            on_built              on_claimed
//   due ──────► building ────────► offered(queue) ────────► claimed (the campaign's log knows it from here on)
//    ▲             │ skipped: out      │ handed back, or its queue is gone
//    │             │ left: returned    ▼
//    ├─────────────┴──────────── returned ◄── claimed and pending again
//    └── throttled(domain) ◄── a domain over its limit has its fill of letters at the relay
//
//   - A letter is in one place at a time, and is given to be built only out of "due", "returned" or "throttled".
//   - What was returned is built before what was never built, so that letters leave in index order.
//   - While a withdrawn queue has letters that it did not give back nothing is built: they may stand before it.
//   - A throttled domain's letters count towards no limit of letters made ready: however many there are, the
//     others go on.
//
// It knows nothing of actors, threads and sockets; whoever asks is the campaign's actor.

#include "actors/build_order.hpp"
#include "actors/core/campaign_state.hpp"
#include "actors/core/result_group.hpp"
#include "actors/moment.hpp"
#include "messages/letter_ranges.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// A relay's queue of this campaign; another number each time that one is opened.
using queue_number = std::uint64_t;

class outbox {
public:
  /// The next letters to make ready, `wanted_max` at most: throttled ones whose time has come (`at`), else deferred ones
  /// whose time has come (`now`), returned ones, then due ones in index order. They are building until `on_built`.
  /// Empty: there is nothing, or something must come back first.
  build_order next(const campaign_state& campaign, std::size_t wanted_max, timestamp now, moment at);
  bool is_building() const { return !building_.empty(); }

  /// The builder's answer. With an open queue `ready` is offered to it; without one it is returned.
  void on_built(const built_letters& made);
  /// The order could not be carried out; all of it is returned.
  void on_build_failed();

  /// A queue is open from now on.
  void open(queue_number queue);
  /// From now on nothing is offered to the open queue; what it has is awaited.
  void withdraw();
  /// The open queue, which has nothing, is there no longer.
  void close() { open_.reset(); }
  bool has_queue() const { return open_.has_value(); }
  bool is_open(queue_number queue) const { return open_ && open_->number == queue; }
  /// True for a queue that is open or whose end is awaited.
  bool knows(queue_number queue) const;
  /// True while the end of a withdrawn queue is awaited.
  bool has_withdrawn() const { return !withdrawn_.empty(); }
  /// True while a withdrawn queue has letters that it did not give back.
  bool awaits_letters() const;

  /// These were claimed: the log knows them from here on.
  void on_claimed(const letter_ranges& letters);
  /// The claim of these was not written: the queue has them as before.
  void on_claim_undone(queue_number queue, const letter_ranges& letters);
  /// The queue gave these back.
  void on_handed_back(queue_number queue, const letter_ranges& letters);
  /// The queue gave these back, for their domain's limit.
  void on_throttled(queue_number queue, const throttled_letters& letters, moment at);
  /// A withdrawn queue is gone. What it never gave back is returned: it had not taken it yet.
  void on_withdraw_complete(queue_number queue);
  /// Letters that were claimed are pending again.
  void on_pending(const letter_ranges& letters);
  /// The state was read anew: what was never built is looked for from the beginning.
  void on_reloaded();

  /// Building or with the open queue: what `memory.letters` and the letters made ready ahead are about.
  std::size_t ahead() const { return building_.count() + (open_ ? open_->letters.count() : 0); }
  /// Nothing is on its way, and nothing waits for a domain's limit.
  bool is_idle() const { return ahead() == 0 && withdrawn_.empty() && throttled_.empty(); }
  /// When throttled letters may be offered again; nothing where there are none.
  std::optional<moment> next_moment() const;
  /// How many wait for this domain's limit.
  std::size_t throttled(std::string_view domain) const;

private:
  struct offered {
    queue_number number = 0;
    letter_ranges letters; ///< offered and neither claimed nor given back
  };
  struct throttle {
    letter_ranges letters;
    moment until;
    milliseconds every{0};
    std::size_t at_once = 1;
  };

  bool is_elsewhere(letter_index index) const;
  letter_ranges* letters_of(queue_number queue);
  void keep_one_relay(const campaign_state& campaign, build_order& order);
  void
  take_retries(const campaign_state& campaign, timestamp now, std::size_t wanted_max, letter_ranges& into);
  letter_ranges
  take_throttled(const campaign_state& campaign, timestamp now, moment at, std::size_t wanted_max);
  letter_index room_of_trial(const campaign_state& campaign, const letter_ranges& into) const;
  void take_begun(const campaign_state& campaign, timestamp now, std::size_t wanted_max, letter_ranges& into);
  void take_due(const campaign_state& campaign, timestamp now, std::size_t wanted_max, letter_ranges& into);

  letter_ranges building_;
  std::optional<offered> open_;
  std::vector<offered> withdrawn_;
  letter_ranges returned_;
  std::map<std::string, throttle, std::less<>> throttled_;
  letter_index next_index_ = 0; ///< every due letter below it is, or was, somewhere else
  letter_index looked_at_ = 0; ///< the highest that next_index_ ever was: behind it no letter is anywhere yet
};

} // namespace sluice
