#include "actors/outbox.hpp"

#include "actors/core/decide.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace sluice {

namespace {

/// The first `wanted_max` of `from` that may be claimed now, taken out of it. Those that were settled in another way
/// meanwhile are taken out too, and deferred ones, which are found by their time; those that are not due stay: a
/// clock that was set back does not lose them.
letter_ranges
take_claimable(const campaign_state& campaign, timestamp now, std::size_t wanted_max, letter_ranges& from) {
  letter_ranges taken;
  letter_ranges early;
  while (taken.count() < wanted_max && !from.empty()) {
    auto some = from.take_front(wanted_max - taken.count());
    const auto may_go = claimable(campaign, some, now);
    taken.add(may_go);
    some.remove(may_go);
    some.for_each([&](letter_index index) {
      if (campaign.letters.at(index) == letter_state::pending)
        early.add(index);
    });
  }
  from.add(early);
  return taken;
}

} // namespace

build_order outbox::next(const campaign_state& campaign, std::size_t wanted_max, timestamp now, moment at) {
  build_order order;
  if (is_building() || awaits_letters() || wanted_max == 0)
    return order;
  // By themselves: their domain is left out of all other orders.
  order.letters = take_throttled(campaign, now, at, wanted_max);
  if (order.letters.empty()) {
    take_retries(campaign, now, wanted_max, order.letters);
    take_due(campaign, now, wanted_max, order.letters);
    for (const auto& [domain, waiting] : throttled_)
      order.throttled_domains.push_back(domain);
  }
  keep_one_relay(campaign, order);
  building_ = order.letters;
  return order;
}

/// Letters that are bound to a relay are a batch of their own.
void outbox::keep_one_relay(const campaign_state& campaign, build_order& order) {
  for (const auto& [name, record] : campaign.relays)
    if (auto bound = common(order.letters, record.bound); !bound.empty()) {
      order.letters.remove(bound);
      returned_.add(std::exchange(order.letters, std::move(bound)));
      order.relay = name;
      return;
    }
}

void outbox::take_retries(const campaign_state& campaign,
                          timestamp now,
                          std::size_t wanted_max,
                          letter_ranges& into) {
  std::size_t taken = 0;
  auto room = room_of_trial(campaign, into);
  for (const auto& [due_at, index] : campaign.retry_queue) {
    if (due_at > now || taken == wanted_max)
      return;
    if (is_elsewhere(index))
      continue;
    if (campaign.trial && !campaign.trial->letters.contains(index)) {
      if (room == 0)
        continue;
      --room;
    }
    into.add(index);
    ++taken;
  }
}

letter_ranges
outbox::take_throttled(const campaign_state& campaign, timestamp now, moment at, std::size_t wanted_max) {
  for (auto one = throttled_.begin(); one != throttled_.end();) {
    auto& waiting = one->second;
    if (waiting.until > at) {
      ++one;
      continue;
    }
    const auto taken = take_claimable(campaign, now, std::min(wanted_max, waiting.at_once), waiting.letters);
    waiting.until = at + waiting.every;
    if (waiting.letters.empty())
      one = throttled_.erase(one);
    if (!taken.empty())
      return taken;
  }
  return {};
}

void outbox::take_due(const campaign_state& campaign,
                      timestamp now,
                      std::size_t wanted_max,
                      letter_ranges& into) {
  auto taken = into.count();
  if (taken < wanted_max && !returned_.empty()) {
    auto back = take_claimable(campaign, now, wanted_max - taken, returned_);
    if (campaign.trial) {
      auto beyond = back;
      beyond.remove(campaign.trial->letters);
      beyond.take_front(room_of_trial(campaign, into));
      back.remove(beyond);
      returned_.add(beyond);
    }
    into.add(back);
    taken = into.count();
  }
  take_begun(campaign, now, wanted_max, into);
  taken = into.count();
  if (campaign.trial)
    wanted_max = std::min<std::size_t>(wanted_max, taken + room_of_trial(campaign, into));
  const auto due_letters = campaign.due(now);
  for (auto index = campaign.letters.find(letter_state::pending, next_index_);
       index < due_letters && taken < wanted_max;
       index = campaign.letters.find(letter_state::pending, index + 1)) {
    next_index_ = index + 1;
    const auto is_new = index >= looked_at_;
    looked_at_ = std::max(looked_at_, next_index_);
    if (!is_new && (is_elsewhere(index) || into.contains(index)))
      continue;
    into.add(index);
    ++taken;
  }
}

