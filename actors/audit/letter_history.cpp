#include "actors/audit/letter_history.hpp"

#include "actors/core/evolve.hpp"
#include "messages/check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

letter_log_index::letter_log_index(campaign_id campaign) : state_(initial_state(campaign)) {}

result<void> letter_log_index::catch_up(const store& from) {
  std::optional<error> broken;
  const auto read = from.journal().read(state_.id, state_.last_event + 1, [&](const stored_event& stored) {
    try {
      evolve(state_, stored.event);
      add(stored.event, stored.number);
      return true;
    } catch (const broken_invariant& fault) {
      broken = error{error_code::corrupt,
                     fmt::format("{}, event {}: {}; run: sluice audit verify {}", to_string(state_.id),
                                 stored.number, fault.what(), to_string(state_.id))};
      return false;
    }
  });
  if (!read)
    return read;
  if (broken)
    return std::unexpected(*broken);
  if (!state_.exists())
    return failure(error_code::not_found, fmt::format("there is no campaign {}", to_string(state_.id)));
  return {};
}

void letter_log_index::add(const event& what, event_number number) {
  if (const auto* claim = std::get_if<claimed>(&what.body))
    add(claim->letters, number);
  else if (const auto* outcomes = std::get_if<settled>(&what.body))
    for (const auto& group : outcomes->groups)
      add(group.letters, number);
  else if (const auto* doubt = std::get_if<doubt_settled>(&what.body))
    add(doubt->letters, number);
  else if (const auto* refusals = std::get_if<refusals_settled>(&what.body))
    add(refusals->letters, number);
}

void letter_log_index::add(const letter_ranges& letters, event_number number) {
  for (const auto& range : letters)
    for (auto block = range.begin / block_letters; block <= (range.end - 1) / block_letters; ++block) {
      if (blocks_.size() <= block)
        blocks_.resize(block + 1);
      auto& spans = blocks_[block];
      if (!spans.empty() && number <= spans.back().last + gap_max) {
        spans.back().last = number;
        continue;
      }
      spans.push_back({number, number});
      if (spans.size() <= spans_max)
        continue;
      auto nearest = spans.begin();
      for (auto at = spans.begin(); std::next(at) != spans.end(); ++at)
        if (std::next(at)->first - at->last < std::next(nearest)->first - nearest->last)
          nearest = at;
      nearest->last = std::next(nearest)->last;
      spans.erase(std::next(nearest));
    }
}

std::vector<event_span> letter_log_index::spans_of(const std::vector<letter_index>& letters) const {
  std::vector<event_span> found;
  std::optional<std::size_t> last_block;
  for (const auto index : letters) {
    const std::size_t block = index / block_letters;
    if (block == last_block || block >= blocks_.size())
      continue;
    last_block = block;
    found.insert(found.end(), blocks_[block].begin(), blocks_[block].end());
  }
  std::ranges::sort(found, {}, &event_span::first);
  std::vector<event_span> merged;
  for (const auto& span : found)
    if (!merged.empty() && span.first <= merged.back().last + gap_max)
      merged.back().last = std::max(merged.back().last, span.last);
    else
      merged.push_back(span);
  return merged;
}

std::size_t letter_log_index::bytes() const {
  auto bytes = sizeof(*this) + state_.letters.size() + state_.spec.text.size() + state_.spec.html.size();
  for (const auto& spans : blocks_)
    bytes += sizeof(std::vector<event_span>) + spans.capacity() * sizeof(event_span);
  return bytes;
}

result<void> letter_history::look(const store& from,
                                  campaign_id campaign,
                                  const std::function<void(const letter_log_index&)>& use) {
  const auto one = entry_of(campaign);
  const std::lock_guard lock(one->mutex);
  const auto caught_up = one->index.catch_up(from);
  if (!caught_up) {
    // What was evolved halfway is of no use to anybody.
    const std::lock_guard all(mutex_);
    forget(campaign);
    return caught_up;
  }
  use(one->index);
  account(campaign, one, one->index.bytes());
  return {};
}

std::shared_ptr<letter_history::entry> letter_history::entry_of(campaign_id campaign) {
  const std::lock_guard lock(mutex_);
  auto& one = entries_[campaign];
  if (one) {
    by_use_.splice(by_use_.begin(), by_use_, one->used);
    return one;
  }
  one = std::make_shared<entry>(campaign);
  by_use_.push_front(campaign);
  one->used = by_use_.begin();
  return one;
}

void letter_history::account(campaign_id campaign, const std::shared_ptr<entry>& one, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto known = entries_.find(campaign);
  if (known == entries_.end() || known->second != one)
    return;
  bytes_ += bytes - one->bytes;
  one->bytes = bytes;
  while (bytes_ > bytes_max_)
    forget(by_use_.back());
}

void letter_history::forget(campaign_id campaign) {
  const auto known = entries_.find(campaign);
  if (known == entries_.end())
    return;
  bytes_ -= known->second->bytes;
  by_use_.erase(known->second->used);
  entries_.erase(known);
}

} // namespace sluice
