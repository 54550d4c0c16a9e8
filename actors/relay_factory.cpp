#include "actors/relay_factory.hpp"

#include "messages/address.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sluice {

letter_route route_of(const campaign_spec& campaign) {
  const auto sender = parse_mailbox(campaign.from);
  return {sender ? wire_address(sender->address) : std::string{}, campaign.name, campaign.relay};
}

namespace {

struct period_name {
  std::string_view name;
  milliseconds period;
};

constexpr std::array<period_name, 4> periods{{{"s", std::chrono::seconds(1)},
                                              {"m", std::chrono::minutes(1)},
                                              {"h", std::chrono::hours(1)},
                                              {"d", std::chrono::hours(24)}}};

std::unexpected<error> wrong_limit(std::string_view text) {
  return failure(
      error_code::invalid_input,
      fmt::format("\"{}\" is no limit; expected like \"14/s\", \"600/m\", \"2000/h\" or \"100000/d\", or "
                  "with a recipient domain before it: \"gmail.com 20/s\"",
                  text));
}

} // namespace

result<relay_limit> parse_relay_limit(std::string_view text) {
  relay_limit limit;
  auto rate = text;
  if (const auto space = text.find(' '); space != std::string_view::npos) {
    limit.domain = ascii_domain(text.substr(0, space));
    rate = text.substr(space + 1);
    if (limit.domain.empty() || limit.domain.find_first_of("@/ ") != std::string::npos)
      return wrong_limit(text);
  }
  const auto [end, fault] = std::from_chars(rate.data(), rate.data() + rate.size(), limit.letters);
  const auto unit = rate.substr(static_cast<std::size_t>(end - rate.data()));
  if (fault != std::errc{} || limit.letters == 0 || !unit.starts_with('/'))
    return wrong_limit(text);
  for (const auto& one : periods)
    if (one.name == unit.substr(1)) {
      limit.period = one.period;
      return limit;
    }
  return wrong_limit(text);
}

std::string server_of(std::string_view url) {
  const auto start = url.find("://");
  if (start == std::string_view::npos)
    return std::string{url};
  const auto authority = url.substr(start + 3, url.substr(start + 3).find('/'));
  const auto at = authority.rfind('@');
  const auto colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
    return std::string{url};
  return fmt::format("{}{}", url.substr(0, start + 3 + colon), url.substr(start + 3 + at));
}

std::string to_string(const relay_limit& limit) {
  std::string_view unit;
  for (const auto& one : periods)
    if (one.period == limit.period)
      unit = one.name;
  return fmt::format("{}{}{}/{}", limit.domain, limit.domain.empty() ? "" : " ", limit.letters, unit);
}

} // namespace sluice
