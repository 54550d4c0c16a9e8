#include "actors/audit/why.hpp"

#include "actors/core/due.hpp"
#include "messages/address.hpp"
#include "messages/notice_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice {

namespace {

notice_parameter moment(std::string_view name, std::optional<timestamp> at) {
  if (at)
    return {name, *at};
  return {name, "an unknown moment"};
}

/// With what was last said of the letter: by the relay "451 4.7.1 later, please", or by us.
notice with_reply(notice what, const reply& answer) {
  if (answer.code == 0) {
    if (auto ours = notice_of(answer); !ours.empty())
      what.causes.push_back(std::move(ours));
    return what;
  }
  std::vector<std::string> parts{std::to_string(answer.code)};
  for (const auto* part : {&answer.enhanced, &answer.text})
    if (!part->empty())
      parts.push_back(*part);
  what.add({"reply", fmt::format("{}", fmt::join(parts, " "))});
  return what;
}

letter_reason reason_of(std::string_view code, notice what, std::optional<timestamp> until = std::nullopt) {
  auto words = words_of(what);
  return {code, std::move(words), until, std::move(what)};
}

/// A letter that has its outcome, or is on a connection: nothing else matters any more.
std::optional<letter_reason> fate(const letter_row& letter) {
  const auto at = moment("at", letter.changed_at);
  switch (letter.state) {
  case letter_state::accepted:
    return reason_of("accepted", with_reply(notice{"letter_accepted", {at}}, letter.last_reply));
  case letter_state::refused:
    return reason_of("refused", with_reply(notice{"letter_refused", {at}}, letter.last_reply));
  case letter_state::skipped:
    return reason_of("skipped", with_reply(notice{"letter_skipped", {at}}, letter.last_reply));
  case letter_state::claimed:
    return reason_of("in_flight", notice{"letter_in_flight", {at}});
  case letter_state::pending:
  case letter_state::deferred:
  case letter_state::in_doubt:
    break;
  }
  return std::nullopt;
}

class reason_list {
public:
  reason_list(const campaign_view& campaign, const letter_row& letter, const letter_circumstances& around) :
      campaign_(campaign), letter_(letter), around_(around), id_(to_string(campaign.id)) {}

  std::vector<letter_reason> all() && {
    record_doubt();
    if (record_end())
      return std::move(found_);
    add_suppression();
    record_fault();
    add_hold();
    add_stage();
    add_part();
    add_retry();
    add_trial();
    add_relay();
    if (found_.empty())
      add_limits();
    if (found_.empty() && letter_.attempts == 0)
      add("waiting", notice{"letter_waiting"});
    else if (found_.empty())
      add("waiting",
          with_reply(notice{"letter_waiting_again", {{"attempts", letter_.attempts}}}, letter_.last_reply));
    return std::move(found_);
  }

private:
  void add(std::string_view code, notice what, std::optional<timestamp> until = std::nullopt) {
    found_.push_back(reason_of(code, std::move(what), until));
  }

  void record_doubt() {
    if (letter_.state != letter_state::in_doubt)
      return;
    const auto waits_for_person =
        campaign_.spec.on_doubt == doubt_policy::hold || letter_.last_reply.notice.code == "relay_is_gone";
    const auto code = is_final(campaign_.stage) ? "letter_in_doubt"
                      : waits_for_person        ? "letter_in_doubt_held"
                                                : "letter_in_doubt_leaves";
    add("in_doubt", notice{code, {moment("at", letter_.changed_at), campaign()}});
  }

  /// True when the campaign is over: nothing that passes keeps the letter.
  bool record_end() {
    if (campaign_.stage == stage::cancelled)
      add("cancelled", notice{"letter_cancelled", {campaign()}});
    else if (campaign_.stage == stage::rejected)
      add("rejected", notice{"letter_rejected", {campaign(), {"words", campaign_.moderation_words}}});
    return is_final(campaign_.stage) && !found_.empty();
  }

  void add_suppression() {
    if (!around_.suppressed)
      return;
    auto what = notice_of(*around_.suppressed);
    what.code = "letter_suppressed";
    what.add({"address", letter_.email});
    add("suppressed", std::move(what), around_.suppressed->until);
  }

  void record_fault() {
    if (!campaign_.fault.empty())
      add("fault", notice{"letter_campaign_parked",
                          {campaign()},
                          {notice_or_text(campaign_.fault_notice, campaign_.fault)}});
  }

