#include "actors/pattern_check.hpp"

#include "actors/core/matching_forms.hpp"
#include "actors/core/moderation_patterns.hpp"
#include "actors/letters/html_words.hpp"
#include "actors/letters/letter_words.hpp"
#include "actors/row_sample.hpp"
#include "messages/json_value.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t findings_max = 100;

/// A list or an object with its texts as they come out, without escapes.
std::string without_json_escapes(std::string_view value) {
  const auto parsed = nlohmann::json::parse(value, nullptr, false);
  return parsed.is_discarded() ? std::string{value}
                               : parsed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Gathers what was found, each pattern once a place.
class findings {
public:
  explicit findings(const pattern_list& patterns) : patterns_(patterns) {}

  void look_at_letter(letter_index index, const letter_words& letter) {
    for (const auto& one : letter.texts) {
      look_at_text(index, one.field, one.text);
      if (one.field == "text")
        look_at_text(index, one.field, with_joined_lines(one.text));
      for (const auto url : urls_in(one.text))
        look_at_url(index, one.field, url);
    }
    for (const auto& one : letter.urls)
      look_at_url(index, one.field, one.text);
  }

  void look_at_value(letter_index index, const std::string& column, std::string_view value) {
    look_at_bare_value(index, column,
                       is_json_value(value) ? without_json_escapes(value) : std::string{value});
    if (value.find_first_of("<&") != std::string_view::npos)
      look_at_bare_value(index, column, words_of_html(value).text);
    if (value.find('%') != std::string_view::npos || value.find("xn--") != std::string_view::npos)
      look_at_bare_value(index, column, readable_url(value));
  }

  std::vector<notice> take() { return std::move(found_); }

private:
  void look_at_text(letter_index index, const std::string& field, std::string_view text) {
    if (!is_new_text(field, text))
      return;
    for (const auto& match : patterns_.matches_in(text))
      add(match, "suspicious_pattern", field,
          notice{"suspicious_pattern",
                 {{"found", excerpt(match.words)},
                  {"pattern", patterns_.text_of(match.pattern)},
                  {"field", field},
                  {"index", index}}});
  }

  void look_at_url(letter_index index, const std::string& field, std::string_view url) {
    if (!is_new_text("url", url))
      return;
    const auto readable = readable_url(url);
    auto matches = patterns_.matches_in(readable);
    if (matches.empty() && readable != url)
      matches = patterns_.matches_in(url);
    for (const auto& match : matches)
      add(match, "suspicious_url", field,
          notice{"suspicious_url",
                 {{"found", excerpt(match.words)},
                  {"pattern", patterns_.text_of(match.pattern)},
                  {"url", excerpt(url)},
                  {"field", field},
                  {"index", index}}});
  }

  void look_at_bare_value(letter_index index, const std::string& column, const std::string& value) {
    for (const auto& match : patterns_.matches_in(value))
      add(match, "suspicious_value", column,
          notice{"suspicious_value",
                 {{"found", excerpt(match.words)},
                  {"pattern", patterns_.text_of(match.pattern)},
                  {"column", column},
                  {"index", index}}});
  }

  void add(const pattern_list::match& match, std::string_view kind, const std::string& place, notice said) {
    if (found_.size() < findings_max && said_.emplace(match.pattern, kind, place).second)
      found_.push_back(std::move(said));
  }

  /// Most texts are the same in all letters.
  bool is_new_text(std::string_view field, std::string_view text) {
    const std::hash<std::string_view> hash;
    return seen_.insert(hash(text) * 31 + hash(field)).second;
  }

  const pattern_list& patterns_;
  std::vector<notice> found_;
  std::set<std::tuple<std::size_t, std::string_view, std::string>> said_;
  std::unordered_set<std::size_t> seen_;
};

/// Hashes of values, by open addressing: a million take 16 MiB.
class value_hashes {
public:
  /// False: it was there before.
  bool add(std::uint64_t hash) {
    hash |= 1; // 0 is an empty place
    if ((count_ + 1) * 2 > places_.size())
      grow();
    if (!put(hash))
      return false;
    ++count_;
    return true;
  }
  std::size_t size() const { return count_; }

private:
  bool put(std::uint64_t hash) {
    auto at = hash >> 7U & (places_.size() - 1);
    for (; places_[at] != 0; at = (at + 1) & (places_.size() - 1))
      if (places_[at] == hash)
        return false;
    places_[at] = hash;
    return true;
  }

  void grow() {
    constexpr std::size_t places_first = 1024;
    const auto before =
        std::exchange(places_, std::vector<std::uint64_t>(std::max(places_first, places_.size() * 2)));
    for (const auto hash : before)
      if (hash != 0)
        put(hash);
  }

  std::vector<std::uint64_t> places_;
  std::size_t count_ = 0;
};

std::uint64_t hash_of_value(std::uint32_t column, std::string_view value) {
  constexpr std::uint64_t mixer = 0x9E3779B97F4A7C15;
  auto hash = (std::hash<std::string_view>{}(value) ^ (column * mixer)) * mixer;
  return hash ^ hash >> 32U;
}

/// False: there are more than the bounds allow.
result<bool> look_at_values(const store& from,
                            const audience_info& audience,
                            const std::vector<std::uint32_t>& columns,
                            const value_bounds& bounds,
                            const std::function<void(letter_index)>& progress,
                            findings& into) {
  constexpr letter_index rows_a_step = 10'000;
  value_hashes seen;
  std::size_t bytes = 0;
  auto is_within = true;
  const auto look = [&](letter_index index, std::uint32_t column, std::string_view value) {
    if (value.empty() || !is_within || !seen.add(hash_of_value(column, value)))
      return;
    bytes += value.size();
    is_within = seen.size() <= bounds.values_max && bytes <= bounds.bytes_max;
    if (is_within)
      into.look_at_value(index, audience.columns.at(column), value);
  };
  for (letter_index begin = 0; begin < audience.size && is_within; begin += rows_a_step) {
    const auto end = std::min(audience.size, begin + rows_a_step);
    auto read =
        read_ranges(from, audience.id, {{begin, end}}, [&](letter_index index, const recipient_view& row) {
          for (const auto column : columns)
            if (column == 0)
              look(index, column, row.email);
          for (const auto& one : row.fields)
            if (one.column != 0 && std::ranges::binary_search(columns, std::uint32_t{one.column}))
              look(index, one.column, one.value);
        });
    if (!read)
      return std::unexpected(read.error());
    if (progress)
      progress(end);
  }
  return is_within;
}

} // namespace

