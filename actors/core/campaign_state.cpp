#include "actors/core/campaign_state.hpp"

#include "actors/core/decide.hpp"
#include "actors/core/due.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

/// Field by field: the bodies, which may have a megabyte each, are not even copied.
campaign_spec without_bodies(const campaign_spec& spec) {
  campaign_spec brief{.name = spec.name,
                      .from = spec.from,
                      .reply_to = spec.reply_to,
                      .subject = spec.subject,
                      .text = {},
                      .html = {},
                      .unsubscribe_url = spec.unsubscribe_url,
                      .plan = spec.plan,
                      .on_doubt = spec.on_doubt,
                      .relay = spec.relay,
                      .to_name = spec.to_name,
                      .preheader = spec.preheader,
                      .list = spec.list,
                      .unsubscribe_mailto = spec.unsubscribe_mailto,
                      .envelope_sender = spec.envelope_sender,
                      .headers = spec.headers,
                      .attachments = spec.attachments,
                      .partials = {},
                      .text_from_html = spec.text_from_html,
                      .allow_unknown_fields = spec.allow_unknown_fields,
                      .tags = spec.tags};
  for (const auto& one : spec.partials)
    brief.partials.push_back({one.name, one.version, {}});
  return brief;
}

} // namespace

const relay_names& one_relay() {
  static const relay_names names{""};
  return names;
}

letter_index campaign_state::due(timestamp now) const {
  return t0 ? sluice::due(spec.plan, *t0, released_at, letters.size(), now) : 0;
}

letter_index campaign_state::room_of_trial() const {
  if (!trial)
    return letters.size();
  return trial->size - std::min(trial->size, static_cast<letter_index>(trial->letters.count()));
}

std::optional<std::string_view> campaign_state::relay_of(letter_index letter) const {
  for (const auto& [name, record] : relays)
    if (record.bound.contains(letter))
      return name;
  return std::nullopt;
}

std::vector<std::pair<std::string, letter_ranges>> campaign_state::by_relay(letter_ranges which) const {
  std::vector<std::pair<std::string, letter_ranges>> parts;
  for (const auto& [name, record] : relays)
    if (!name.empty() && !record.bound.empty())
      if (auto here = common(which, record.bound); !here.empty()) {
        which.remove(here);
        parts.emplace_back(name, std::move(here));
      }
  if (!which.empty())
    parts.emplace_back(std::string{}, std::move(which));
  return parts;
}

letter_ranges campaign_state::without_relay(const letter_ranges& which, const relay_names& there) const {
  letter_ranges gone;
  for (const auto& [name, part] : by_relay(which))
    if (!there.contains(name))
      gone.add(part);
  return gone;
}

letter_index campaign_state::refused_in_a_row() const {
  letter_index most = 0;
  for (const auto& [name, record] : relays)
    most = std::max(most, record.refused_in_a_row);
  return most;
}

letter_ranges campaign_state::waiting_refusals() const {
  letter_ranges waiting;
  for (const auto& [index, refusal] : provisional)
    if (letters.at(index) == letter_state::deferred && retries.at(index).due_at == never)
      waiting.add(index);
  return waiting;
}

std::optional<timestamp> campaign_state::next_moment(timestamp now) const {
  if (is_final() || hold || !t0)
    return std::nullopt;
  std::optional<timestamp> next;
  const auto sooner = [&next](timestamp moment) { next = next ? std::min(*next, moment) : moment; };
  if (stage == sluice::stage::preparing)
    sooner(released_at ? std::min(*released_at, *t0) : *t0);
  else if (const auto part = next_part(spec.plan, *t0, released_at, letters.size(), now))
    sooner(part->at);
  // Those that are due by now are taken when there is room for them; time alone changes nothing for them.
  if (const auto later = retry_queue.upper_bound({now, std::numeric_limits<letter_index>::max()});
      later != retry_queue.end())
    sooner(later->first);
  return next;
}

campaign_view view_of(const campaign_state& state, timestamp now, letter_index trial_letters) {
  auto view = brief_view_of(state, now, trial_letters);
  view.spec.text = state.spec.text;
  view.spec.html = state.spec.html;
  view.responses = state.responses;
  return view;
}

campaign_view brief_view_of(const campaign_state& state, timestamp now, letter_index trial_letters) {
  campaign_view view;
  view.accepted_resent = state.accepted_resent;
  view.id = state.id;
  view.version = state.last_event;
  view.stage = state.stage;
  view.hold = state.hold;
  view.spec = without_bodies(state.spec);
  view.audience = state.audience;
  view.created_at = state.created_at;
  view.changed_at = state.changed_at;
  view.t0 = state.t0;
  view.message_ids = state.message_ids;
  view.released_at = state.released_at;
  view.counts.total = state.letters.size();
  view.counts.by_state = state.letters.counts();
  view.relay_trouble = state.relay_trouble;
  view.trial = trial_of(state);
  const auto final_ones = state.letters.count(letter_state::accepted) +
                          state.letters.count(letter_state::refused) +
                          state.letters.count(letter_state::skipped);
  view.trial_on_resume = std::min(trial_after(state, trial_letters),
                                  static_cast<letter_index>(state.letters.size() - final_ones));
  view.refused_for_now =
      static_cast<letter_index>(std::ranges::count_if(state.provisional, [&](const auto& refusal) {
        return state.letters.at(refusal.first) == letter_state::deferred;
      }));
  if (!state.retry_queue.empty() && state.retry_queue.begin()->first != never)
    view.next_retry_at = state.retry_queue.begin()->first;
  view.drain = state.drain;
  view.submitted_at = state.submitted_at;
  view.moderation_reasons = state.moderation_reasons;
  view.moderation_notices = state.moderation_notices;
  view.moderation_words = state.moderation_words;
  view.content_hash = state.content_hash;
  if (!state.content_hash.empty())
    view.content_hash_version = !state.content_parts.empty() ? 3 : has_later_content(state.spec) ? 2 : 1;
  view.approval_rules = state.approval_rules;
  view.approvals = state.approvals;
  view.approved_at = state.approved_at;
  view.allowed = allowed_commands(state);
  if (!state.is_final())
    view.responses = state.responses;
  return refreshed(std::move(view), now);
}

} // namespace sluice
