#include "persistence/memory/partials.hpp"

namespace sluice {

result<stored_partial>
memory_partials::put(std::string_view name, std::string_view content, std::string_view by, timestamp now) {
  if (auto checked = check_partial_name(name); !checked)
    return std::unexpected(checked.error());
  if (auto checked = check_partial_content(content); !checked)
    return std::unexpected(checked.error());
  const std::lock_guard guard(mutex_);
  auto& versions = versions_[std::string{name}];
  if (!versions.empty() && !versions.back().is_deleted && versions.back().content == content)
    return versions.back();
  versions.push_back({.name = std::string{name},
                      .version = static_cast<std::uint32_t>(versions.size() + 1),
                      .content = std::string{content},
                      .changed_at = now,
                      .changed_by = std::string{by}});
  return versions.back();
}

result<void> memory_partials::remove(std::string_view name, std::string_view by, timestamp now) {
  const std::lock_guard guard(mutex_);
  const auto known = versions_.find(name);
  if (known == versions_.end() || known->second.back().is_deleted)
    return no_such_partial(name);
  known->second.push_back({.name = std::string{name},
                           .version = static_cast<std::uint32_t>(known->second.size() + 1),
                           .content = {},
                           .changed_at = now,
                           .changed_by = std::string{by},
                           .is_deleted = true});
  return {};
}

result<stored_partial> memory_partials::find(std::string_view name,
                                             std::optional<std::uint32_t> version) const {
  const std::lock_guard guard(mutex_);
  const auto known = versions_.find(name);
  if (known == versions_.end() || version == 0U || version.value_or(1) > known->second.size())
    return no_such_partial(name);
  const auto& one = version ? known->second[*version - 1] : known->second.back();
  if (one.is_deleted)
    return no_such_partial(name);
  return one;
}

result<std::vector<stored_partial>> memory_partials::list() const {
  const std::lock_guard guard(mutex_);
  std::vector<stored_partial> all;
  for (const auto& [name, versions] : versions_)
    if (!versions.back().is_deleted) {
      all.push_back(versions.back());
      all.back().content.clear();
    }
  return all;
}

} // namespace sluice
