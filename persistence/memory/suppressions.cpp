#include "persistence/memory/suppressions.hpp"

#include "messages/address.hpp"

#include <algorithm>
#include <mutex>

namespace sluice {

result<std::size_t> memory_suppressions::add(const std::vector<suppression>& entries) {
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry.email.empty(); }))
    return failure(error_code::invalid_input, "a suppression needs an address");
  const std::lock_guard guard(mutex_);
  const auto before = entries_.size();
  for (const auto& entry : entries) {
    auto address = folded(entry.email);
    entries_.try_emplace(address, suppression{address, entry.reason, entry.since});
  }
  return entries_.size() - before;
}

result<std::size_t> memory_suppressions::remove(const std::vector<std::string>& emails) {
  const std::lock_guard guard(mutex_);
  std::size_t removed = 0;
  for (const auto& email : emails)
    removed += entries_.erase(folded(email));
  return removed;
}

result<std::vector<std::optional<std::string>>>
memory_suppressions::find(const std::vector<std::string_view>& emails) const {
  const std::shared_lock guard(mutex_);
  std::vector<std::optional<std::string>> reasons(emails.size());
  for (std::size_t index = 0; index < emails.size(); ++index)
    if (const auto known = entries_.find(folded(emails[index])); known != entries_.end())
      reasons[index] = known->second.reason;
  return reasons;
}

result<std::vector<suppression>> memory_suppressions::list(std::string_view after, std::size_t limit) const {
  const std::shared_lock guard(mutex_);
  std::vector<suppression> found;
  for (auto entry = entries_.upper_bound(folded(after)); entry != entries_.end() && found.size() < limit;
       ++entry)
    found.push_back(entry->second);
  return found;
}

} // namespace sluice
