#pragma once
// The suppression list in memory.

#include "messages/house_event.hpp"
#include "persistence/suppressions.hpp"

#include <map>
#include <shared_mutex>
#include <utility>

namespace sluice {

class memory_house_log;

class memory_suppressions final : public suppression_list {
public:
  /// `house` outlives it.
  explicit memory_suppressions(memory_house_log& house) : house_(house) {}
  result<std::size_t> add(const std::vector<suppression>& entries, const act& done) override;
  result<std::size_t>
  remove(const std::vector<std::string>& targets, std::string_view list, const act& done) override;
  result<void>
  visit(const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const override;
  result<std::vector<std::optional<suppression>>> find(const std::vector<std::string_view>& emails,
                                                       const suppression_scope& scope) const override;
  result<suppression_page> list(const suppression_query& query) const override;

  /// Hides the address in every entry that names it, and suppresses it for good; says how many named it.
  std::uint64_t erase(std::string_view address, timestamp now);
  /// The same for the house's log, where that entry is new.
  std::optional<house::suppressions_added> added_by_erasure(std::string_view address, timestamp now) const;

private:
  using key = std::pair<std::string, std::string>; ///< list, target
  std::vector<std::string> targets_of(std::string_view email) const;
  const suppression* find(const std::string& list, const std::string& target, timestamp now) const;

  memory_house_log& house_;
  mutable std::shared_mutex mutex_;
  std::map<key, suppression> entries_;
};

} // namespace sluice
