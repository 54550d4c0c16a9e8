#include "messages/id.hpp"

#include <charconv>

namespace sluice {

namespace {

std::optional<std::uint64_t> parse_number(char letter, std::string_view text) {
  if (text.starts_with(letter))
    text.remove_prefix(1);
  // Each thing has one name: c007 is not another word for c7.
  if (text.starts_with('0'))
    return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

} // namespace

std::string to_string(campaign_id id) {
  return "c" + std::to_string(id.value);
}

std::string to_string(audience_id id) {
  return "a" + std::to_string(id.value);
}

std::optional<campaign_id> parse_campaign_id(std::string_view text) {
  const auto number = parse_number('c', text);
  return number ? std::optional(campaign_id{*number}) : std::nullopt;
}

std::optional<audience_id> parse_audience_id(std::string_view text) {
  const auto number = parse_number('a', text);
  return number ? std::optional(audience_id{*number}) : std::nullopt;
}

} // namespace sluice
