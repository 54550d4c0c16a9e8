#include "adapters/delivery/pace_notes.hpp"

#include "actors/core/common_words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sluice {

namespace {

using nlohmann::json;

constexpr int version_now = 1;
/// A server's words may be long, and are for people only.
constexpr std::size_t words_bytes_max = 500;
/// More is no bound.
constexpr double noted_rate_max = 1e6;
constexpr std::size_t connections_max = 1'000'000;

/// A moment of the monotonic clock as the wall clock's, and back.
struct clocks {
  moment now;
  timestamp wall;

  std::int64_t stored(moment at) const {
    return (wall - std::chrono::duration_cast<milliseconds>(now - at)).time_since_epoch().count();
  }
  /// Nothing where it is too long ago. A clock that was set back must not keep it for years.
  std::optional<moment> read(std::int64_t at) const {
    const auto age = std::max(wall - timestamp{milliseconds{at}}, milliseconds{0});
    if (age > pace_kept_for)
      return std::nullopt;
    return now - age;
  }
};

json as_json(const rate_finding& found, const clocks& when) {
  return {{"ceiling", found.ceiling},
          {"base", found.base},
          {"starved", found.is_starved},
          {"at", when.stored(found.found_at)}};
}

void require(bool holds, const char* what) {
  if (!holds)
    throw std::invalid_argument(what);
}

double read_rate(const json& from, const char* name) {
  const auto value = from.at(name).get<double>();
  require(std::isfinite(value) && value > 0 && value <= noted_rate_max, "a rate that is none");
  return value;
}

std::optional<rate_finding> read_rate_finding(const json& from, const clocks& when) {
  const auto at = when.read(from.at("at").get<std::int64_t>());
  const rate_finding found{read_rate(from, "ceiling"), read_rate(from, "base"),
                           from.at("starved").get<bool>(), at.value_or(moment{})};
  return at ? std::optional(found) : std::nullopt;
}

std::optional<connections_finding> read_connections(const json& from, const clocks& when) {
  const auto at = when.read(from.at("at").get<std::int64_t>());
  const connections_finding found{from.at("limit").get<std::size_t>(), from.at("ceiling").get<std::size_t>(),
                                  milliseconds{from.at("probe_delay").get<std::int64_t>()},
                                  at.value_or(moment{})};
  require(found.limit > 0 && found.limit <= connections_max && found.ceiling >= found.limit &&
              found.ceiling <= connections_max && found.probe_delay >= milliseconds{0},
          "connections that are none");
  return at ? std::optional(found) : std::nullopt;
}

pace_findings read_findings(const json& from, const clocks& when) {
  require(from.at("v").get<int>() == version_now, "a version that is not known here");
  pace_findings found;
  if (from.contains("rate"))
    found.rate = read_rate_finding(from.at("rate"), when);
  if (from.contains("connections"))
    found.connections = read_connections(from.at("connections"), when);
  if (from.contains("domains"))
    for (const auto& one : from.at("domains"))
      if (const auto rate = read_rate_finding(one, when))
        found.domains.emplace_back(one.at("domain").get<std::string>(), *rate);
  if (!found.empty())
    found.words = from.at("words").get<std::string>();
  return found;
}

} // namespace

std::string encode_pace_notes(const pace_findings& found, moment now, timestamp wall) {
  if (found.empty())
    return {};
  const clocks when{now, wall};
  json notes{{"v", version_now}, {"words", common_words(found.words).substr(0, words_bytes_max)}};
  if (found.rate)
    notes["rate"] = as_json(*found.rate, when);
  if (found.connections)
    notes["connections"] = {{"limit", found.connections->limit},
                            {"ceiling", found.connections->ceiling},
                            {"probe_delay", found.connections->probe_delay.count()},
                            {"at", when.stored(found.connections->found_at)}};
  for (const auto& [domain, rate] : found.domains) {
    auto one = as_json(rate, when);
    one["domain"] = domain;
    notes["domains"].push_back(std::move(one));
  }
  // A server's words need be no UTF-8, and may have been cut amid a letter.
  return notes.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<pace_findings> decode_pace_notes(std::string_view text, moment now, timestamp wall) {
  if (text.empty())
    return pace_findings{};
  try {
    return read_findings(json::parse(text), {now, wall});
  } catch (const std::exception& fault) {
    return failure(error_code::corrupt,
                   std::string{"what was kept of a relay's pace cannot be read: "} + fault.what());
  }
}

} // namespace sluice
