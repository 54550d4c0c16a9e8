#include "adapters/http/campaign_json.hpp"

#include "actors/audit/recovery.hpp"
#include "adapters/http/relay_advice.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

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

namespace {
/// What a view does not know: how the relay fares.
void add_relay(node& engine, campaign_view& campaign) {
  if (campaign.stage == stage::sending)
    campaign.relay_pace = engine.found_pace();
  if (campaign.stage == stage::sending && !campaign.relay_trouble)
    campaign.relays_failing = engine.relays_failing(campaign.spec);
  if (!campaign.relay_trouble)
    return;
  const auto trouble = notice_or_text(campaign.relay_trouble->notice, campaign.relay_trouble->text);
  auto advice = advice_on(trouble);
  campaign.relay_help = relay_help{std::string{whose_trouble(trouble)},
                                   advice.empty() ? std::string{} : words_of(advice), std::move(advice)};
  campaign.relay_tries = engine.tries();
}
} // namespace

nlohmann::json brief_json(node& engine, campaign_view campaign) {
  add_relay(engine, campaign);
  campaign.spec.text.clear();
  campaign.spec.html.clear();
  auto shown = to_json(campaign);
  shown.erase("text");
  shown.erase("html");
  return shown;
}

nlohmann::json worded(const std::vector<notice>& all) {
  auto items = nlohmann::json::array();
  for (const auto& one : all)
    items.push_back({{"text", words_of(one)}, {"notice", to_json(one)}});
  return items;
}

result<nlohmann::json> whole_json(node& engine, const campaign_view& campaign) {
  auto content = whole_content(engine, campaign);
  auto whole = campaign;
  if (content)
    whole.spec = std::move(*content);
  else if (campaign.fault.empty()) // which else tells why there is none
    return std::unexpected(content.error());
  add_relay(engine, whole);
  return to_json(whole);
}

} // namespace sluice
