#include "messages/letter_ranges.hpp"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {
/// Up to so many ranges are put in or taken out one by one, each with a binary search.
constexpr std::size_t few = 8;
} // namespace

letter_ranges::letter_ranges(std::initializer_list<letter_range> ranges) {
  for (const auto& range : ranges)
    add(range);
}

void letter_ranges::add(letter_range range) {
  if (range.begin >= range.end)
    return;
  if (ranges_.empty() || range.begin > ranges_.back().end) {
    ranges_.push_back(range);
    return;
  }
  if (range.begin >= ranges_.back().begin) {
    ranges_.back().end = std::max(ranges_.back().end, range.end);
    return;
  }
  const auto first = std::ranges::lower_bound(ranges_, range.begin, {}, &letter_range::end);
  auto last = first;
  for (; last != ranges_.end() && last->begin <= range.end; ++last) {
    range.begin = std::min(range.begin, last->begin);
    range.end = std::max(range.end, last->end);
  }
  if (first == last) {
    ranges_.insert(first, range);
    return;
  }
  *first = range;
  ranges_.erase(std::next(first), last);
}

void letter_ranges::add(const letter_ranges& others) {
  if (others.empty() || &others == this)
    return;
  // Behind the end, or few: each for itself. Two large sets in one pass, which moves no range twice.
  if (empty() || others.ranges_.front().begin >= ranges_.back().begin || others.ranges_.size() <= few) {
    for (const auto& range : others)
      add(range);
    return;
  }
  std::vector<letter_range> all;
  all.reserve(ranges_.size() + others.ranges_.size());
  std::ranges::merge(ranges_, others.ranges_, std::back_inserter(all), {}, &letter_range::begin,
                     &letter_range::begin);
  ranges_.clear();
  for (const auto& range : all)
    add(range);
}

void letter_ranges::remove(letter_range range) {
  if (range.begin >= range.end)
    return;
  auto first = std::ranges::upper_bound(ranges_, range.begin, {}, &letter_range::end);
  if (first == ranges_.end() || first->begin >= range.end)
    return;
  if (first->begin < range.begin) {
    const letter_range behind{range.end, first->end};
    first->end = range.begin;
    ++first;
    if (behind.begin < behind.end) {
      ranges_.insert(first, behind);
      return;
    }
  }
  auto last = first;
  while (last != ranges_.end() && last->end <= range.end)
    ++last;
  if (last != ranges_.end() && last->begin < range.end)
    last->begin = range.end;
  ranges_.erase(first, last);
}

void letter_ranges::remove(const letter_ranges& others) {
  if (&others == this)
    return clear();
  if (others.ranges_.size() <= few) {
    for (const auto& range : others)
      remove(range);
    return;
  }
  std::vector<letter_range> rest;
  auto other = others.begin();
  for (auto range : ranges_) {
    while (other != others.end() && other->end <= range.begin)
      ++other;
    // `other` may reach beyond this range, into the next: it is looked at again then.
    for (auto cut = other; cut != others.end() && cut->begin < range.end; ++cut) {
      if (range.begin < cut->begin)
        rest.push_back({range.begin, cut->begin});
      range.begin = std::min(cut->end, range.end);
    }
    if (range.begin < range.end)
      rest.push_back(range);
  }
  ranges_ = std::move(rest);
}

bool letter_ranges::contains(letter_index index) const {
  const auto found = std::ranges::upper_bound(ranges_, index, {}, &letter_range::end);
  return found != ranges_.end() && found->begin <= index;
}

std::size_t letter_ranges::count() const {
  std::size_t letters = 0;
  for (const auto& range : ranges_)
    letters += range.size();
  return letters;
}

letter_ranges letter_ranges::take_front(std::size_t wanted_max) {
  letter_ranges taken;
  auto first_left = ranges_.begin();
  for (; first_left != ranges_.end() && first_left->size() <= wanted_max; ++first_left)
    wanted_max -= first_left->size();
  taken.ranges_.assign(ranges_.begin(), first_left);
  if (first_left != ranges_.end() && wanted_max > 0) {
    const auto cut = first_left->begin + static_cast<letter_index>(wanted_max);
    taken.ranges_.push_back({first_left->begin, cut});
    first_left->begin = cut;
  }
  ranges_.erase(ranges_.begin(), first_left);
  return taken;
}

letter_ranges common(const letter_ranges& one, const letter_ranges& other) {
  letter_ranges both;
  auto a = one.begin();
  auto b = other.begin();
  while (a != one.end() && b != other.end()) {
    both.add({std::max(a->begin, b->begin), std::min(a->end, b->end)});
    a->end < b->end ? ++a : ++b;
  }
  return both;
}

std::string to_string(const letter_ranges& letters) {
  std::string text;
  for (const auto& range : letters) {
    text += text.empty() ? "" : ", ";
    text += std::to_string(range.begin);
    if (range.size() > 1)
      text += "-" + std::to_string(range.end - 1);
  }
  return text;
}

} // namespace sluice