  void add_hold() {
    if (!campaign_.hold)
      return;
    const auto& hold = *campaign_.hold;
    const notice_parameter since{"since", hold.since};
    if (hold.reason == hold_reason::relay_refuses)
      add("paused", notice{"letter_held_for_refusals", {campaign(), since}, {notice_of(hold)}});
    else if (needs_approval(hold.reason))
      add("paused", notice{"letter_held_for_approval", {campaign(), since}, {notice_of(hold)}});
    else if (auto why = notice_of(hold); !why.empty())
      add("paused", notice{"letter_held_for_spam", {campaign(), since}, {std::move(why)}});
    else if (hold.reason == hold_reason::spam_suspicion)
      add("paused", notice{"letter_held_for_spam", {campaign(), since}});
    else
      add("paused", notice{"letter_paused", {campaign(), since, {"by", hold.by}, {"words", hold.text}}});
  }

  void add_stage() {
    if (campaign_.stage == stage::draft)
      add("draft", notice{"letter_in_draft", {campaign()}});
    else if (campaign_.stage == stage::moderation)
      add("moderation", notice{"letter_in_moderation",
                               {campaign()},
                               notices_or_texts(campaign_.moderation_notices, campaign_.moderation_reasons)});
    else if (campaign_.stage == stage::preparing && campaign_.t0)
      add("preparing", notice{"letter_preparing", {campaign(), {"at", *campaign_.t0}}}, campaign_.t0);
  }

  void add_part() {
    const auto& plan = campaign_.spec.plan;
    if (!campaign_.t0 || !plan.parts)
      return;
    const auto at = due_at(plan, *campaign_.t0, campaign_.released_at, campaign_.counts.total, letter_.index);
    if (at <= around_.now || at == *campaign_.t0)
      return;
    const auto part = (at - *campaign_.t0) / plan.parts->every + 1;
    add("part", notice{"letter_part", {{"part", part}, {"at", at}}}, at);
  }

  void add_retry() {
    if (letter_.state == letter_state::deferred && letter_.is_refused_for_now && !letter_.retry_at)
      add("refused_for_now",
          with_reply(notice{"letter_refused_for_now", {moment("at", letter_.changed_at), campaign()}},
                     letter_.last_reply));
    if (letter_.state == letter_state::deferred && letter_.retry_at && *letter_.retry_at > around_.now)
      add("deferred",
          with_reply(
              notice{"letter_deferred", {moment("at", letter_.changed_at), {"until", *letter_.retry_at}}},
              letter_.last_reply),
          letter_.retry_at);
  }

  /// Letters that are due wait for those of the trial.
  void add_trial() {
    const auto& trial = campaign_.trial;
    if (!trial || trial->begun.count() < trial->letters || trial->begun.contains(letter_.index))
      return;
    if (letter_.state != letter_state::pending || letter_.index >= campaign_.counts.due)
      return;
    add("trial", notice{"letter_awaits_trial", {{"letters", trial->letters}}});
  }

  void add_relay() {
    if (!campaign_.relay_trouble)
      return;
    const auto& trouble = *campaign_.relay_trouble;
    notice what{"letter_relay_away", {{"since", trouble.since}}};
    if (auto why = notice_or_text(trouble.notice, trouble.text); !why.empty())
      what.causes.push_back(std::move(why));
    add("relay_away", std::move(what));
  }

  /// Limits matter to letters that could leave now.
  void add_limits() {
    if (!around_.wait)
      return;
    const auto& wait = *around_.wait;
    if (wait.domain_letters > 0)
      add("domain_limit", notice{"letter_domain_limit",
                                 {{"domain", domain_of(letter_.email)},
                                  {"limit", wait.domain_limit},
                                  {"waiting", wait.domain_letters}}});
    if (wait.is_rate_limited)
      add("rate_limit", notice{"letter_rate_limit", {{"limit", wait.limit}}});
  }

  notice_parameter campaign() const { return {"campaign", id_}; }

  const campaign_view& campaign_;
  const letter_row& letter_;
  const letter_circumstances& around_;
  std::string id_;
  std::vector<letter_reason> found_;
};

} // namespace

std::vector<letter_reason>
why_letter(const campaign_view& campaign, const letter_row& letter, const letter_circumstances& around) {
  if (auto final = fate(letter))
    return {std::move(*final)};
  return reason_list(campaign, letter, around).all();
}

} // namespace sluice
