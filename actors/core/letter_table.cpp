#include "actors/core/letter_table.hpp"

#include "messages/check.hpp"

#include <algorithm>

namespace sluice {

namespace {
std::size_t slot(letter_state state) {
  return static_cast<std::size_t>(state);
}
} // namespace

letter_table::letter_table(letter_index size) : size_(size) {
  counts_[slot(letter_state::pending)] = size;
}

letter_table::letter_table(const letter_table& other) {
  *this = other;
}

letter_table& letter_table::operator=(const letter_table& other) {
  if (this == &other)
    return *this;
  size_ = other.size_;
  counts_ = other.counts_;
  stretches_.clear();
  stretches_.reserve(other.stretches_.size());
  for (const auto& theirs : other.stretches_) {
    stretch mine{nullptr, theirs.uniform, theirs.counts};
    if (theirs.cells)
      mine.cells = std::make_unique<std::array<letter_state, stretch_size>>(*theirs.cells);
    stretches_.push_back(std::move(mine));
  }
  return *this;
}

letter_index letter_table::stretch_letters(std::size_t number) const {
  return std::min<letter_index>(stretch_size, size_ - static_cast<letter_index>(number) * stretch_size);
}

letter_state letter_table::at(letter_index index) const {
  check(index < size_, "a letter outside its circulation was asked for");
  if (stretches_.empty())
    return letter_state::pending;
  const auto& part = stretches_[index / stretch_size];
  return part.cells ? (*part.cells)[index % stretch_size] : part.uniform;
}

void letter_table::set(letter_range range, letter_state state) {
  check(range.begin <= range.end && range.end <= size_, "a letter outside its circulation was set");
  if (range.begin == range.end)
    return;
  if (stretches_.empty()) {
    stretches_.resize((size_ + stretch_size - 1) / stretch_size);
    for (std::size_t number = 0; number < stretches_.size(); ++number)
      stretches_[number].counts[slot(letter_state::pending)] =
          static_cast<std::uint16_t>(stretch_letters(number));
  }
  for (auto begin = range.begin; begin < range.end;) {
    const auto number = begin / stretch_size;
    const auto end = std::min(range.end, (number + 1) * stretch_size);
    set_within(number, begin % stretch_size, end - number * stretch_size, state);
    begin = end;
  }
}

void letter_table::set_within(std::size_t number, letter_index begin, letter_index end, letter_state state) {
  auto& part = stretches_[number];
  const auto letters = stretch_letters(number);
  if (!part.cells) {
    if (part.uniform == state)
      return;
    if (end - begin != letters) {
      part.cells = std::make_unique<std::array<letter_state, stretch_size>>();
      part.cells->fill(part.uniform);
    }
  }
  if (!part.cells) {
    counts_[slot(part.uniform)] -= letters;
    part.counts[slot(part.uniform)] = 0;
    part.uniform = state;
    part.counts[slot(state)] = static_cast<std::uint16_t>(letters);
    counts_[slot(state)] += letters;
    return;
  }
  for (auto index = begin; index < end; ++index) {
    auto& cell = (*part.cells)[index];
    --part.counts[slot(cell)];
    --counts_[slot(cell)];
    cell = state;
  }
  part.counts[slot(state)] = static_cast<std::uint16_t>(part.counts[slot(state)] + (end - begin));
  counts_[slot(state)] += end - begin;
  if (part.counts[slot(state)] == letters) {
    part.cells.reset();
    part.uniform = state;
  }
}

letter_index letter_table::run_end(letter_index index) const {
  const auto state = at(index);
  if (stretches_.empty())
    return size_;
  while (index < size_) {
    const auto number = index / stretch_size;
    const auto& part = stretches_[number];
    const auto end = number * stretch_size + stretch_letters(number);
    if (!part.cells) {
      if (part.uniform != state)
        return index;
      index = end;
      continue;
    }
    for (; index < end; ++index)
      if ((*part.cells)[index % stretch_size] != state)
        return index;
  }
  return size_;
}

letter_index letter_table::find(letter_state state, letter_index from) const {
  if (from >= size_)
    return size_;
  if (stretches_.empty())
    return state == letter_state::pending ? from : size_;
  for (auto number = from / stretch_size; number < stretches_.size(); ++number) {
    const auto& part = stretches_[number];
    const auto base = number * stretch_size;
    const auto begin = std::max(from, base);
    if (part.counts[slot(state)] == 0)
      continue;
    if (!part.cells)
      return begin;
    for (auto index = begin; index < base + stretch_letters(number); ++index)
      if ((*part.cells)[index - base] == state)
        return index;
  }
  return size_;
}

letter_ranges letter_table::all(letter_state state) const {
  letter_ranges found;
  if (count(state) == 0)
    return found;
  if (stretches_.empty()) {
    found.add(letter_range{0, size_});
    return found;
  }
  for (std::size_t number = 0; number < stretches_.size(); ++number) {
    const auto& part = stretches_[number];
    if (part.counts[slot(state)] == 0)
      continue;
    const auto base = static_cast<letter_index>(number) * stretch_size;
    const auto letters = stretch_letters(number);
    if (!part.cells) {
      found.add(letter_range{base, base + letters});
      continue;
    }
    for (letter_index index = 0; index < letters; ++index)
      if ((*part.cells)[index] == state)
        found.add(base + index);
  }
  return found;
}

bool letter_table::operator==(const letter_table& other) const {
  if (size_ != other.size_ || counts_ != other.counts_)
    return false;
  for (std::size_t state = 0; state < letter_state_count; ++state)
    if (counts_[state] != size_ &&
        all(static_cast<letter_state>(state)) != other.all(static_cast<letter_state>(state)))
      return false;
  return true;
}

} // namespace sluice
