#include "messages/json.hpp"

#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

using nlohmann::json;

namespace {

/// JSON of people is shallow; deeper text is an attack on whoever walks through it.
constexpr int json_depth_max = 32;
constexpr std::size_t fault_bytes_max = 300;

/// The library's words without its prefix "[json.exception.parse_error.101] ", which says nothing to people,
/// and as short and clean as they can be shown: they repeat what was read last, whatever that is.
std::string readable(std::string_view fault) {
  if (const auto end = fault.find("] "); end != std::string_view::npos)
    fault.remove_prefix(end + 2);
  const auto shown = quoted_excerpt(fault, fault_bytes_max);
  return shown.substr(1, shown.size() - 2);
}

} // namespace

result<json> parse_json(std::string_view text) {
  auto is_too_deep = false;
  try {
    auto parsed = json::parse(text, [&](int depth, json::parse_event_t, json&) {
      is_too_deep = is_too_deep || depth > json_depth_max;
      return !is_too_deep;
    });
    if (!is_too_deep)
      return parsed;
  } catch (const json::exception& why) {
    if (!is_too_deep)
      return failure(error_code::invalid_input, notice{"not_json", {{"fault", readable(why.what())}}});
  }
  return failure(error_code::invalid_input, notice{"json_too_deep", {{"max", json_depth_max}}});
}

} // namespace sluice
