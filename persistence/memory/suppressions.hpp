#pragma once
// The suppression list in memory.

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

private:
  using key = std::pair<std::string, std::string>; ///< list, target
  const suppression* find(const std::string& list, const std::string& target, timestamp now) const;

  memory_house_log& house_;
  mutable std::shared_mutex mutex_;
  std::map<key, suppression> entries_;
};

} // namespace sluice
