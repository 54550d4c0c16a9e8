#include "adapters/cli/campaign_text.hpp"

#include "adapters/cli/bars.hpp"
#include "adapters/cli/text.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace sluice::cli {
namespace {

constexpr std::size_t name_width_max = 24;

/// "300 letters at 2026-12-01 09:30:00 (in 4 min)"
std::string part_words(const upcoming_part& part, timestamp now) {
  return fmt::format("{} at {} (in {})", counted(part.letters, "letter", "letters"), moment_words(part.at),
                     span_words(part.at - now));
}

/// What to do about a hold that the engine laid.
std::string mended_words(const campaign_view& campaign) {
  const auto id = to_string(campaign.id);
  if (campaign.trial_on_resume == 0 && final_letters(campaign.counts) == campaign.counts.total)
    return fmt::format("on hold: sluice resume {} ends it as it is", id);
  auto words =
      campaign.hold->notice.code == "sender_refused"
          ? fmt::format("on hold: have the server allow the sender address, or verify it with your "
                        "provider; then sluice resume {}",
                        id)
          : fmt::format("on hold: sluice responses {} has what was said; when that is mended, sluice "
                        "resume {}",
                        id, id);
  if (campaign.trial_on_resume > 0)
    words += fmt::format(": {}", trial_words(campaign.trial_on_resume,
                                             campaign.counts.total - final_letters(campaign.counts)));
  return words;
}

std::string paused_words(const campaign_view& campaign, timestamp now) {
  if (campaign.hold->reason != hold_reason::operator_request && campaign.stage == stage::sending)
    return mended_words(campaign);
  const auto waiting = accumulated(campaign);
  auto words = std::string{"on hold until resume, release or cancel"};
  if (waiting > 0)
    words += fmt::format("; {} at once on resume",
                         counted(waiting, "accumulated letter leaves", "accumulated letters leave"));
  if (campaign.next_part)
    words += fmt::format("; {} if it is resumed by then", part_words(*campaign.next_part, now));
  return words;
}

bool is_accounts(const campaign_view& campaign) {
  return campaign.relay_help && campaign.relay_help->about == "account";
}

/// "tried 4 times since 2026-12-01 09:30:00, next at 2026-12-01 09:31:00 (in 9 s)"
std::string tries_words(const relay_tries& tries, timestamp now) {
  const auto next =
      tries.next_at && *tries.next_at > now
          ? fmt::format("next at {} (in {})", moment_words(*tries.next_at), span_words(*tries.next_at - now))
          : std::string{"and now again"};
  return fmt::format("tried {} since {}, {}", counted(tries.count, "time", "times"),
                     moment_words(tries.since), next);
}

/// What waits for the relay, and until when.
std::string waiting_words(const campaign_view& campaign, timestamp now) {
  const auto waiting = campaign.counts.of(letter_state::pending) + campaign.counts.of(letter_state::claimed);
  auto words = fmt::format("{} until the relay takes {}", counted(waiting, "letter waits", "letters wait"),
                           waiting == 1 ? "it" : "them");
  const auto& tries = campaign.relay_tries;
  if (tries && tries->next_at && *tries->next_at > now)
    words += fmt::format("; tried again in {}", span_words(*tries->next_at - now));
  return words;
}

std::string sending_words(const campaign_view& campaign, timestamp now) {
  const auto& counts = campaign.counts;
  if (campaign.relay_trouble && counts.of(letter_state::pending) + counts.of(letter_state::claimed) > 0)
    return waiting_words(campaign, now);
  if (campaign.trial && campaign.trial->begun.count() >= campaign.trial->letters)
    return "the outcome of the trial; then the rest";
  if (campaign.next_part)
    return part_words(*campaign.next_part, now);
  const auto leaving = counts.of(letter_state::pending) + counts.of(letter_state::claimed);
  if (leaving > 0)
    return fmt::format("{} leaving now", counted(leaving, "letter is", "letters are"));
  if (counts.of(letter_state::deferred) > 0)
    return fmt::format(
        "{} offered again{}",
        counted(counts.of(letter_state::deferred), "deferred letter is", "deferred letters are"),
        campaign.next_retry_at
            ? fmt::format(", the first at {} (in {})", moment_words(*campaign.next_retry_at),
                          span_words(*campaign.next_retry_at - now))
            : std::string{" later"});
  if (counts.of(letter_state::in_doubt) > 0)
    return fmt::format(
        "{} for a person's word: sluice doubt {}",
        counted(counts.of(letter_state::in_doubt), "letter in doubt waits", "letters in doubt wait"),
        to_string(campaign.id));
  return "its end";
}

void line(std::string& into, std::string_view label, const std::string& words) {
  if (!words.empty())
    into += fmt::format("  {} {}\n", padded(label, 11), words);
}

std::string hold_words(const hold& held) {
  auto words = fmt::format("by {} since {}", held.by.empty() ? "the engine" : shown(held.by),
                           moment_words(held.since));
  if (held.reason == hold_reason::spam_suspicion)
    words += ", on suspicion of spam";
  else if (held.reason == hold_reason::relay_refuses)
    words += ", since the relay refuses the letters";
  else if (held.reason == hold_reason::content_changed)
    words += ", since what would leave is not what was approved";
  else if (held.reason == hold_reason::approval_expired)
    words += ", since its approval has expired";
  if (!held.text.empty())
    words += fmt::format(": {}", shown(held.text));
  return words;
}

/// What keeps all of its letters, whose failure that is, what was tried and what to do.
void add_trouble(std::string& into, const campaign_view& campaign, timestamp now) {
  const auto& trouble = campaign.relay_trouble;
  if (!trouble)
    return;
  const auto since = moment_words(trouble->since);
  if (is_accounts(campaign))
    line(into, "account", fmt::format("refused since {}: {}", since, shown(trouble->text)));
  else
    line(into, "relay", fmt::format("fails since {}: {}", since, shown(trouble->text)));
  if (campaign.relay_tries)
    line(into, "", tries_words(*campaign.relay_tries, now));
  if (campaign.relay_help && !campaign.relay_help->advice.empty())
    line(into, "", fmt::format("what to do: {}", shown(campaign.relay_help->advice)));
}

std::string pace_words(const relay_pace& pace) {
  const auto words = pace.letters_per_second
                         ? fmt::format("bears {:.1f} letters a second", *pace.letters_per_second)
                         : fmt::format("bears {} of {} connections", pace.connections, pace.connections_max);
  return fmt::format("{}: {}", words, shown(pace.words));
}

/// Of letters that their recipients' servers put off: nothing is wrong with the campaign. Empty where there are none.
std::string delay_words(const campaign_view& campaign) {
  if (campaign.responses.empty())
    return {};
  const auto& last = campaign.responses.front();
  return fmt::format("by the server since {}: {}", moment_words(last.first_seen), shown(last.answer.text));
}

/// How many approvals there are and who gave them, where it waits for some or has any.
void add_approvals(std::string& into, const campaign_view& campaign) {
  const auto& rules = campaign.approval_rules;
  const auto waits =
      campaign.stage == stage::moderation || (campaign.hold && needs_approval(campaign.hold->reason));
  if (!waits && campaign.approvals.empty())
    return;
  line(into, "approvals", fmt::format("{} of {}", campaign.approvals.size(), rules.needed));
  for (const auto& one : campaign.approvals)
    line(into, "",
         fmt::format("by {} at {}{}{}", one.by.empty() ? "the engine" : shown(one.by), moment_words(one.at),
                     one.words.empty() ? "" : ": ", shown(one.words)));
  if (campaign.approved_at && rules.expires > milliseconds{0} && campaign.stage == stage::preparing)
    line(into, "",
         fmt::format("until {}, if it has not begun to send by then",
                     moment_words(*campaign.approved_at + rules.expires)));
  if (waits && rules.two_people)
    line(into, "",
         rules.last_editor.empty() || rules.last_editor == rules.author
             ? fmt::format("not by {}, who wrote it", shown(rules.author))
             : fmt::format("not by {}, who wrote it, nor by {}, who edited it last", shown(rules.author),
                           shown(rules.last_editor)));
}

/// Why the engine holds it, in a word or two.
std::string_view hold_sign(const campaign_view& campaign) {
  if (!campaign.hold || campaign.hold->reason == hold_reason::operator_request)
    return {};
  switch (campaign.hold->reason) {
  case hold_reason::spam_suspicion:
    return "suspected of spam";
  case hold_reason::content_changed:
    return "content changed";
  case hold_reason::approval_expired:
    return "approval expired";
  default:
    return "relay refuses";
  }
}

std::string_view trouble_sign(const campaign_view& campaign) {
  if (!campaign.relay_trouble)
    return {};
  return is_accounts(campaign) ? "account refused" : "relay fails";
}

std::string trial_progress_words(const trial_view& trial) {
  return fmt::format(
      "{} of the {} that leave first have left: {} accepted, {} refused; the rest follows when these "
      "were accepted",
      trial.begun.count(), counted(trial.letters, "letter", "letters"), trial.accepted, trial.refused);
}

void add_counts(std::string& into, const campaign_view& campaign) {
  const auto& counts = campaign.counts;
  line(into, "letters", fmt::format("{} in all, {} due", counts.total, counts.due));
  constexpr std::array states{letter_state::accepted, letter_state::refused,  letter_state::skipped,
                              letter_state::deferred, letter_state::in_doubt, letter_state::claimed,
                              letter_state::pending};
  const auto width = std::to_string(counts.total).size();
  for (const auto state : states) {
    std::string name{name_of(state)};
    std::ranges::replace(name, '_', ' ');
    auto words = fmt::format("{} {}", padded(std::to_string(counts.of(state)), width, align::right), name);
    if (state == letter_state::deferred && campaign.refused_for_now > 0)
      words += fmt::format(", {} of them refused for now: sluice refusals {}", campaign.refused_for_now,
                           to_string(campaign.id));
    line(into, "", words);
  }
}

/// While letters that are due leave. Between two parts the last rate is no news.
bool is_busy(const campaign_view& campaign) {
  return campaign.status() == status::sending && campaign.rate > 0 &&
         campaign.counts.due > final_letters(campaign.counts);
}

std::string rate_words(double rate) {
  return fmt::format("{:.{}f}/s", rate, rate < 10 ? 1 : 0);
}

/// Lines of whole words, indented, each narrower than the width.
void append_wrapped(std::vector<std::string>& into, std::string_view words, std::size_t width) {
  constexpr std::string_view indent = "  ";
  std::string line;
  while (!words.empty()) {
    const auto end = std::min(words.find(' '), words.size());
    const auto word = cut(words.substr(0, end), width - indent.size() - 1);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (!line.empty() && display_width(line) + 1 + display_width(word) >= width) {
      into.push_back(std::move(line));
      line.clear();
    }
    line += line.empty() ? indent : std::string_view{" "};
    line += word;
  }
  if (!line.empty())
    into.push_back(std::move(line));
}

/// "Sending, relay fails"
std::string listed_status(const campaign_view& campaign) {
  auto words = status_words(campaign.status());
  for (const auto sign : {hold_sign(campaign), trouble_sign(campaign)})
    if (!sign.empty())
      words += fmt::format(", {}", sign);
  return words;
}

} // namespace

