#pragma once
// The moderators' words and patterns, looked for in a campaign's texts by RE2: in time linear in the text, in at
// most 8 MiB (RE2's own bound for a pattern), whatever pattern and text are.
//
// A pattern is what RE2 takes (https://github.com/google/re2/wiki/Syntax), so no back-reference and no look-around.
// Beyond that, `\w`, `\s`, their opposites, [:alpha:], [:alnum:] and [:space:] know every script, and `\u0430` is a
// character. `\b` and `\B` know ASCII's letters alone: a pattern with one of these and a character beyond ASCII is
// refused, because it would never match.

#include "messages/error.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// `invalid_input` when it is no pattern, with what is wrong about it.
result<void> check_pattern_syntax(const std::string& pattern);

/// Several patterns, made ready once for many texts. Used by one thread at a time.
class pattern_list {
public:
  explicit pattern_list(std::span<const std::string> patterns);
  ~pattern_list();
  pattern_list(pattern_list&&) noexcept;
  pattern_list& operator=(pattern_list&&) noexcept;

  /// Those that cannot be used, which are passed over: `invalid_input`.
  const std::vector<error>& faults() const { return faults_; }
  bool empty() const { return expressions_.empty(); }
  const std::string& text_of(std::size_t pattern) const;

  struct match {
    std::size_t pattern = 0;
    std::string words; ///< as they stand in the form that matched, in UTF-8
  };
  /// Each pattern that matches the text in some form of it (matching_forms.hpp), once. Without regard to case, in any
  /// script; within a line.
  std::vector<match> matches_in(std::string_view text) const;

private:
  struct expression;
  std::vector<std::unique_ptr<expression>> expressions_;
  std::unique_ptr<expression> any_; ///< all of them as one, which most texts do not match
  std::vector<error> faults_;
  bool has_cyrillic_ = false;
};

} // namespace sluice
