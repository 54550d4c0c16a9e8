// What moderation would say of a campaign, before it is started.

#include "actors/campaign_check.hpp"
#include "actors/start_checks.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"

namespace sluice {

result<unsaved_campaign> unsaved_campaign_in(node& engine, object_reader& from) {
  unsaved_campaign read;
  auto spec =
      from.has("campaign")
          ? campaign_spec_from_json(from.at("campaign"))
          : result<campaign_spec>(failure(error_code::invalid_input, "campaign: is needed: a campaign file"));
  if (spec)
    read.spec = std::move(*spec);
  else
    from.fail(spec.error());
  if (const auto id = parse_audience_id(from.text("audience", 40)))
    read.audience = *id;
  else
    from.fail("audience", "is needed: an audience's id, like \"a1\"");
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  if (auto checked = check_campaign(read.spec, engine.settings().moderation); !checked)
    return std::unexpected(checked.error());
  return read;
}

namespace handlers {

namespace {

void answer_reasons(node& engine, const campaign_spec& spec, audience_id audience, const respond& answer) {
  const auto reasons =
      reasons_at_start(engine.store(), engine.campaigns(), engine.settings().moderation, spec, audience);
  answer(reasons ? json_response(200, {{"reasons", *reasons}, {"passes", reasons->empty()}})
                 : problem(reasons.error()));
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
    return answer(problem({error_code::not_allowed_now, to_string(view->id) + " is " +
                                                            std::string{name_of(view->status())} +
                                                            ": it was checked when it was started"}));
  if (view->audience.id == audience_id{})
    return answer(problem({error_code::not_allowed_now,
                           to_string(view->id) + " has no audience yet; give it one, then check it"}));
  answer_reasons(engine, view->spec, view->audience.id, answer);
}

void check_content(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto unsaved = unsaved_campaign_in(engine, from);
  if (!unsaved)
    return answer(problem(unsaved.error()));
  answer_reasons(engine, unsaved->spec, unsaved->audience, answer);
}

} // namespace handlers

} // namespace sluice
