#include "actors/relay_roster.hpp"

#include "messages/address.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// "*" stands for any letters, at the pattern's end.
bool fits(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : pattern == name;
}

bool lists(const relay_share& share, const letter_route& route) {
  const auto domain = ascii_domain(domain_of(route.sender));
  return std::ranges::any_of(share.senders,
                             [&](const std::string& one) {
                               return one.find('@') == std::string::npos ? ascii_domain(one) == domain
                                                                         : wire_address(one) == route.sender;
                             }) ||
         std::ranges::any_of(share.campaigns,
                             [&](const std::string& one) { return fits(one, route.campaign); });
}

} // namespace

std::string relay_roster::shown(std::size_t relay) const {
  return all_[relay].name.empty() ? "[relay]" : all_[relay].name;
}

std::vector<std::size_t> relay_roster::serving(const letter_route& route) const {
  std::vector<std::size_t> listed;
  std::vector<std::size_t> open_to_all;
  for (std::size_t at = 0; at < all_.size(); ++at) {
    const auto& [name, share] = all_[at];
    const auto is_named = !route.relay.empty() && name == route.relay;
    if (!is_named && !route.relay.empty() && !share.is_standby)
      continue;
    if (is_named || lists(share, route))
      listed.push_back(at);
    else if (share.senders.empty() && share.campaigns.empty())
      open_to_all.push_back(at);
  }
  const auto is_primary = [&](std::size_t one) { return !is_standby(one, route); };
  const auto has_own = std::ranges::any_of(listed, is_primary);
  std::vector<std::size_t> found = listed;
  for (const auto one : open_to_all)
    if (!has_own || !is_primary(one))
      found.push_back(one);
  std::ranges::stable_partition(found, is_primary);
  const auto names_other = !route.relay.empty() && !has_own;
  return found.empty() || names_other ? std::vector<std::size_t>{} : found;
}

bool relay_roster::is_standby(std::size_t relay, const letter_route& route) const {
  return all_[relay].share.is_standby && (route.relay.empty() || all_[relay].name != route.relay);
}

result<void> relay_roster::check(const letter_route& route) const {
  if (!serving(route).empty())
    return {};
  std::string there;
  for (std::size_t at = 0; at < all_.size(); ++at)
    (there += there.empty() ? "" : ", ") += shown(at);
  if (!route.relay.empty())
    return failure(error_code::invalid_input,
                   notice{"relay_unknown", {{"relay", route.relay}, {"relays", there}}});
  return failure(error_code::invalid_input,
                 notice{"no_relay_serves", {{"sender", route.sender}, {"relays", there}}});
}

} // namespace sluice