std::string status_words(status shown) {
  switch (shown) {
  case status::draft:
    return "Draft";
  case status::moderation:
    return "On moderation";
  case status::preparing:
    return "Preparing to launch";
  case status::sending:
    return "Sending";
  case status::paused:
    return "Paused";
  case status::sent:
    return "Sent";
  case status::cancelled:
    return "Cancelled";
  case status::rejected:
    return "Rejected";
  }
  return "?";
}

color color_of(status shown) {
  switch (shown) {
  case status::sending:
  case status::sent:
    return color::green;
  case status::paused:
  case status::moderation:
    return color::yellow;
  case status::cancelled:
  case status::rejected:
    return color::red;
  case status::preparing:
    return color::cyan;
  case status::draft:
    break;
  }
  return color::dim;
}

std::string moment_words(timestamp moment) {
  auto words = format_timestamp(std::chrono::floor<std::chrono::seconds>(moment));
  if (words.size() > 19)
    words.resize(19);
  std::ranges::replace(words, 'T', ' ');
  return words;
}

std::string span_words(milliseconds span) {
  const auto seconds = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(span).count());
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (seconds < 120)
    return fmt::format("{} s", seconds);
  if (minutes < 120)
    return fmt::format("{} min", minutes);
  if (hours < 48)
    return minutes % 60 == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, minutes % 60);
  return hours % 24 == 0 ? fmt::format("{} d", hours / 24) : fmt::format("{} d {} h", hours / 24, hours % 24);
}

