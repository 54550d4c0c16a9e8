#include "actors/draft_commands.hpp"

#include "actors/approval_checks.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/campaign_check.hpp"
#include "actors/core/content_hash.hpp"
#include "actors/core/due.hpp"
#include "actors/draft_warnings.hpp"
#include "actors/start_checks.hpp"
#include "actors/stored_parts.hpp"
#include "messages/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

/// As if the draft were started now; a draft without an audience is looked at when it gets one.
result<void> check_plan_ends(const campaign_spec& spec, letter_index letters, timestamp now) {
  return letters == 0 ? result<void>{}
                      : check_end(spec.plan, std::max(spec.plan.start_at.value_or(now), now), letters);
}

result<audience_ref> reference(const store& from, audience_id id) {
  if (id == audience_id{})
    return audience_ref{};
  const auto info = from.audiences().info(id);
  if (!info)
    return std::unexpected(info.error());
  return audience_ref{info->id, info->name, info->size, info->hash};
}

/// Refuses a list that mostly failed: what was imported is not what its owner takes it for.
result<void> check_left_out(const engine& services, const audience_ref& audience) {
  const auto max = services.settings.imports.left_out_percent_max;
  if (audience.id == audience_id{} || max >= 100)
    return {};
  const auto import = services.store->audiences().import_of(audience.id);
  if (!import)
    return std::unexpected(import.error());
  if (!*import || left_out_percent(**import, audience.size) <= max)
    return {};
  const auto& summary = **import;
  const auto failed = summary.left_out_total - summary.left_out_repeated;
  constexpr double tenths = 10;
  notice why{"audience_left_out",
             {{"audience", to_string(audience.id)},
              {"left_out", failed},
              {"all", failed + audience.size},
              {"percent", std::round(left_out_percent(summary, audience.size) * tenths) / tenths},
              {"max", max}},
             summary.reasons};
  std::erase_if(why.causes, [](const notice& one) { return one.code == "left_out_repeated_address"; });
  return failure(error_code::audience_left_out, std::move(why));
}

/// The audience that the content is bound to, when all of it may be kept; the content takes its parts from the store.
result<audience_ref> check_content(const engine& services, campaign_spec& spec, audience_id id) {
  if (auto taken = take_parts(*services.store, spec, id); !taken)
    return std::unexpected(taken.error());
  if (auto checked = check_campaign(spec, services.settings.moderation); !checked)
    return std::unexpected(checked.error());
  if (!spec.relay.empty())
    if (auto named = services.relay->check_route(route_of(spec)); !named)
      return std::unexpected(named.error());
  auto audience = reference(*services.store, id);
  if (!audience)
    return audience;
  if (auto ends = check_plan_ends(spec, audience->size, services.now()); !ends)
    return std::unexpected(ends.error());
  return audience;
}

/// Puts the fields that an edit names into the draft as it is.
result<void> merge(draft_edit& edit, const campaign_state& draft) {
  if (edit.fields.empty())
    return {};
  const auto fields = parse_json(edit.fields);
  if (!fields)
    return std::unexpected(fields.error());
  auto merged = merged_campaign_spec(draft.spec, *fields);
  if (!merged)
    return std::unexpected(merged.error());
  edit.spec = std::move(*merged);
  edit.fields.clear();
  if (std::exchange(edit.keeps_audience, false))
    edit.audience = draft.audience;
  edit.made_from = draft.last_event;
  return {};
}

result<void> prepare_edit(const engine& services, const campaign_state& draft, draft_edit& edit) {
  if (auto merged = merge(edit, draft); !merged)
    return merged;
  auto audience = check_content(services, edit.spec, edit.audience.id);
  if (!audience)
    return std::unexpected(audience.error());
  if (!edit.accepts_left_out && audience->id != draft.audience.id)
    if (auto accepted = check_left_out(services, *audience); !accepted)
      return accepted;
  edit.audience = std::move(*audience);
  return {};
}

