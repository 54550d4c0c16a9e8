#include "adapters/http/campaign_json.hpp"

#include "actors/audit/recovery.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

result<campaign_spec> whole_content(node& engine, const campaign_view& campaign) {
  return content_of(engine.store(), campaign.id);
}

result<campaign_view> whole_campaign(node& engine, const http_request& request) {
  auto view = named_campaign(engine, request);
  if (!view)
    return view;
  auto content = whole_content(engine, *view);
  if (!content)
    return std::unexpected(content.error());
  view->spec = std::move(*content);
  return view;
}

nlohmann::json brief_json(campaign_view campaign) {
  campaign.spec.text.clear();
  campaign.spec.html.clear();
  auto shown = to_json(campaign);
  shown.erase("text");
  shown.erase("html");
  return shown;
}

result<nlohmann::json> whole_json(node& engine, const campaign_view& campaign) {
  auto content = whole_content(engine, campaign);
  if (!content)
    return std::unexpected(content.error());
  auto whole = campaign;
  whole.spec = std::move(*content);
  return to_json(whole);
}

} // namespace sluice
