#include "messages/letter_ranges.hpp"

#include <algorithm>

namespace sluice {

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
  if (ranges_.empty()) {
    ranges_ = others.ranges_;
    return;
  }
  for (const auto& range : others)
    add(range);
}

void letter_ranges::remove(letter_range range) {
  if (range.begin >= range.end)
    return;
  const auto first = std::ranges::upper_bound(ranges_, range.begin, {}, &letter_range::end);
  if (first == ranges_.end() || first->begin >= range.end)
    return;
  auto last = first;
  while (last != ranges_.end() && last->begin < range.end)
    ++last;
  const letter_range head{first->begin, std::max(first->begin, range.begin)};
  const auto tail_end = std::prev(last)->end;
  const letter_range tail{std::min(range.end, tail_end), tail_end};
  auto at = ranges_.erase(first, last);
  if (tail.begin < tail.end)
    at = ranges_.insert(at, tail);
  if (head.begin < head.end)
    ranges_.insert(at, head);
}

void letter_ranges::remove(const letter_ranges& others) {
  for (const auto& range : others)
    remove(range);
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
  while (wanted_max > 0 && !ranges_.empty()) {
    const auto front = ranges_.front();
    const auto letters = static_cast<letter_index>(std::min<std::size_t>(wanted_max, front.size()));
    taken.add({front.begin, front.begin + letters});
    remove({front.begin, front.begin + letters});
    wanted_max -= letters;
  }
  return taken;
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
