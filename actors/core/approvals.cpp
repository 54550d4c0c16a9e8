#include "actors/core/approvals.hpp"

#include "actors/core/content_hash.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace sluice {

namespace {

/// By part, in the order of content_part_names; relays are named one by one.
constexpr std::array<std::string_view, content_part_names.size()> part_codes{
    "content_message_differs", "content_headers_differ",   "content_attachments_differ",
    "content_partials_differ", "content_audience_differs", "content_plan_differs",
    "content_sender_differs",  "content_relays_differ"};

std::string shown_relay(const std::string& name) {
  return name.empty() ? "[relay]" : "[relays." + name + "]";
}

std::vector<notice> differing_relays(const relay_servers& before, const relay_servers& now) {
  std::vector<notice> all;
  for (const auto& [name, server] : before)
    if (const auto found = now.find(name); found == now.end())
      all.push_back(notice{"relay_was_removed", {{"relay", shown_relay(name)}, {"was", server}}});
    else if (found->second != server)
      all.push_back(
          notice{"relay_is_other", {{"relay", shown_relay(name)}, {"was", server}, {"is", found->second}}});
  for (const auto& [name, server] : now)
    if (!before.contains(name))
      all.push_back(notice{"relay_is_new", {{"relay", shown_relay(name)}, {"is", server}}});
  return all;
}

bool is_too_old(const campaign_state& state, const approval& one, timestamp now) {
  const auto expires = state.approval_rules.expires;
  return expires > milliseconds{0} && now - one.at > expires;
}

event_bodies hold_for(hold_reason reason, notice why) {
  auto words = words_of(why);
  return {paused{reason, std::move(words), std::move(why)}};
}

} // namespace

std::size_t
approvals_that_count(const campaign_state& state, const std::string& content_hash, timestamp now) {
  std::set<std::string_view> people;
  std::size_t unnamed = 0; // of a program that has no names for its people
  for (const auto& one : state.approvals)
    if (one.content_hash == content_hash && !is_too_old(state, one, now)) {
      unnamed += one.by.empty() ? 1U : 0U;
      people.insert(one.by);
    }
  people.erase("");
  return people.size() + unnamed;
}

bool is_approval_expired(const campaign_state& state, timestamp now) {
  return state.approved_at && state.approval_rules.expires > milliseconds{0} &&
         approvals_that_count(state, state.content_hash, now) < state.approval_rules.needed;
}

result<event_bodies> decide_approval(const campaign_state& state,
                                     const command& asked,
                                     const std::optional<content_parts>& content,
                                     timestamp now) {
  const auto& rules = state.approval_rules;
  if (is_barred(rules, asked.by))
    return failure(error_code::not_permitted,
                   notice{"approver_is_author", {{"campaign", to_string(state.id)}, {"who", asked.by}}});
  // A log of before names no parts: what was checked cannot be told from what is there now but by its own hash.
  const auto is_of_before = state.content_parts.empty() && state.stage == stage::moderation;
  const auto parts = is_of_before || !content ? content_parts{} : *content;
  const auto hash = parts.empty() ? state.content_hash : content_hash(parts);
  const auto has_given = std::ranges::any_of(state.approvals, [&](const approval& one) {
    return !asked.by.empty() && one.by == asked.by && one.content_hash == hash &&
           !is_too_old(state, one, now);
  });
  if (has_given)
    return event_bodies{};
  if (approvals_that_count(state, hash, now) + 1 < rules.needed)
    return event_bodies{approval_given{asked.reason, hash}};
  return event_bodies{approved{asked.reason, hash, parts}};
}

event_bodies decide_changed_rows(const campaign_state& state, const notice& what) {
  if (state.hold || state.stage != stage::sending)
    return {};
  return hold_for(hold_reason::content_changed, notice{"content_changed", {}, {what}});
}

event_bodies decide_content(const campaign_state& state, const content_parts& now) {
  if (state.hold || (state.stage != stage::preparing && state.stage != stage::sending))
    return {};
  notice why{"content_changed"};
  if (state.content_parts.empty()) {
    if (content_hash(state.spec, state.audience) == state.content_hash)
      return {};
    why.causes.push_back(notice{"content_of_before_differs"});
  }
  for (std::size_t at = 0; at < content_part_names.size() && !state.content_parts.empty(); ++at) {
    if (state.content_parts.hashes[at] == now.hashes[at])
      continue;
    auto relays = content_part_names[at] == "relays"
                      ? differing_relays(state.content_parts.relays, now.relays)
                      : std::vector<notice>{};
    if (relays.empty())
      why.causes.push_back(notice{part_codes[at]});
    std::ranges::move(relays, std::back_inserter(why.causes));
  }
  return why.causes.empty() ? event_bodies{} : hold_for(hold_reason::content_changed, std::move(why));
}

} // namespace sluice
