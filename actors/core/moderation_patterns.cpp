#include "actors/core/moderation_patterns.hpp"

#include "actors/core/matching_forms.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

/// What RE2 takes for ASCII alone, and what it calls the same in every script; both within brackets.
struct spelling {
  std::string_view said;
  std::string_view opposite; ///< empty: has none
  std::string_view in_brackets;
};

constexpr std::array<spelling, 5> spellings{{{"\\w", "\\W", "\\pL\\pM\\pN_"},
                                             {"\\s", "\\S", "\\s\\pZ"},
                                             {"[:alpha:]", "", "\\pL"},
                                             {"[:alnum:]", "", "\\pL\\pN"},
                                             {"[:space:]", "", "\\s\\pZ"}}};

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char one) {
    return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'f') || (one >= 'A' && one <= 'F');
  });
}

/// The pattern as RE2 is to have it.
class translation {
public:
  explicit translation(std::string_view pattern) : rest_(pattern) {
    while (!rest_.empty())
      if (!take_spelling() && !take_code_point())
        take_as_is();
  }

  const std::string& text() const { return text_; }
  bool has_useless_word_boundary() const { return has_word_boundary_ && !is_ascii_; }

private:
  bool take_spelling() {
    for (const auto& [said, opposite, in_brackets] : spellings) {
      if (rest_.starts_with(said) && (is_in_brackets_ || said.front() == '\\'))
        return replace(said.size(), is_in_brackets_ ? "" : "[", in_brackets);
      if (!opposite.empty() && rest_.starts_with(opposite) && !is_in_brackets_)
        return replace(opposite.size(), "[^", in_brackets);
    }
    return false;
  }

  bool replace(std::size_t length, std::string_view opening, std::string_view by) {
    text_.append(opening).append(by);
    if (!opening.empty())
      text_.push_back(']');
    rest_.remove_prefix(length);
    return true;
  }

  bool take_code_point() {
    if (!rest_.starts_with("\\u") || rest_.size() < 6 || !is_hexadecimal(rest_.substr(2, 4)))
      return false;
    is_ascii_ = false;
    text_.append("\\x{").append(rest_.substr(2, 4)).append("}");
    rest_.remove_prefix(6);
    return true;
  }

  void take_as_is() {
    is_ascii_ &= static_cast<unsigned char>(rest_.front()) < 0x80;
    has_word_boundary_ |= !is_in_brackets_ && (rest_.starts_with("\\b") || rest_.starts_with("\\B"));
    std::size_t length = rest_.front() == '\\' && rest_.size() > 1 ? 2 : 1;
    if (rest_.front() == '[' && !is_in_brackets_) {
      is_in_brackets_ = true;
      // A bracket that is closed at once is a character of the class.
      length = rest_.starts_with("[^]") ? 3 : rest_.starts_with("[]") || rest_.starts_with("[^") ? 2 : 1;
    } else if (rest_.front() == ']') {
      is_in_brackets_ = false;
    }
    text_.append(rest_.substr(0, length));
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
  std::string text_;
  bool is_in_brackets_ = false;
  bool has_word_boundary_ = false;
  bool is_ascii_ = true;
};

RE2::Options options() {
  RE2::Options made;
  made.set_case_sensitive(false);
  made.set_log_errors(false);
  return made;
}

/// Empty: none.
std::string fault_of(const translation& translated, const RE2& expression) {
  if (!expression.ok())
    return expression.error();
  if (translated.has_useless_word_boundary())
    return "\\b and \\B know the letters of ASCII alone; say (^|\\W) or ($|\\W) instead";
  return {};
}

std::unexpected<error> useless(const std::string& pattern, const std::string& why) {
  return failure(error_code::invalid_input,
                 notice{"pattern_invalid", {{"pattern", pattern}, {"fault", why}}});
}

/// Whether texts are to be folded towards Cyrillic letters for it.
bool names_cyrillic(std::string_view pattern) {
  const auto is_lead = [](char one) {
    return static_cast<unsigned char>(one) >= 0xD0 && static_cast<unsigned char>(one) <= 0xD4;
  };
  return std::ranges::any_of(pattern, is_lead) || pattern.find("Cyrillic") != std::string_view::npos ||
         pattern.find("\\x{04") != std::string_view::npos;
}

std::string find_in(const RE2& expression, std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const re2::StringPiece line(text.data() + begin, end - begin);
    re2::StringPiece match;
    if (expression.Match(line, 0, line.size(), RE2::UNANCHORED, &match, 1) && !match.empty())
      return std::string(match);
    begin = end + 1;
  }
  return {};
}

/// Also where what matches is empty.
bool matches_a_line(const RE2& expression, std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    const re2::StringPiece line(text.data() + begin, end - begin);
    if (expression.Match(line, 0, line.size(), RE2::UNANCHORED, nullptr, 0))
      return true;
    begin = end + 1;
  }
  return false;
}

} // namespace

result<void> check_pattern_syntax(const std::string& pattern) {
  const translation translated(pattern);
  const RE2 expression(translated.text(), options());
  if (const auto fault = fault_of(translated, expression); !fault.empty())
    return useless(pattern, fault);
  return {};
}

struct pattern_list::expression {
  std::string pattern;
  RE2 compiled;
};

pattern_list::pattern_list(std::span<const std::string> patterns) {
  std::string all;
  for (const auto& pattern : patterns) {
    const translation translated(pattern);
    std::unique_ptr<expression> made(new expression{pattern, RE2(translated.text(), options())});
    if (const auto fault = fault_of(translated, made->compiled); !fault.empty()) {
      faults_.push_back(useless(pattern, fault).error());
      continue;
    }
    all.append(all.empty() ? "(?:" : "|(?:").append(translated.text()).append(")");
    has_cyrillic_ |= names_cyrillic(translated.text());
    expressions_.push_back(std::move(made));
  }
  if (expressions_.size() < 2)
    return;
  any_.reset(new expression{{}, RE2(all, options())});
  if (!any_->compiled.ok())
    any_.reset();
}

pattern_list::~pattern_list() = default;
pattern_list::pattern_list(pattern_list&&) noexcept = default;
pattern_list& pattern_list::operator=(pattern_list&&) noexcept = default;

const std::string& pattern_list::text_of(std::size_t pattern) const {
  return expressions_[pattern]->pattern;
}

std::vector<pattern_list::match> pattern_list::matches_in(std::string_view text) const {
  std::vector<match> found;
  if (expressions_.empty() || text.empty())
    return found;
  for (const auto& form : matching_forms(text, has_cyrillic_)) {
    if (any_ && !matches_a_line(any_->compiled, form))
      continue;
    for (std::size_t at = 0; at < expressions_.size(); ++at) {
      if (std::ranges::find(found, at, &match::pattern) != found.end())
        continue;
      if (auto words = find_in(expressions_[at]->compiled, form); !words.empty())
        found.push_back({at, std::move(words)});
    }
  }
  std::ranges::sort(found, {}, &match::pattern);
  return found;
}

} // namespace sluice