/// How many more may be made ready in a trial: what it has no room for would only be denied, and stand behind letters that
/// are later in order and still wanted when it has passed.
letter_index outbox::room_of_trial(const campaign_state& campaign, const letter_ranges& into) const {
  const auto room = campaign.room_of_trial();
  if (!campaign.trial)
    return room;
  auto ready = into;
  if (open_)
    ready.add(open_->letters);
  ready.remove(campaign.trial->letters);
  return room - std::min(room, static_cast<letter_index>(ready.count()));
}

/// Letters that a trial has begun leave again whatever room it has.
void outbox::take_begun(const campaign_state& campaign,
                        timestamp now,
                        std::size_t wanted_max,
                        letter_ranges& into) {
  if (!campaign.trial)
    return;
  const auto due_letters = campaign.due(now);
  auto taken = into.count();
  campaign.trial->letters.for_each([&](letter_index index) {
    if (taken >= wanted_max || index >= due_letters || campaign.letters.at(index) != letter_state::pending ||
        is_elsewhere(index) || into.contains(index))
      return;
    into.add(index);
    ++taken;
    looked_at_ = std::max(looked_at_, index + 1);
  });
}

bool outbox::is_elsewhere(letter_index index) const {
  return (open_ && open_->letters.contains(index)) || returned_.contains(index) ||
         std::ranges::any_of(throttled_, [&](const auto& one) { return one.second.letters.contains(index); });
}

void outbox::on_built(const built_letters& made) {
  auto rest = std::exchange(building_, {});
  rest.remove(made.skipped);
  for (const auto& [domain, letters] : made.throttled) {
    rest.remove(letters);
    // The domain may have had its last letter taken meanwhile; these are looked at when the next one may go.
    auto& waiting = throttled_[domain];
    waiting.letters.add(letters);
  }
  rest.remove(made.ready);
  returned_.add(rest);
  if (open_)
    open_->letters.add(made.ready);
  else
    returned_.add(made.ready);
}

void outbox::on_build_failed() {
  returned_.add(std::exchange(building_, {}));
}

void outbox::open(queue_number queue) {
  open_ = {queue, {}};
}

void outbox::withdraw() {
  if (open_)
    withdrawn_.push_back(std::move(*open_));
  open_.reset();
}

bool outbox::knows(queue_number queue) const {
  return is_open(queue) || std::ranges::find(withdrawn_, queue, &offered::number) != withdrawn_.end();
}

bool outbox::awaits_letters() const {
  return std::ranges::any_of(withdrawn_, [](const offered& one) { return !one.letters.empty(); });
}

letter_ranges* outbox::letters_of(queue_number queue) {
  if (is_open(queue))
    return &open_->letters;
  const auto found = std::ranges::find(withdrawn_, queue, &offered::number);
  return found == withdrawn_.end() ? nullptr : &found->letters;
}

void outbox::on_claimed(const letter_ranges& letters) {
  if (open_)
    open_->letters.remove(letters);
}

void outbox::on_claim_undone(queue_number queue, const letter_ranges& letters) {
  if (auto* has = letters_of(queue))
    has->add(letters);
}

void outbox::on_handed_back(queue_number queue, const letter_ranges& letters) {
  auto* has = letters_of(queue);
  if (has == nullptr || letters.empty())
    return;
  has->remove(letters);
  returned_.add(letters);
}

void outbox::on_throttled(queue_number queue, const throttled_letters& back, moment at) {
  auto* has = letters_of(queue);
  if (has == nullptr || back.letters.empty())
    return;
  has->remove(back.letters);
  auto& waiting = throttled_[back.domain];
  waiting.letters.add(back.letters);
  waiting.every = std::max(back.resume_in, milliseconds{1});
  waiting.at_once = std::max<std::size_t>(back.at_once, 1);
  waiting.until = std::max(waiting.until, at + back.resume_in);
}

void outbox::on_withdraw_complete(queue_number queue) {
  const auto found = std::ranges::find(withdrawn_, queue, &offered::number);
  if (found == withdrawn_.end())
    return;
  returned_.add(found->letters);
  withdrawn_.erase(found);
}

void outbox::on_pending(const letter_ranges& letters) {
  auto known = letters;
  known.remove({looked_at_, std::numeric_limits<letter_index>::max()}); // these are found in their turn
  returned_.add(known);
}

void outbox::on_reloaded() {
  returned_.clear();
  next_index_ = 0;
}

std::optional<moment> outbox::next_moment() const {
  std::optional<moment> soonest;
  for (const auto& [domain, waiting] : throttled_)
    if (!soonest || waiting.until < *soonest)
      soonest = waiting.until;
  return soonest;
}

std::size_t outbox::throttled(std::string_view domain) const {
  const auto found = throttled_.find(domain);
  return found == throttled_.end() ? 0 : found->second.letters.count();
}

} // namespace sluice
