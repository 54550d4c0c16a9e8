#include "adapters/smtp/server_addresses.hpp"

#include <algorithm>

namespace sluice {

using boost::asio::ip::tcp;

namespace {

std::vector<tcp::endpoint> with_families_in_turn(const endpoints& found) {
  std::vector<tcp::endpoint> first_family;
  std::vector<tcp::endpoint> other_family;
  for (const auto& one : found) {
    const auto& address = one.endpoint();
    auto& family = first_family.empty() || first_family.front().protocol() == address.protocol()
                       ? first_family
                       : other_family;
    if (std::ranges::find(family, address) == family.end())
      family.push_back(address);
  }
  std::vector<tcp::endpoint> ordered;
  for (std::size_t at = 0; at < std::max(first_family.size(), other_family.size()); ++at)
    for (const auto* family : {&first_family, &other_family})
      if (at < family->size())
        ordered.push_back((*family)[at]);
  return ordered;
}

} // namespace

std::vector<tcp::endpoint> server_addresses::in_order(const endpoints& found) const {
  auto ordered = with_families_in_turn(found);
  // The one that has been silent longest ago may have come back: it is the first of them.
  std::ranges::stable_sort(ordered, {},
                           [this](const auto& one) { // those that are not among them come before all of them
                             const auto at = std::ranges::find(silent_, one);
                             return at == silent_.end() ? 0 : 1 + (at - silent_.begin());
                           });
  return ordered;
}

void server_addresses::on_silent(const tcp::endpoint& address) {
  std::erase(silent_, address);
  if (silent_.size() == silent_max)
    silent_.erase(silent_.begin());
  silent_.push_back(address);
}

} // namespace sluice
