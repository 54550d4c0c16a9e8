#include "actors/draft_warnings.hpp"

#include "actors/letters/letter_check.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/row_sample.hpp"
#include "actors/stored_parts.hpp"
#include "messages/json_value.hpp"

#include <algorithm>
#include <optional>

namespace sluice {

namespace {

constexpr letter_index rows_looked_at_whole = 10'000;
constexpr letter_index end_rows = 1000; ///< of a larger audience, at its beginning and its end
constexpr letter_index runs = 100;      ///< between them
constexpr letter_index run_rows = 64;
constexpr std::size_t empty_percent_max = 1;

std::vector<letter_range> ranges_looked_at(letter_index size) {
  if (size <= rows_looked_at_whole)
    return {{0, size}};
  std::vector<letter_range> ranges{{0, end_rows}};
  const std::uint64_t between = size - 2 * end_rows - run_rows;
  for (std::uint64_t run = 0; run < runs; ++run) {
    const auto begin = end_rows + static_cast<letter_index>(between * run / runs);
    ranges.push_back({begin, begin + run_rows});
  }
  ranges.push_back({size - end_rows, size});
  return ranges;
}

/// Looks at the audience's rows when it is first asked, which few campaigns do.
class structured_columns {
public:
  structured_columns(const store& from, const audience_info& info) : from_(from), info_(info) {}

  bool operator()(std::uint32_t column) {
    if (!found_) {
      found_.emplace(info_.columns.size());
      // Rows that cannot be read are told of where letters are made.
      static_cast<void>(read_ranges(from_, info_.id, ranges_looked_at(info_.size),
                                    [&](letter_index, const recipient_view& row) {
                                      for (const auto& field : row.fields)
                                        if (is_json_value(field.value))
                                          found_->at(field.column) = true;
                                    }));
    }
    return column < found_->size() && (*found_)[column];
  }

private:
  const store& from_;
  const audience_info& info_;
  std::optional<std::vector<bool>> found_;
};

std::vector<unknown_tag>
tags_without_column(const store& from, const campaign_spec& spec, const audience_info& info) {
  structured_columns structured(from, info);
  return unknown_tags(spec, info.columns, [&](std::uint32_t column) { return structured(column); });
}

result<void> add_empty_fields(const store& from,
                              const campaign_spec& spec,
                              const audience_info& info,
                              std::vector<notice>& warnings) {
  const auto shown = unguarded_columns(spec, info.columns);
  if (shown.empty())
    return {};
  std::vector<std::size_t> filled(info.columns.size());
  std::size_t rows = 0;
  auto read =
      read_ranges(from, info.id, ranges_looked_at(info.size), [&](letter_index, const recipient_view& row) {
        ++rows;
        filled[0] += row.email.empty() ? 0U : 1U;
        for (const auto& field : row.fields)
          if (field.column != 0 && field.value.find_first_not_of(" \t\r\n") != std::string_view::npos)
            ++filled.at(field.column);
      });
  if (!read)
    return read;
  for (const auto column : shown)
    if (const auto empty = rows - filled.at(column); empty * 100 > rows * empty_percent_max)
      warnings.push_back(
          notice{"field_often_empty",
                 {{"column", info.columns.at(column)},
                  {"percent", 100.0 * static_cast<double>(empty) / static_cast<double>(rows)}}});
  return {};
}

} // namespace

result<std::vector<notice>> warnings_of(const store& from, const campaign_spec& spec, audience_id audience) {
  std::vector<notice> warnings;
  if (audience != audience_id{}) {
    const auto info = from.audiences().info(audience);
    if (!info)
      return std::unexpected(info.error());
    for (const auto& tag : tags_without_column(from, spec, *info))
      warnings.push_back(notice_of(tag));
    if (auto added = add_empty_fields(from, spec, *info, warnings); !added)
      return std::unexpected(added.error());
  }
  std::ranges::move(content_warnings(spec), std::back_inserter(warnings));
  return warnings;
}

result<std::vector<letter_fault>> sample_faults(
    const store& from, letter_origin origin, const campaign_spec& spec, audience_id audience, timestamp now) {
  const auto info = from.audiences().info(audience);
  if (!info)
    return std::unexpected(info.error());
  origin.list = info->name;
  const auto composer = make_letter_composer(origin, spec, info->columns, attachments_in(from));
  if (!composer)
    return std::unexpected(composer.error());
  std::vector<letter_fault> faults;
  auto read = read_ranges(from, audience, sampled_rows(info->size),
                          [&](letter_index index, const recipient_view& row) {
                            batch into;
                            if (const auto made = (*composer)->compose(index, row, now, into); !made)
                              faults.push_back({index, std::string{row.email}, notice_of(made.error())});
                          });
  if (!read)
    return std::unexpected(read.error());
  return faults;
}

notice refusal_of_unknown_tags(const store& from, const campaign_spec& spec, const audience_info& audience) {
  if (spec.allow_unknown_fields)
    return {};
  const auto unknown = tags_without_column(from, spec, audience);
  if (unknown.empty())
    return {};
  notice why{"unknown_tags"};
  for (const auto& tag : unknown)
    why.causes.push_back(notice_of(tag));
  return why;
}

} // namespace sluice
