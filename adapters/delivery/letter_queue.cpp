#include "adapters/delivery/letter_queue.hpp"

#include "messages/address.hpp"

#include <algorithm>

namespace sluice {

void letter_queue::push(batch_part letters) {
  if (letters.size() == 0)
    return;
  size_ += letters.size();
  parts_.push_back(std::move(letters));
}

queued_letter letter_queue::pop_front() {
  auto& front = parts_.front();
  queued_letter found{front.from, &front.from->letters[front.begin]};
  if (++front.begin == front.end)
    parts_.pop_front();
  return found;
}

std::optional<queued_letter> letter_queue::pop(moment now, domain_limits& domains) {
  if (auto found = pop_aside(now, domains)) {
    --size_;
    return found;
  }
  while (!parts_.empty()) {
    auto found = pop_front();
    if (!domains.is_limited()) {
      --size_;
      return found;
    }
    const auto domain = domain_of(found.from->recipient_of(*found.one));
    // Behind those of its own domain, even where the limit is free again: the order within it stays.
    const auto has_elders = aside_.contains(domain);
    if (!has_elders && domains.allows(domain, now, this)) {
      domains.count(domain, now, this);
      --size_;
      return found;
    }
    step_aside(std::move(found), std::string{domain}, now, domains);
  }
  return std::nullopt;
}

std::optional<queued_letter> letter_queue::pop_aside(moment now, domain_limits& domains) {
  while (!aside_until_.empty() && aside_until_.begin()->first <= now) {
    auto node = aside_until_.extract(aside_until_.begin());
    auto& [until, domain] = node.value();
    auto waiting = aside_.find(domain);
    std::optional<queued_letter> found;
    if (domains.allows(domain, now, this)) {
      domains.count(domain, now, this);
      found = std::move(waiting->second.front());
      waiting->second.pop_front();
      --aside_size_;
    }
    if (waiting->second.empty()) {
      domains.leave(domain, this);
      aside_.erase(waiting);
    } else {
      until = domains.turn_at(domain, now, this);
      aside_until_.insert(std::move(node));
    }
    if (found)
      return found;
  }
  return std::nullopt;
}

void letter_queue::step_aside(queued_letter one, std::string domain, moment now, domain_limits& domains) {
  const auto found = aside_.find(domain);
  const auto before = found == aside_.end() ? 0 : found->second.size();
  if (before >= domains.enough(domain) || aside_size_ >= look_ahead_max) {
    throttle(one.one->index, std::move(domain), domains);
    return;
  }
  auto& waiting = found == aside_.end() ? aside_[domain] : found->second;
  if (waiting.empty()) {
    domains.wait(domain, this);
    aside_until_.emplace(domains.turn_at(domain, now, this), std::move(domain));
  }
  waiting.push_back(std::move(one));
  ++aside_size_;
}

/// They may come back when half of those that stand aside have gone: so some always do.
void letter_queue::throttle(letter_index index, std::string domain, const domain_limits& domains) {
  --size_;
  auto same = std::ranges::find(throttled_, domain, &throttled_letters::domain);
  if (same == throttled_.end()) {
    const auto at_once = domains.enough(domain) / 2;
    const auto resume_in = domains.time_for(domain, at_once);
    same = throttled_.insert(same, {std::move(domain), {}, resume_in, at_once});
  }
  same->letters.add(index);
}

moment letter_queue::ready_at() const {
  return aside_until_.empty() ? moment::max() : aside_until_.begin()->first;
}

std::size_t letter_queue::aside(std::string_view domain) const {
  const auto found = aside_.find(domain);
  return found == aside_.end() ? 0 : found->second.size();
}

letter_ranges letter_queue::clear(domain_limits& domains) {
  letter_ranges all;
  for (const auto& [domain, waiting] : aside_) {
    domains.leave(domain, this);
    for (const auto& one : waiting)
      all.add(one.one->index);
  }
  for (const auto& one : parts_)
    for (auto at = one.begin; at < one.end; ++at)
      all.add(one.from->letters[at].index);
  parts_.clear();
  aside_.clear();
  aside_until_.clear();
  aside_size_ = 0;
  size_ = 0;
  return all;
}

} // namespace sluice
