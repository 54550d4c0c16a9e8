#include "persistence/memory/suppressions.hpp"

#include "messages/address.hpp"
#include "messages/address_search.hpp"
#include "messages/masked_address.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/memory/house_log.hpp"

#include <algorithm>
#include <mutex>

namespace sluice {

result<std::size_t> memory_suppressions::add(const std::vector<suppression>& entries, const act& done) {
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry.email.empty(); }))
    return failure(error_code::invalid_input, "a suppression needs an address");
  const std::lock_guard guard(mutex_);
  std::vector<suppression> added;
  for (const auto& entry : entries) {
    auto kept = entry;
    kept.email = folded(entry.email);
    const auto erased = entries_.find({kept.list, erased_target(house_.hide()(kept.email))});
    if (erased != entries_.end() && erased->second.counts_at(kept.since) && !kept.outlasts(erased->second))
      continue;
    auto& place = entries_[{kept.list, kept.email}];
    if (!place.email.empty() && place.counts_at(kept.since) && !kept.outlasts(place))
      continue;
    place = std::move(kept);
    added.push_back(place);
  }
  if (added.empty())
    return 0;
  const auto recorded = house_.record({{done.at, done.by, event_of(added, house_.hide())}});
  return recorded ? result<std::size_t>(added.size()) : std::unexpected(recorded.error());
}

result<std::size_t>
memory_suppressions::remove(const std::vector<std::string>& targets, std::string_view list, const act& done) {
  const std::lock_guard guard(mutex_);
  house::suppressions_removed removed{.list = std::string{list}, .targets = {}};
  for (const auto& target : targets)
    if (entries_.erase({std::string{list}, folded(target)}) > 0)
      removed.targets.push_back(house_.hide()(folded(target)));
  const auto count = removed.targets.size();
  if (count == 0)
    return 0;
  const auto recorded = house_.record({{done.at, done.by, std::move(removed)}});
  return recorded ? result<std::size_t>(count) : std::unexpected(recorded.error());
}

std::optional<house::suppressions_added> memory_suppressions::added_by_erasure(std::string_view address,
                                                                               timestamp now) const {
  const std::shared_lock guard(mutex_);
  const auto hidden = house_.hide()(folded(address));
  const auto known = entries_.find({{}, folded(address)});
  if ((known != entries_.end() && !known->second.until) || entries_.contains({{}, erased_target(hidden)}))
    return std::nullopt;
  auto group = group_of({.email = erased_target(hidden), .reason = "erased", .since = now});
  group.targets.push_back(hidden);
  return house::suppressions_added{{std::move(group)}};
}

std::uint64_t memory_suppressions::erase(std::string_view address, timestamp now) {
  const std::lock_guard guard(mutex_);
  const auto target = folded(address);
  const auto hidden = erased_target(house_.hide()(target));
  std::uint64_t count = 0;
  for (auto one = entries_.begin(); one != entries_.end();) {
    if (one->second.email != target) {
      ++one;
      continue;
    }
    auto entry = one->second;
    entry.email = hidden;
    entry.reason = without_address(entry.reason, address);
    one = entries_.erase(one);
    entries_.insert_or_assign({entry.list, hidden}, entry);
    ++count;
  }
  auto& for_all = entries_[{{}, hidden}];
  if (for_all.email.empty() || for_all.until)
    for_all = {.email = hidden, .reason = "erased", .since = now};
  return count;
}

result<void> memory_suppressions::visit(
    const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const {
  const std::shared_lock guard(mutex_);
  for (const auto& [place, entry] : entries_) {
    const auto is_erased = is_erased_target(entry.email);
    auto shown = entry;
    if (is_erased)
      shown.email.clear();
    visitor(shown, is_erased ? hidden_in(entry.email) : std::string{});
  }
  return {};
}

const suppression*
memory_suppressions::find(const std::string& list, const std::string& target, timestamp now) const {
  const auto known = entries_.find({list, target});
  return known != entries_.end() && known->second.counts_at(now) ? &known->second : nullptr;
}

/// Its own, that of one who was erased, and those of its domains.
std::vector<std::string> memory_suppressions::targets_of(std::string_view email) const {
  auto targets = targets_covering(folded(email));
  targets.insert(targets.begin() + 1, erased_target(house_.hide()(folded(email))));
  return targets;
}

result<std::vector<std::optional<suppression>>>
memory_suppressions::find(const std::vector<std::string_view>& emails, const suppression_scope& scope) const {
  const std::shared_lock guard(mutex_);
  const std::string list{scope.list};
  std::vector<std::optional<suppression>> found(emails.size());
  for (std::size_t index = 0; index < emails.size(); ++index)
    for (const auto& target : targets_of(emails[index])) {
      const auto* entry = find({}, target, scope.now);
      if (!entry && !list.empty())
        entry = find(list, target, scope.now);
      if (!entry)
        continue;
      found[index] = *entry;
      break;
    }
  return found;
}

result<suppression_page> memory_suppressions::list(const suppression_query& query) const {
  const std::shared_lock guard(mutex_);
  const auto after = place_of_cursor(query.after);
  const searched_words wanted(query.words);
  suppression_page page;
  auto entry =
      !after || query.after.empty() ? entries_.begin() : entries_.upper_bound({after->list, after->target});
  for (; entry != entries_.end(); ++entry) {
    const auto& one = entry->second;
    if (!one.counts_at(query.now) || (query.list && one.list != *query.list) ||
        (!query.words.empty() && !wanted.are_in(one.email)))
      continue;
    page.entries.push_back(one);
    if (page.entries.size() == query.limit) {
      page.next = to_cursor({one.list, one.email});
      break;
    }
  }
  return page;
}

} // namespace sluice