result<std::vector<notice>> pattern_reasons(const store& from,
                                            const campaign_spec& spec,
                                            const audience_info& audience,
                                            const std::vector<std::string>& patterns,
                                            const value_bounds& bounds,
                                            const std::function<void(letter_index)>& progress) {
  const pattern_list compiled(patterns);
  std::vector<notice> reasons;
  for (const auto& fault : compiled.faults())
    reasons.push_back(notice{"pattern_not_looked_for", {}, {notice_of(fault)}});
  if (compiled.empty())
    return reasons;
  auto reader = letter_reader::make(spec, audience.columns);
  if (!reader) {
    reasons.push_back(notice{"pattern_not_looked_for", {}, {notice_of(reader.error())}});
    return reasons;
  }
  findings found(compiled);
  auto read = read_ranges(
      from, audience.id, sampled_rows(audience.size),
      [&](letter_index index, const recipient_view& row) { found.look_at_letter(index, reader->read(row)); });
  if (!read)
    return std::unexpected(read.error());
  const auto is_whole = look_at_values(from, audience, reader->columns(), bounds, progress, found);
  if (!is_whole)
    return std::unexpected(is_whole.error());
  std::ranges::move(found.take(), std::back_inserter(reasons));
  if (!*is_whole)
    reasons.push_back(notice{"too_many_values_to_check",
                             {{"values", bounds.values_max}, {"mebibytes", bounds.bytes_max >> 20U}}});
  return reasons;
}

std::vector<notice> pattern_reasons_of_letter(const campaign_spec& spec,
                                              const audience_info& audience,
                                              letter_index index,
                                              const recipient& row,
                                              const std::vector<std::string>& patterns) {
  const pattern_list compiled(patterns);
  if (compiled.empty())
    return {};
  auto reader = letter_reader::make(spec, audience.columns);
  if (!reader)
    return {notice{"pattern_not_looked_for", {}, {notice_of(reader.error())}}};
  findings found(compiled);
  std::vector<field_view> fields;
  for (const auto& one : row.fields)
    fields.push_back({one.column, one.value});
  found.look_at_letter(index, reader->read({row.email, fields}));
  for (const auto& one : row.fields)
    if (std::ranges::binary_search(reader->columns(), std::uint32_t{one.column}))
      found.look_at_value(index, audience.columns.at(one.column), one.value);
  return found.take();
}

} // namespace sluice
