#pragma once
// The suppression list in memory.

#include "persistence/suppressions.hpp"

#include <map>
#include <shared_mutex>
#include <string>

namespace sluice {

class memory_suppressions final : public suppression_list {
public:
  result<std::size_t> add(const std::vector<suppression>& entries) override;
  result<std::size_t> remove(const std::vector<std::string>& emails) override;
  result<std::vector<std::optional<std::string>>>
  find(const std::vector<std::string_view>& emails) const override;
  result<std::vector<suppression>> list(std::string_view after, std::size_t limit) const override;

private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, suppression> entries_; ///< by address in lower case
};

} // namespace sluice
