#include "adapters/cli/answers.hpp"

#include "adapters/cli/engine_client.hpp"
#include "messages/json.hpp"

#include <nlohmann/json.hpp>

namespace sluice::cli {
namespace {

letter_index letters_of(const nlohmann::json& from, const char* field) {
  const auto number = number_of(from, field);
  return number > letters_max ? letters_max : static_cast<letter_index>(number);
}

letter_counts counts_from(const nlohmann::json& answer) {
  letter_counts counts;
  counts.total = letters_of(answer, "total");
  counts.due = letters_of(answer, "due");
  for (std::size_t i = 0; i < letter_state_count; ++i) {
    const std::string name{name_of(static_cast<letter_state>(i))};
    counts.by_state[i] = letters_of(answer, name.c_str());
  }
  return counts;
}

std::optional<hold> hold_from(const nlohmann::json& answer) {
  if (!answer.is_object())
    return {};
  hold held;
  held.by = text_of(answer, "by");
  held.reason = parse_hold_reason(text_of(answer, "reason")).value_or(hold_reason::operator_request);
  held.text = text_of(answer, "text");
  held.since = moment_of(answer, "since").value_or(timestamp{});
  held.notice.code = text_of(part_of(answer, "notice"), "code");
  return held;
}

std::optional<drain> drain_from(const nlohmann::json& answer) {
  if (!answer.is_object())
    return {};
  return drain{moment_of(answer, "since").value_or(timestamp{}),
               letters_of(answer, "in_flight"),
               {letters_of(answer, "accepted"), letters_of(answer, "refused"), letters_of(answer, "deferred"),
                letters_of(answer, "in_doubt"), letters_of(answer, "returned")},
               moment_of(answer, "ended_at")};
}

/// Which letters have begun is not said; how many is.
std::optional<trial_view> trial_from(const nlohmann::json& answer) {
  if (!answer.is_object())
    return {};
  const auto& outcomes = part_of(answer, "outcomes");
  trial_view trial{letters_of(answer, "letters"),
                   {},
                   letters_of(outcomes, "accepted"),
                   letters_of(outcomes, "refused"),
                   letters_of(outcomes, "others")};
  if (const auto begun = letters_of(outcomes, "begun"); begun > 0)
    trial.begun.add({0, begun});
  return trial;
}

/// Its words are one line: there is no code beside them.
response_group delay_from(const nlohmann::json& last) {
  response_group group;
  group.answer.text = text_of(last, "text");
  group.count = letters_of(last, "letters");
  group.first_seen = moment_of(last, "first_seen").value_or(timestamp{});
  group.last_seen = moment_of(last, "last_seen").value_or(timestamp{});
  return group;
}

void read_relay_help(const nlohmann::json& trouble, campaign_view& view) {
  if (text_of(trouble, "about").empty())
    return;
  view.relay_help = relay_help{text_of(trouble, "about"), text_of(part_of(trouble, "advice"), "text")};
  const auto& tries = part_of(trouble, "tries");
  if (const auto since = moment_of(tries, "since"))
    view.relay_tries = relay_tries{static_cast<std::uint32_t>(number_of(tries, "count")), *since,
                                   moment_of(tries, "next_at")};
}

void read_moderation(const nlohmann::json& answer, campaign_view& view) {
  const auto& reasons = part_of(answer, "reasons");
  if (reasons.is_array())
    for (const auto& reason : reasons)
      if (reason.is_string())
        view.moderation_reasons.push_back(reason.get<std::string>());
  view.moderation_words = text_of(answer, "words");
  const auto& approvals = part_of(answer, "approvals");
  auto& rules = view.approval_rules;
  rules.needed = static_cast<std::uint32_t>(std::max<std::uint64_t>(number_of(approvals, "needed"), 1));
  rules.author = text_of(approvals, "author");
  rules.last_editor = text_of(approvals, "last_editor");
  const auto& two_people = part_of(approvals, "two_people");
  rules.two_people = two_people.is_boolean() && two_people.get<bool>();
  if (const auto& given = part_of(approvals, "given"); given.is_array())
    for (const auto& one : given)
      view.approvals.push_back(
          {text_of(one, "by"), moment_of(one, "at").value_or(timestamp{}), text_of(one, "words"), {}});
  if (const auto expires_at = moment_of(approvals, "expires_at"); expires_at && !view.approvals.empty()) {
    view.approved_at = view.approvals.back().at;
    rules.expires = *expires_at - *view.approved_at;
  }
}

/// The stage, where an answer has none, from the status.
stage stage_from(const nlohmann::json& answer) {
  if (const auto named = parse_stage(text_of(answer, "stage")))
    return *named;
  return parse_stage(text_of(answer, "status")).value_or(stage::sending);
}

} // namespace

const nlohmann::json& part_of(const nlohmann::json& from, const char* field) {
  static const nlohmann::json nothing;
  if (!from.is_object())
    return nothing;
  const auto found = from.find(field);
  return found == from.end() ? nothing : *found;
}

std::string text_of(const nlohmann::json& from, const char* field) {
  const auto& found = part_of(from, field);
  if (found.is_null())
    return {};
  return found.is_string() ? found.get<std::string>() : json_text(found);
}

std::uint64_t number_of(const nlohmann::json& from, const char* field) {
  const auto& found = part_of(from, field);
  // A whole number that was not read from a text may be of the signed kind.
  if (!found.is_number_integer() || found < 0)
    return 0;
  return found.get<std::uint64_t>();
}

bool is_true(const nlohmann::json& from, const char* field) {
  const auto& found = part_of(from, field);
  return found.is_boolean() && found.get<bool>();
}

std::optional<timestamp> moment_of(const nlohmann::json& from, const char* field) {
  const auto& found = part_of(from, field);
  if (!found.is_string())
    return {};
  const auto moment = parse_timestamp(found.get<std::string>());
  return moment ? std::optional{*moment} : std::nullopt;
}

outcome<campaign_view> campaign_from(const nlohmann::json& answer) {
  const auto id = parse_campaign_id(text_of(answer, "id"));
  if (!id)
    return fail(exit_code::refused, "the engine's answer is no campaign");
  campaign_view view;
  view.id = *id;
  view.version = number_of(answer, "version");
  view.stage = stage_from(answer);
  view.hold = hold_from(part_of(answer, "hold"));
  view.spec.name = text_of(answer, "name");
  view.spec.from = text_of(answer, "from");
  view.spec.reply_to = text_of(answer, "reply_to");
  view.spec.subject = text_of(answer, "subject");
  if (const auto plan = plan_from_json(part_of(answer, "plan")))
    view.spec.plan = *plan;
  if (text_of(answer, "on_doubt") == "hold")
    view.spec.on_doubt = doubt_policy::hold;
  view.spec.relay = text_of(answer, "relay");
  for (const auto& one : part_of(answer, "tags"))
    if (one.is_string())
      view.spec.tags.push_back(one.get<std::string>());
  view.accepted_resent = letters_of(answer, "accepted_resent");
  for (const auto& one : part_of(answer, "relays_failing")) {
    relay_view failing;
    failing.name = text_of(one, "name");
    const auto& trouble = part_of(one, "trouble");
    failing.trouble =
        relay_trouble{moment_of(trouble, "since").value_or(timestamp{}), text_of(trouble, "text")};
    view.relays_failing.push_back(std::move(failing));
  }
  const auto& audience = part_of(answer, "audience");
  view.audience.id = parse_audience_id(text_of(audience, "id")).value_or(audience_id{});
  view.audience.name = text_of(audience, "name");
  view.audience.size = letters_of(audience, "size");
  view.created_at = moment_of(answer, "created_at").value_or(timestamp{});
  view.changed_at = moment_of(answer, "changed_at").value_or(timestamp{});
  // Before it is scheduled, `starts_at` is what the plan asks for, and not yet the plan's zero.
  if (view.stage != stage::draft && view.stage != stage::moderation)
    view.t0 = moment_of(answer, "starts_at");
  // The engine says that it was released, not when.
  if (is_true(answer, "released"))
    view.released_at = timestamp{};
  const auto& next = part_of(answer, "next_part");
  if (const auto at = moment_of(next, "at"))
    view.next_part = upcoming_part{*at, letters_of(next, "letters")};
  view.counts = counts_from(part_of(answer, "counts"));
  const auto& rate = part_of(answer, "rate");
  view.rate = rate.is_number() ? rate.get<double>() : 0;
  if (const auto& pace = part_of(answer, "relay_pace"); pace.is_object()) {
    view.relay_pace = relay_pace{std::nullopt, 0, 0, text_of(pace, "text")};
    if (const auto found = pace.find("letters_per_second"); found != pace.end() && found->is_number())
      view.relay_pace->letters_per_second = found->get<double>();
    view.relay_pace->connections = static_cast<std::size_t>(number_of(pace, "connections"));
    view.relay_pace->connections_max = static_cast<std::size_t>(number_of(pace, "connections_max"));
  }
  const auto& trouble = part_of(answer, "relay_trouble");
  if (trouble.is_object())
    view.relay_trouble =
        relay_trouble{moment_of(trouble, "since").value_or(timestamp{}), text_of(trouble, "text")};
  read_relay_help(trouble, view);
  const auto& delays = part_of(answer, "delays");
  view.next_retry_at = moment_of(delays, "next_at");
  if (const auto& last = part_of(delays, "last"); last.is_object())
    view.responses.push_back(delay_from(last));
  view.trial = trial_from(part_of(answer, "trial"));
  view.trial_on_resume = letters_of(part_of(answer, "hold"), "trial");
  view.refused_for_now = letters_of(part_of(answer, "refusals"), "provisional");
  view.drain = drain_from(part_of(answer, "drain"));
  read_moderation(part_of(answer, "moderation"), view);
  view.fault = text_of(answer, "fault");
  return view;
}

response_group response_from(const nlohmann::json& answer) {
  response_group group;
  const auto& nested = part_of(answer, "answer");
  const auto& said = nested.is_object() ? nested : answer;
  const auto code = number_of(said, "code");
  group.answer.code = code > 999 ? std::uint16_t{0} : static_cast<std::uint16_t>(code);
  group.answer.enhanced = text_of(said, "enhanced");
  group.answer.text = text_of(said, "text");
  group.count = letters_of(answer, "count");
  group.first_seen = moment_of(answer, "first_seen").value_or(timestamp{});
  group.last_seen = moment_of(answer, "last_seen").value_or(timestamp{});
  group.example = letters_of(answer, "example");
  return group;
}

} // namespace sluice::cli
