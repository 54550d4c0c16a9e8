#include "messages/json.hpp"
#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

using nlohmann::json;

namespace {
json moment_or_null(const std::optional<timestamp>& moment) {
  return moment ? json(format_timestamp(*moment)) : json();
}

json tries_json(const std::optional<relay_tries>& tries) {
  if (!tries)
    return nullptr;
  return {{"count", tries->count},
          {"since", format_timestamp(tries->since)},
          {"next_at", moment_or_null(tries->next_at)}};
}

/// What a server said last of letters that it puts off; nothing where none did.
json last_delay_json(const std::vector<response_group>& responses) {
  const response_group* last = nullptr;
  for (const auto& one : responses)
    if (one.answer.code / 100 == 4 && (last == nullptr || one.last_seen > last->last_seen))
      last = &one;
  if (last == nullptr)
    return nullptr;
  return {{"text", to_line(last->answer)},
          {"letters", last->count},
          {"first_seen", format_timestamp(last->first_seen)},
          {"last_seen", format_timestamp(last->last_seen)}};
}
/// Who has to approve and who did, as fixed by `start`.
json approvals_json(const campaign_view& value) {
  const auto& rules = value.approval_rules;
  const auto expires = [&](timestamp at) {
    return rules.expires > milliseconds{0} ? std::optional<timestamp>{at + rules.expires} : std::nullopt;
  };
  json given = json::array();
  for (const auto& one : value.approvals)
    given.push_back({{"by", one.by},
                     {"at", format_timestamp(one.at)},
                     {"words", one.words},
                     {"expires_at", moment_or_null(expires(one.at))}});
  const auto expires_at = value.approved_at ? expires(*value.approved_at) : std::nullopt;
  return {{"needed", rules.needed},           {"given", std::move(given)},
          {"two_people", rules.two_people},   {"author", rules.author},
          {"last_editor", rules.last_editor}, {"expires_at", moment_or_null(expires_at)}};
}

} // namespace

json to_json(const audience_ref& value) {
  return {{"id", to_string(value.id)}, {"name", value.name}, {"size", value.size}};
}

json to_json(const drain_outcomes& value) {
  return {{"accepted", value.accepted},
          {"refused", value.refused},
          {"deferred", value.deferred},
          {"in_doubt", value.in_doubt},
          {"returned", value.returned}};
}

json to_json(const relay_trouble& value) {
  return {{"since", format_timestamp(value.since)},
          {"text", value.text},
          {"notice", to_json(notice_or_text(value.notice, value.text))}};
}

json to_json(const relay_pace& value) {
  return {{"letters_per_second", value.letters_per_second ? json(*value.letters_per_second) : json()},
          {"connections", value.connections},
          {"connections_max", value.connections_max},
          {"text", value.words}};
}

json to_json(const relay_view& value) {
  return {{"name", value.name},
          {"url", value.url},
          {"weight", value.weight},
          {"standby", value.is_standby},
          {"senders", value.senders},
          {"campaigns", value.campaigns},
          {"connections", value.connections_max},
          {"trouble", value.trouble ? to_json(*value.trouble) : json()},
          {"pace", value.pace ? to_json(*value.pace) : json()}};
}

json to_json(const campaign_view& value) {
  json counts{{"total", value.counts.total}, {"due", value.counts.due}};
  for (std::size_t state = 0; state < letter_state_count; ++state)
    counts[std::string{name_of(static_cast<letter_state>(state))}] = value.counts.by_state[state];
  auto into = to_json(value.spec);
  into["id"] = to_string(value.id);
  into["status"] = name_of(value.status());
  into["stage"] = name_of(value.stage);
  into["hold"] = nullptr;
  if (value.hold)
    into["hold"] = {{"by", value.hold->by},
                    {"reason", name_of(value.hold->reason)},
                    {"text", value.hold->text},
                    {"notice", to_json(notice_of(*value.hold))},
                    {"since", format_timestamp(value.hold->since)},
                    {"trial", value.trial_on_resume}};
  into["audience"] = value.audience.id == audience_id{} ? json() : to_json(value.audience);
  into["tags"] = value.spec.tags;
  into["plan_words"] = plan_words(value.spec.plan);
  into["created_at"] = format_timestamp(value.created_at);
  into["changed_at"] = format_timestamp(value.changed_at);
  into["submitted_at"] = moment_or_null(value.submitted_at);
  into["starts_at"] = moment_or_null(value.t0 ? value.t0 : value.spec.plan.start_at);
  into["next_part"] = nullptr;
  if (value.next_part)
    into["next_part"] = {{"at", format_timestamp(value.next_part->at)},
                         {"letters", value.next_part->letters}};
  into["released"] = value.released_at.has_value();
  into["counts"] = std::move(counts);
  into["rate"] = value.rate;
  into["relay_trouble"] = value.relay_trouble ? to_json(*value.relay_trouble) : json();
  if (const auto& help = value.relay_help; help && value.relay_trouble) {
    into["relay_trouble"]["about"] = help->about;
    into["relay_trouble"]["advice"] =
        help->advice.empty() ? json() : json{{"text", help->advice}, {"notice", to_json(help->notice)}};
    into["relay_trouble"]["tries"] = tries_json(value.relay_tries);
  }
  into["relays_failing"] = json::array();
  for (const auto& one : value.relays_failing)
    into["relays_failing"].push_back({{"name", one.name}, {"trouble", to_json(*one.trouble)}});
  into["trial"] = nullptr;
  if (value.trial)
    into["trial"] = {{"letters", value.trial->letters},
                     {"outcomes",
                      {{"begun", value.trial->begun.count()},
                       {"accepted", value.trial->accepted},
                       {"refused", value.trial->refused},
                       {"others", value.trial->others}}}};
  into["accepted_resent"] = value.accepted_resent;
  into["refusals"] = {{"provisional", value.refused_for_now}};
  into["delays"] = nullptr;
  if (value.counts.of(letter_state::deferred) > value.refused_for_now)
    into["delays"] = {{"letters", value.counts.of(letter_state::deferred) - value.refused_for_now},
                      {"next_at", moment_or_null(value.next_retry_at)},
                      {"last", last_delay_json(value.responses)}};
  into["relay_pace"] = value.relay_pace ? to_json(*value.relay_pace) : json();
  into["drain"] = nullptr;
  if (value.drain) {
    into["drain"] = to_json(value.drain->outcomes);
    into["drain"]["since"] = format_timestamp(value.drain->since);
    into["drain"]["in_flight"] = value.drain->in_flight;
    into["drain"]["ended_at"] = moment_or_null(value.drain->ended_at);
  }
  into["moderation"] = {
      {"reasons", value.moderation_reasons},
      {"notices", to_json(notices_or_texts(value.moderation_notices, value.moderation_reasons))},
      {"words", value.moderation_words},
      {"content_hash", value.content_hash},
      {"content_hash_version", value.content_hash_version},
      {"approvals", approvals_json(value)}};
  into["allowed"] = json::array();
  for (const auto kind : value.allowed)
    into["allowed"].push_back(name_of(kind));
  into["version"] = value.version;
  into["fault"] = value.fault.empty() ? json() : json(value.fault);
  into["fault_notice"] = to_json(notice_or_text(value.fault_notice, value.fault));
  return into;
}

} // namespace sluice
