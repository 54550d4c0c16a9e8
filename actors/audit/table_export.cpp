#include "actors/audit/table_export.hpp"

#include "messages/time.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace sluice {

using nlohmann::json;

namespace {

constexpr std::size_t entries_at_once = 1'000;
constexpr std::size_t rows_at_once = 2'000;
constexpr std::size_t row_bytes_at_once = 256U << 10U;
/// Before it everything counts, also what has ended since.
constexpr timestamp long_ago{milliseconds{std::numeric_limits<std::int64_t>::min()}};

void add_line(std::string& to, const json& line) {
  to += line.dump(-1, ' ', false, json::error_handler_t::replace);
  to += '\n';
}

std::string hex_of_bytes(std::string_view bytes) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

} // namespace

result<std::string> table_exporter::next() {
  switch (stage_) {
  case stage::head:
    stage_ = stage::suppressions;
    return head();
  case stage::suppressions: {
    auto lines = suppressions();
    if (!lines || !lines->empty())
      return lines;
    stage_ = stage::audiences;
    [[fallthrough]];
  }
  case stage::audiences: {
    auto listed = from_.audiences().list();
    if (!listed)
      return std::unexpected(listed.error());
    audiences_ = *std::move(listed);
    stage_ = stage::rows;
    [[fallthrough]];
  }
  case stage::rows:
    return rows();
  case stage::end:
    break;
  }
  return std::string{};
}

std::string table_exporter::head() const {
  std::string lines;
  add_line(lines, {{"table", "key"}, {"hidden_addresses", hex_of_bytes(from_.hider().key())}});
  for (const auto& [hash, info] : from_.tokens().stored())
    add_line(lines, {{"table", "tokens"},
                     {"id", info.id},
                     {"name", info.name},
                     {"role", name_of(info.role)},
                     {"expires_at", info.expires_at ? json(format_timestamp(*info.expires_at)) : json()},
                     {"domains", info.scope.domains},
                     {"tags", info.scope.tags},
                     {"superseded", info.is_superseded},
                     {"hash", to_hex(hash)}});
  return lines;
}

/// Some entries; empty when there is none any more.
result<std::string> table_exporter::suppressions() {
  std::string lines;
  while (lines.empty()) {
    const auto page =
        from_.suppressions().list({.after = cursor_, .limit = entries_at_once, .now = long_ago});
    if (!page)
      return std::unexpected(page.error());
    for (const auto& one : page->entries)
      add_line(lines, {{"table", "suppressions"},
                       is_erased_target(one.email) ? json{"hidden", hex_of_bytes(hidden_in(one.email))}
                                                   : json{"target", one.email},
                       {"list", one.list},
                       {"reason", one.reason},
                       {"since", format_timestamp(one.since)},
                       {"until", one.until ? json(format_timestamp(*one.until)) : json()}});
    cursor_ = page->next;
    if (cursor_.empty()) {
      stage_ = stage::audiences;
      if (lines.empty())
        return lines;
      break;
    }
  }
  return lines;
}

result<std::string> table_exporter::rows() {
  std::string lines;
  for (; lines.empty() && audience_ < audiences_.size();) {
    const auto& info = audiences_[audience_];
    if (row_ == 0) {
      json line{{"table", "audiences"}, {"id", to_string(info.id)}, {"name", info.name},
                {"size", info.size},    {"hash", info.hash},        {"columns", info.columns}};
      if (!info.root.empty())
        line["root"] = info.root;
      add_line(lines, line);
    }
    const auto some = from_.audiences().read_rows(info.id, row_, rows_at_once, row_bytes_at_once);
    // One that was deleted meanwhile is told of by the log.
    if (!some && some.error().code != error_code::not_found)
      return std::unexpected(some.error());
    for (std::size_t row = 0; some && row < some->size(); ++row)
      add_line(lines, {{"table", "rows"},
                       {"audience", to_string(info.id)},
                       {"row", row_ + row},
                       {some->is_erased(row) ? "leaf" : "sealed", hex_of_bytes(some->sealed(row))}});
    row_ += some ? static_cast<letter_index>(some->size()) : 0;
    if (!some || some->empty() || row_ >= info.size) {
      ++audience_;
      row_ = 0;
    }
  }
  if (lines.empty())
    stage_ = stage::end;
  return lines;
}

} // namespace sluice
