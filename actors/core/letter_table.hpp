#pragma once
// Every letter's state, one of seven, for audiences up to letters_max. Stretches in the same state cost
// next to nothing, so that a waiting campaign of a million letters is small; a stretch in which letters
// differ costs a byte a letter.

#include "messages/outcome.hpp"

#include <array>
#include <memory>
#include <vector>

namespace sluice {

/// A value type. A new table has every letter `pending`.
class letter_table {
public:
  letter_table() = default;
  explicit letter_table(letter_index size);
  letter_table(const letter_table& other);
  letter_table& operator=(const letter_table& other);
  letter_table(letter_table&&) noexcept = default;
  letter_table& operator=(letter_table&&) noexcept = default;
  ~letter_table() = default;

  letter_index size() const { return size_; }
  /// Asserts index < size().
  letter_state at(letter_index index) const;
  /// Asserts range.end <= size().
  void set(letter_range range, letter_state state);
  letter_index count(letter_state state) const { return counts_[static_cast<std::size_t>(state)]; }
  const std::array<letter_index, letter_state_count>& counts() const { return counts_; }

  /// The first letter at or after `from` in that state, or size().
  letter_index find(letter_state state, letter_index from) const;
  /// The first letter behind `index` that is in another state than it, or size(). Asserts index < size().
  letter_index run_end(letter_index index) const;
  /// All letters in that state.
  letter_ranges all(letter_state state) const;
  /// True when every letter of `letters` is inside the table and in one of the states that `allowed` takes.
  template <class Allowed>
  bool all_of(const letter_ranges& letters, Allowed&& allowed) const {
    for (const auto& range : letters) {
      if (range.end > size_)
        return false;
      for (auto index = range.begin; index < range.end; ++index)
        if (!allowed(at(index)))
          return false;
    }
    return true;
  }

  bool operator==(const letter_table& other) const;

private:
  static constexpr letter_index stretch_size = 4096;
  struct stretch {
    std::unique_ptr<std::array<letter_state, stretch_size>> cells; ///< none: all are `uniform`
    letter_state uniform = letter_state::pending;
    std::array<std::uint16_t, letter_state_count> counts{};
  };
  letter_index stretch_letters(std::size_t number) const;
  void set_within(std::size_t number, letter_index begin, letter_index end, letter_state state);

  letter_index size_ = 0;
  std::array<letter_index, letter_state_count> counts_{};
  std::vector<stretch> stretches_; ///< empty while every letter is pending
};

} // namespace sluice
