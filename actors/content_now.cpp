#include "actors/content_now.hpp"

#include "actors/core/content_hash.hpp"

namespace sluice {

result<content_parts>
content_now(const engine& services, const campaign_spec& spec, const audience_ref& audience) {
  const auto info = services.store->audiences().info(audience.id);
  if (!info && info.error().code != error_code::not_found)
    return std::unexpected(info.error());
  return content_parts_of(spec, info ? info->hash : std::string{}, services.servers);
}

} // namespace sluice
