#include "adapters/http/connection_table.hpp"

#include <algorithm>

namespace sluice {

connection_table::admission connection_table::admit(connection_number number, const std::string& address) {
  admission given;
  auto& here = addresses_[address];
  const auto in_all = entries_.size() - closing_.size();
  const auto open_max = limits_.in_all - std::min(limits_.for_commands, limits_.in_all);
  const auto is_address_full = here.count - here.closing >= limits_.per_address;
  const auto& yielding = is_address_full ? here.yielding : yielding_;
  if (is_address_full || in_all >= open_max) {
    if (!yielding.empty())
      given.closed = std::get<2>(*yielding.begin());
    else
      given.is = in_all >= limits_.in_all ? verdict::refused : verdict::commands_only;
  }
  if (given.is == verdict::refused)
    ++refused_;
  auto& one = entries_[number];
  one.address = address;
  ++here.count;
  put(number, one, connection_use::silent);
  if (given.closed)
    remove(*given.closed);
  return given;
}

std::optional<connection_number> connection_table::set_use(connection_number number, connection_use use) {
  const auto found = entries_.find(number);
  if (found == entries_.end())
    return std::nullopt;
  take_out(found->second);
  put(number, found->second, use);
  if (closing_.size() <= limits_.closing)
    return std::nullopt;
  const auto longest = std::get<2>(*closing_.begin());
  remove(longest);
  return longest;
}

void connection_table::put(connection_number number, entry& one, connection_use use) {
  one.at = {use, next_moment_++, number};
  auto& here = addresses_[one.address];
  if (use == connection_use::closing) {
    closing_.insert(one.at);
    ++here.closing;
  } else if (use != connection_use::busy) {
    yielding_.insert(one.at);
    here.yielding.insert(one.at);
  }
}

void connection_table::take_out(const entry& one) {
  auto& here = addresses_[one.address];
  here.closing -= closing_.erase(one.at);
  yielding_.erase(one.at);
  here.yielding.erase(one.at);
}

bool connection_table::claim(connection_number number, const std::string& token) {
  const auto found = entries_.find(number);
  if (found == entries_.end() || found->second.token == token)
    return true;
  if (const auto known = tokens_.find(token); known != tokens_.end() && known->second >= limits_.per_token)
    return false;
  const auto before = tokens_.find(found->second.token);
  if (before != tokens_.end() && --before->second == 0)
    tokens_.erase(before);
  found->second.token = token;
  ++tokens_[token];
  return true;
}

void connection_table::remove(connection_number number) {
  const auto found = entries_.find(number);
  if (found == entries_.end())
    return;
  take_out(found->second);
  const auto here = addresses_.find(found->second.address);
  if (--here->second.count == 0)
    addresses_.erase(here);
  if (const auto token = tokens_.find(found->second.token); token != tokens_.end() && --token->second == 0)
    tokens_.erase(token);
  entries_.erase(found);
}

} // namespace sluice
