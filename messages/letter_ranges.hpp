#pragma once
// A set of letter indices, kept as sorted, disjoint, non-adjacent half-open ranges. Claims and outcomes
// are recorded in this form, so that many letters are one small event.

#include "messages/id.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

namespace sluice {

/// Letters begin … end-1.
struct letter_range {
  letter_index begin = 0;
  letter_index end = 0;
  bool operator==(const letter_range&) const = default;
  letter_index size() const { return end - begin; }
};

/// A set of letters. Adding at or near the end, as dispatch does, costs O(1); elsewhere O(ranges).
class letter_ranges {
public:
  letter_ranges() = default;
  letter_ranges(std::initializer_list<letter_range> ranges);

  void add(letter_index index) { add(letter_range{index, index + 1}); }
  void add(letter_range range);
  void add(const letter_ranges& others);
  void remove(letter_range range);
  void remove(const letter_ranges& others);

  bool contains(letter_index index) const;
  bool empty() const { return ranges_.empty(); }
  void clear() { ranges_.clear(); }
  /// How many letters, not how many ranges.
  std::size_t count() const;
  /// The lowest `wanted_max` letters, taken out of this set.
  letter_ranges take_front(std::size_t wanted_max);

  const std::vector<letter_range>& ranges() const { return ranges_; }
  auto begin() const { return ranges_.begin(); }
  auto end() const { return ranges_.end(); }
  bool operator==(const letter_ranges&) const = default;

  /// Calls `visit(letter_index)` for each letter, lowest first.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& range : ranges_)
      for (auto index = range.begin; index < range.end; ++index)
        visit(index);
  }

private:
  std::vector<letter_range> ranges_;
};

/// The letters that are in both.
letter_ranges common(const letter_ranges& one, const letter_ranges& other);

/// "0-199, 250": inclusive, as people write it.
std::string to_string(const letter_ranges& letters);

} // namespace sluice
