// What moderation would say of a campaign, before it is started.

#include "actors/campaign_check.hpp"
#include "actors/draft_warnings.hpp"
#include "actors/letter_preview.hpp"
#include "actors/start_checks.hpp"
#include "actors/stored_parts.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/message_id.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

namespace sluice {

result<unsaved_campaign> unsaved_campaign_in(node& engine, object_reader& from) {
  unsaved_campaign read;
  auto spec = from.has("campaign")
                  ? campaign_spec_from_json(from.at("campaign"))
                  : result<campaign_spec>(failure(error_code::invalid_input,
                                                  notice{"campaign_needed", {{"field", "campaign"}}}));
  if (spec)
    read.spec = std::move(*spec);
  else
    from.fail(spec.error());
  if (const auto id = parse_audience_id(from.text("audience", 40)))
    read.audience = *id;
  else
    from.fail("audience", notice{"audience_needed"});
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  if (auto taken = take_parts(engine.store(), read.spec, read.audience); !taken)
    return std::unexpected(taken.error());
  if (auto checked = check_campaign(read.spec, engine.settings().moderation); !checked)
    return std::unexpected(checked.error());
  return read;
}

namespace handlers {

namespace {

using nlohmann::json;

json faults_json(const std::vector<letter_fault>& faults) {
  auto items = json::array();
  for (const auto& one : faults)
    items.push_back({{"index", one.index},
                     {"email", one.email},
                     {"text", words_of(one.why)},
                     {"notice", to_json(one.why)}});
  return items;
}

/// `origin`: of the campaign, or of one that is not there yet.
void answer_reasons(node& engine,
                    letter_origin origin,
                    const campaign_spec& spec,
                    audience_id audience,
                    const respond& answer) {
  if (const auto served = engine.relay().check_route(route_of(spec)); !served)
    return answer(problem(served.error()));
  const auto reasons =
      reasons_at_start(engine.store(), engine.campaigns(), engine.settings().moderation, spec, audience);
  if (!reasons)
    return answer(problem(reasons.error()));
  const auto info = engine.store().audiences().info(audience);
  const auto warnings = warnings_of(engine.store(), spec, audience);
  const auto faults = sample_faults(engine.store(), std::move(origin), spec, audience, engine.now());
  if (!info || !warnings || !faults)
    return answer(problem(!info ? info.error() : !warnings ? warnings.error() : faults.error()));
  const auto refusal = refusal_of_unknown_tags(engine.store(), spec, *info);
  json words = json::array();
  for (const auto& reason : *reasons)
    words.push_back(words_of(reason));
  answer(json_response(
      200, {{"reasons", std::move(words)},
            {"notices", to_json(*reasons)},
            {"passes", reasons->empty()},
            {"refused",
             refusal.empty() ? json() : json{{"text", words_of(refusal)}, {"notice", to_json(refusal)}}},
            {"warnings", worded(*warnings)},
            {"faults", faults_json(*faults)}}));
}

} // namespace

void check_draft(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  if (view->stage != stage::draft)
    return answer(problem(
        make_error(error_code::not_allowed_now,
                   notice{"checked_at_start",
                          {{"campaign", to_string(view->id)}, {"status", name_of(view->status())}}})));
  if (view->audience.id == audience_id{})
    return answer(
        problem(make_error(error_code::not_allowed_now,
                           notice{"audience_missing_to_check", {{"campaign", to_string(view->id)}}})));
  const auto content = whole_content(engine, *view);
  if (!content)
    return answer(problem(content.error()));
  answer_reasons(engine, origin_of(engine.store(), *view), *content, view->audience.id, answer);
}

void check_content(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto unsaved = unsaved_campaign_in(engine, from);
  if (!unsaved)
    return answer(problem(unsaved.error()));
  answer_reasons(engine, {{}, engine.store().secret(), std::string{message_ids_of_store}, {}}, unsaved->spec,
                 unsaved->audience, answer);
}

} // namespace handlers

} // namespace sluice
