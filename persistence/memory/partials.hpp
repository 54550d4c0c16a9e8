#pragma once
// Partials in memory.

#include "persistence/partials.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace sluice {

class memory_partials final : public partial_store {
public:
  result<stored_partial>
  put(std::string_view name, std::string_view content, std::string_view by, timestamp now) override;
  result<void> remove(std::string_view name, std::string_view by, timestamp now) override;
  result<stored_partial> find(std::string_view name, std::optional<std::uint32_t> version) const override;
  result<std::vector<stored_partial>> list() const override;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<stored_partial>, std::less<>> versions_; ///< by name, the first one first
};

} // namespace sluice