result<start_check> check_start(const engine& services, const campaign_state& draft) {
  start_check checked;
  checked.version = draft.last_event;
  if (draft.audience.id == audience_id{})
    return checked;
  if (auto served = services.relay->check_route(route_of(draft.spec)); !served)
    return std::unexpected(served.error());
  const auto info = services.store->audiences().info(draft.audience.id);
  if (!info)
    return std::unexpected(info.error());
  if (auto refusal = refusal_of_unknown_tags(*services.store, draft.spec, *info); !refusal.empty())
    return failure(error_code::invalid_input, std::move(refusal));
  auto reasons = reasons_at_start(*services.store, services.campaigns, services.settings.moderation,
                                  draft.spec, draft.audience.id);
  if (!reasons)
    return std::unexpected(reasons.error());
  checked.moderation_reasons = std::move(*reasons);
  checked.content = content_parts_of(draft.spec, info->hash, services.servers);
  auto rules = rules_at_start(services, draft);
  if (!rules)
    return std::unexpected(rules.error());
  checked.rules = std::move(*rules);
  if (!checked.moderation_reasons.empty())
    if (auto approvers = check_approvers(services, draft, checked.rules); !approvers)
      return std::unexpected(approvers.error());
  return checked;
}

/// What the command's key was answered with before; nothing where it has none, or it is another command's.
result<std::optional<command_answer>>
first_answer(const engine& services, campaign_id id, const command& asked) {
  if (asked.idempotency_key.empty())
    return std::nullopt;
  const auto kept =
      std::as_const(*services.store).journal().find_key_of(asked.by_id, asked.by, asked.idempotency_key);
  if (!kept)
    return std::unexpected(kept.error());
  if (*kept && (*kept)->campaign == id && (*kept)->what == name_of(asked.kind))
    return (*kept)->answer;
  return std::nullopt;
}

} // namespace

result<prepared_command> prepare_command(const engine& services, campaign_id id, command asked) {
  const auto kept = first_answer(services, id, asked);
  if (!kept)
    return std::unexpected(kept.error());
  prepared_command prepared{std::move(asked), {}, *kept, nullptr};
  if (prepared.kept)
    return prepared;
  auto recovered = recover(*services.store, id);
  if (!recovered)
    return std::unexpected(recovered.error());
  const auto state = std::make_shared<campaign_state>(std::move(*recovered));
  if (state->is_discarded)
    return std::unexpected(no_such_campaign(services.store->removed_campaigns(), id));
  prepared.state = state;
  if (state->stage != stage::draft)
    return prepared; // it is refused, with what is allowed
  if (prepared.asked.kind == command_kind::edit && prepared.asked.edited) {
    if (auto done = prepare_edit(services, *state, *prepared.asked.edited); !done)
      return std::unexpected(done.error());
  } else if (prepared.asked.kind == command_kind::start) {
    auto checked = check_start(services, *state);
    if (!checked)
      return std::unexpected(checked.error());
    prepared.checked = std::move(*checked);
  }
  return prepared;
}

result<command_answer> answer_of_gone(const engine& services, campaign_id id, const command& asked) {
  const auto kept = first_answer(services, id, asked);
  if (!kept)
    return std::unexpected(kept.error());
  if (*kept)
    return **kept;
  return std::unexpected(no_such_campaign(services.store->removed_campaigns(), id));
}

result<std::optional<campaign_id>> draft_made_before(const store& from, const create_campaign& wanted) {
  if (wanted.idempotency_key.empty())
    return std::nullopt;
  const auto kept = from.journal().find_key_of(wanted.by_id, wanted.by, wanted.idempotency_key);
  if (!kept)
    return std::unexpected(kept.error());
  if (!*kept)
    return std::nullopt;
  if ((*kept)->what != wanted.key_use())
    return failure(error_code::conflict, notice{"idempotency_key_reused"});
  return (*kept)->campaign;
}

result<prepared_draft> prepare_draft(const engine& services, create_campaign wanted) {
  const auto kept = draft_made_before(*services.store, wanted);
  if (!kept)
    return std::unexpected(kept.error());
  if (*kept)
    return prepared_draft{{}, {}, {}, **kept};
  if (!wanted.copied_from) // a copy has what its original had, also nothing
    apply_defaults(wanted.spec, services.settings.letters);
  auto audience = check_content(services, wanted.spec, wanted.audience);
  if (!audience)
    return std::unexpected(audience.error());
  if (!wanted.accepts_left_out)
    if (auto accepted = check_left_out(services, *audience); !accepted)
      return std::unexpected(accepted.error());
  const auto id = services.store->next_campaign();
  if (!id)
    return std::unexpected(id.error());
  return prepared_draft{*id, std::move(wanted.spec), std::move(*audience), {}};
}

} // namespace sluice