letter_index final_letters(const letter_counts& counts) {
  return counts.of(letter_state::accepted) + counts.of(letter_state::refused) +
         counts.of(letter_state::skipped);
}

letter_index accumulated(const campaign_view& campaign) {
  const auto& counts = campaign.counts;
  const auto begun = counts.total - std::min(counts.total, counts.of(letter_state::pending));
  return campaign.hold && counts.due > begun ? counts.due - begun : 0;
}

std::string counts_words(const letter_counts& counts) {
  std::vector<std::string> words;
  constexpr std::array states{letter_state::accepted, letter_state::refused,  letter_state::skipped,
                              letter_state::deferred, letter_state::in_doubt, letter_state::claimed};
  for (const auto state : states) {
    if (counts.of(state) == 0)
      continue;
    std::string name{name_of(state)};
    std::ranges::replace(name, '_', ' ');
    words.push_back(fmt::format("{} {}", counts.of(state), name));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string trial_words(letter_index letters, letter_index open) {
  return fmt::format("{} first{}", counted(letters, "letter leaves", "letters leave"),
                     open > letters ? "; the rest follows when these were accepted"
                                    : ", which is all that are left");
}

std::string drain_words(const drain& stop) {
  if (stop.in_flight == 0)
    return "no letter was in flight";
  const auto& outcomes = stop.outcomes;
  const std::array<std::pair<letter_index, std::string_view>, 3> rarer{
      {{outcomes.refused, "refused"}, {outcomes.deferred, "deferred"}, {outcomes.returned, "not begun"}}};
  auto text = fmt::format("{} in flight: {} accepted", counted(stop.in_flight, "letter was", "letters were"),
                          outcomes.accepted);
  for (const auto& [letters, name] : rarer)
    if (letters > 0)
      text += fmt::format(", {} {}", letters, name);
  text += fmt::format(", {} in doubt", outcomes.in_doubt);
  if (!stop.ended_at)
    return fmt::format("{}, {} still on their way", text, stop.in_flight - outcomes.total());
  return fmt::format("{}, after {} ms", text, (*stop.ended_at - stop.since).count());
}

std::string next_words(const campaign_view& campaign, timestamp now) {
  const auto id = to_string(campaign.id);
  if (!campaign.fault.empty())
    return "nothing: it is parked after repeated faults";
  switch (campaign.status()) {
  case status::draft:
    return campaign.audience.id.value == 0 ? "it needs an audience" : fmt::format("sluice start {}", id);
  case status::moderation:
    return fmt::format("a moderator's word: sluice approve {} or sluice reject {}", id, id);
  case status::preparing:
    return campaign.next_part ? part_words(*campaign.next_part, now)
           : campaign.t0      ? fmt::format("it begins at {} (in {})", moment_words(*campaign.t0),
                                            span_words(*campaign.t0 - now))
                              : "its start";
  case status::sending:
    return sending_words(campaign, now);
  case status::paused:
    return paused_words(campaign, now);
  case status::sent:
  case status::cancelled:
  case status::rejected:
    break;
  }
  return "nothing: it is final";
}

table campaign_table() {
  return table{{{.title = "ID"},
                {.title = "NAME", .may_be_cut = true},
                {.title = "STATUS"},
                {.title = "AUDIENCE", .may_be_cut = true},
                {.title = "START"},
                {.title = "CHANGED"},
                {.title = "PLAN", .may_be_cut = true},
                {.title = "PROGRESS", .where = align::right}}};
}

void add_row(table& into, const campaign_view& campaign) {
  const auto& counts = campaign.counts;
  const auto start = campaign.t0 ? campaign.t0 : campaign.spec.plan.start_at;
  const auto audience = campaign.audience.id.value == 0
                            ? std::string{"-"}
                            : fmt::format("{} {}", to_string(campaign.audience.id), campaign.audience.name);
  into.add({to_string(campaign.id), campaign.spec.name,
            campaign.fault.empty() ? listed_status(campaign) : "Parked", audience,
            start ? moment_words(*start) : "-", moment_words(campaign.changed_at),
            plan_words(campaign.spec.plan),
            fmt::format("{}/{} {}", final_letters(counts), counts.total,
                        padded(percent(final_letters(counts), counts.total), 4, align::right))});
}

std::string details(const campaign_view& campaign, timestamp now, const terminal& where) {
  auto text =
      fmt::format("{}  {}\n", to_string(campaign.id), colored(shown(campaign.spec.name), color::bold, where));
  auto status = colored(status_words(campaign.status()), color_of(campaign.status()), where);
  if (campaign.hold)
    status += fmt::format(" (in stage {})", name_of(campaign.stage));
  line(text, "status", status);
  if (campaign.hold)
    line(text, "held", hold_words(*campaign.hold));
  if (campaign.drain && campaign.drain->in_flight > 0)
    line(text, "drained", drain_words(*campaign.drain));
  line(text, "fault", shown(campaign.fault));
  line(text, "from", shown(campaign.spec.from));
  line(text, "reply to", shown(campaign.spec.reply_to));
  line(text, "subject", shown(campaign.spec.subject));
  line(text, "audience",
       campaign.audience.id.value == 0
           ? std::string{"none yet"}
           : fmt::format("{} {}, {}", to_string(campaign.audience.id), shown(campaign.audience.name),
                         counted(campaign.audience.size, "recipient", "recipients")));
  line(text, "tags", shown(fmt::format("{}", fmt::join(campaign.spec.tags, ", "))));
  line(text, "plan", plan_words(campaign.spec.plan));
  line(text, "in doubt",
       campaign.spec.on_doubt == doubt_policy::hold ? "held for a person's word" : "resent");
  line(text, "relay", shown(campaign.spec.relay));
  line(text, "created", moment_words(campaign.created_at));
  line(text, "changed", moment_words(campaign.changed_at));
  if (campaign.t0)
    line(text, "begins", moment_words(*campaign.t0));
  if (campaign.released_at)
    line(text, "released",
         *campaign.released_at == timestamp{}
             ? std::string{"everything is due"}
             : fmt::format("since {}: everything is due", moment_words(*campaign.released_at)));
  if (campaign.relay_pace)
    line(text, "relay", pace_words(*campaign.relay_pace));
  add_trouble(text, campaign, now);
  for (const auto& one : campaign.relays_failing)
    line(text, "relay",
         fmt::format("{} fails since {}: {}; others take its letters",
                     one.name.empty() ? "[relay]" : shown(one.name), moment_words(one.trouble->since),
                     shown(one.trouble->text)));
  for (const auto& reason : campaign.moderation_reasons)
    line(text, &reason == &campaign.moderation_reasons.front() ? "moderation" : "", shown(reason));
  line(text, "moderator", shown(campaign.moderation_words));
  add_approvals(text, campaign);
  if (campaign.trial)
    line(text, "trial", trial_progress_words(*campaign.trial));
  add_counts(text, campaign);
  if (campaign.accepted_resent > 0)
    line(text, "",
         fmt::format("{} perhaps there twice: the reply to the first did not come",
                     counted(campaign.accepted_resent, "letter is", "letters are")));
  line(text, "put off", delay_words(campaign));
  if (is_busy(campaign))
    line(text, "rate", rate_words(campaign.rate));
  line(text, "next", next_words(campaign, now));
  return text;
}

std::string progress_line(const campaign_view& campaign, timestamp now, const terminal& where) {
  const auto width = where.width == 0 ? std::size_t{80} : where.width;
  const auto& counts = campaign.counts;
  const auto done = final_letters(counts);
  const auto shade = color_of(campaign.status());
  const auto head = fmt::format("{} {}", to_string(campaign.id),
                                padded(cut(shown(campaign.spec.name), name_width_max),
                                       std::min<std::size_t>(width / 4, name_width_max)));
  auto tail = fmt::format(" {} {}/{}  {}", padded(percent(done, counts.total), 4, align::right), done,
                          counts.total, status_words(campaign.status()));
  if (is_busy(campaign))
    tail += fmt::format("  {}", rate_words(campaign.rate));
  if (accumulated(campaign) > 0)
    tail += fmt::format("  {} accumulated", accumulated(campaign));
  else if (campaign.next_part && !campaign.hold)
    tail += fmt::format("  +{} in {}", campaign.next_part->letters, span_words(campaign.next_part->at - now));
  for (const auto sign : {hold_sign(campaign), trouble_sign(campaign)})
    if (!sign.empty())
      tail += fmt::format("  {}", sign);
  const auto used = display_width(head) + display_width(tail) + 1;
  const auto bar_width = used + 6 <= width ? std::min<std::size_t>(width - used - 1, 40) : 0;
  if (bar_width == 0)
    return cut(fmt::format("{}{}", head, tail), width - 1);
  return fmt::format("{} {}{}", head, colored(bar(done, counts.total, bar_width, where), shade, where), tail);
}

std::vector<std::string> trouble_lines(const campaign_view& campaign, timestamp now, const terminal& where) {
  std::vector<std::string> paragraphs;
  if (!hold_sign(campaign).empty()) {
    paragraphs.push_back(shown(campaign.hold->text));
    paragraphs.push_back(next_words(campaign, now));
  }
  if (campaign.relay_trouble) {
    paragraphs.push_back(fmt::format("{} since {}: {}", trouble_sign(campaign),
                                     moment_words(campaign.relay_trouble->since),
                                     shown(campaign.relay_trouble->text)));
    if (campaign.relay_tries)
      paragraphs.push_back(tries_words(*campaign.relay_tries, now));
    if (campaign.relay_help && !campaign.relay_help->advice.empty())
      paragraphs.push_back(fmt::format("what to do: {}", shown(campaign.relay_help->advice)));
  }
  const auto is_moving = campaign.status() == status::sending && !campaign.relay_trouble;
  if (is_moving && campaign.relay_pace)
    paragraphs.push_back("the relay " + pace_words(*campaign.relay_pace));
  if (is_moving && !campaign.responses.empty()) {
    paragraphs.push_back("put off " + delay_words(campaign));
    paragraphs.push_back("next: " + next_words(campaign, now));
  }
  std::vector<std::string> lines;
  for (const auto& words : paragraphs)
    append_wrapped(lines, words, where.width == 0 ? 80 : where.width);
  return lines;
}

std::string change_line(const campaign_view& campaign, timestamp now) {
  const auto& counts = campaign.counts;
  auto text = fmt::format("{} {} {} {}/{}", moment_words(now), to_string(campaign.id),
                          status_words(campaign.status()), final_letters(counts), counts.total);
  const auto words = counts_words(counts);
  if (!words.empty())
    text += fmt::format(" ({}{})", words,
                        campaign.refused_for_now > 0
                            ? fmt::format(", {} of them refused for now", campaign.refused_for_now)
                            : "");
  if (accumulated(campaign) > 0)
    text += fmt::format(", {} accumulated", accumulated(campaign));
  if (!hold_sign(campaign).empty())
    text += fmt::format(", held: {}", shown(campaign.hold->text));
  if (campaign.relay_trouble)
    text += fmt::format(", {}: {}", trouble_sign(campaign), shown(campaign.relay_trouble->text));
  if (campaign.relay_trouble && campaign.relay_tries)
    text += fmt::format("; {}", tries_words(*campaign.relay_tries, now));
  return text;
}

} // namespace sluice::cli
