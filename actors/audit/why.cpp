#include "actors/audit/why.hpp"

#include "actors/core/due.hpp"
#include "messages/address.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice {

namespace {

std::string moment(std::optional<timestamp> at) {
  return at ? format_timestamp(*at) : std::string{"an unknown moment"};
}

/// ": words", or nothing.
std::string behind_colon(const std::string& words) {
  return words.empty() ? words : ": " + words;
}

/// What the relay last said of the letter: ": 451 4.7.1 later, please", or nothing.
std::string said(const reply& answer) {
  std::vector<std::string> parts;
  if (answer.code != 0)
    parts.push_back(std::to_string(answer.code));
  for (const auto* part : {&answer.enhanced, &answer.text})
    if (!part->empty())
      parts.push_back(*part);
  return behind_colon(fmt::format("{}", fmt::join(parts, " ")));
}

std::string count_of(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// A letter that has its outcome, or is on a connection: nothing else matters any more.
std::optional<letter_reason> fate(const letter_row& letter) {
  const auto at = moment(letter.changed_at);
  switch (letter.state) {
  case letter_state::accepted:
    return letter_reason{
        "accepted", fmt::format("the relay took it at {}{}", at, said(letter.last_reply)), {}};
  case letter_state::refused:
    return letter_reason{"refused", fmt::format("it was refused at {}{}", at, said(letter.last_reply)), {}};
  case letter_state::skipped:
    return letter_reason{"skipped", fmt::format("it was skipped at {}{}", at, said(letter.last_reply)), {}};
  case letter_state::claimed:
    return letter_reason{"in_flight",
                         fmt::format("it is on a connection to the relay since {}; the reply is awaited", at),
                         {}};
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
    add_relay();
    if (found_.empty())
      add_limits();
    if (found_.empty())
      add("waiting",
          fmt::format("it is due and waits for its turn on a connection to the relay{}",
                      letter_.attempts == 0 ? ""
                                            : fmt::format("; it was tried {} and came back{}",
                                                          count_of(letter_.attempts, "time", "times"),
                                                          said(letter_.last_reply))));
    return std::move(found_);
  }

private:
  void add(std::string_view code, std::string text, std::optional<timestamp> until = std::nullopt) {
    found_.push_back({code, std::move(text), until});
  }

  void record_doubt() {
    if (letter_.state != letter_state::in_doubt)
      return;
    const auto what = fmt::format("its end was sent at {} and the reply never came, so it may have arrived",
                                  moment(letter_.changed_at));
    if (is_final(campaign_.stage))
      add("in_doubt", what);
    else if (campaign_.spec.on_doubt == doubt_policy::hold)
      add("in_doubt", fmt::format("{0}; it waits for a person's word: sluice doubt {1} --resend, or sluice "
                                  "doubt {1} --give-up",
                                  what, id_));
    else
      add("in_doubt", what + "; it leaves again by itself under the same Message-ID");
  }

  /// True when the campaign is over: nothing that passes keeps the letter.
  bool record_end() {
    if (campaign_.stage == stage::cancelled)
      add("cancelled", fmt::format("{} was cancelled: it will never leave", id_));
    else if (campaign_.stage == stage::rejected)
      add("rejected", fmt::format("the moderator rejected {}{}: it will never leave", id_,
                                  campaign_.moderation_words.empty()
                                      ? ""
                                      : fmt::format(" (\"{}\")", campaign_.moderation_words)));
    return is_final(campaign_.stage) && !found_.empty();
  }

  void add_suppression() {
    if (around_.suppressed)
      add("suppressed", fmt::format("{} is suppressed ({}): the letter will be skipped when its turn comes, "
                                    "unless sluice suppress remove is sooner",
                                    letter_.email, *around_.suppressed));
  }

  void record_fault() {
    if (!campaign_.fault.empty())
      add("fault", fmt::format("{} stands still because of a fault: {}", id_, campaign_.fault));
  }

  void add_hold() {
    if (!campaign_.hold)
      return;
    const auto& hold = *campaign_.hold;
    add("paused", fmt::format("{} is paused since {}{}{}; sluice resume {} lets it go on", id_,
                              format_timestamp(hold.since),
                              hold.reason == hold_reason::spam_suspicion ? " on suspicion of spam"
                              : hold.by.empty()                          ? std::string{}
                                                                         : " by " + hold.by,
                              behind_colon(hold.text), id_));
  }

  void add_stage() {
    if (campaign_.stage == stage::draft)
      add("draft", fmt::format("{0} is a draft: sluice start {0} begins it", id_));
    else if (campaign_.stage == stage::moderation)
      add("moderation",
          fmt::format("{} waits for a moderator{}", id_,
                      behind_colon(fmt::format("{}", fmt::join(campaign_.moderation_reasons, "; ")))));
    else if (campaign_.stage == stage::preparing && campaign_.t0)
      add("preparing", fmt::format("{} starts at {}", id_, format_timestamp(*campaign_.t0)), campaign_.t0);
  }

  void add_part() {
    const auto& plan = campaign_.spec.plan;
    if (!campaign_.t0 || !plan.parts)
      return;
    const auto at = due_at(plan, *campaign_.t0, campaign_.released_at, campaign_.counts.total, letter_.index);
    if (at <= around_.now || at == *campaign_.t0)
      return;
    add("part",
        fmt::format("its part, the {}. one, is due at {}", (at - *campaign_.t0) / plan.parts->every + 1,
                    format_timestamp(at)),
        at);
  }

  void add_retry() {
    if (letter_.state == letter_state::deferred && letter_.retry_at && *letter_.retry_at > around_.now)
      add("deferred",
          fmt::format("it was put off at {}{}; it is tried again at {}", moment(letter_.changed_at),
                      said(letter_.last_reply), format_timestamp(*letter_.retry_at)),
          letter_.retry_at);
  }

  void add_relay() {
    if (campaign_.relay_trouble)
      add("relay_away", fmt::format("the relay is away since {}{}; it is tried again and again",
                                    format_timestamp(campaign_.relay_trouble->since),
                                    behind_colon(campaign_.relay_trouble->text)));
  }

  /// Limits matter to letters that could leave now.
  void add_limits() {
    if (!around_.wait)
      return;
    const auto& wait = *around_.wait;
    if (wait.domain_letters > 0)
      add("domain_limit",
          fmt::format("{} gets {} a second at most, and {} to it at the relay for that",
                      domain_of(letter_.email), count_of(wait.domain_per_second, "letter", "letters"),
                      count_of(wait.domain_letters, "letter waits", "letters wait")));
    if (wait.is_rate_limited)
      add("rate_limit", fmt::format("this engine sends {} a second at most, all campaigns together",
                                    count_of(wait.per_second, "letter", "letters")));
  }

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
