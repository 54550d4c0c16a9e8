#include "tests/simulation/oracle.hpp"

#include "actors/audit/audit.hpp"
#include "messages/event_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice::simulation {

namespace {

std::string open_letters(const rules_observer& books) {
  std::string words;
  for (letter_index index = 0; index < books.letters(); ++index)
    if (!is_final(books.at(index)))
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", index, name_of(books.at(index)));
  return words;
}

} // namespace

oracle::oracle(const simulated_clock& clock, bool is_traced, const retry_settings& retries) :
    clock_(clock), is_traced_(is_traced), retries_(retries) {}

void oracle::begin_watching(std::size_t letters_in_flight_max,
                            bool has_several_relays,
                            relay_servers servers) {
  has_several_relays_ = has_several_relays;
  servers_ = std::move(servers);
  is_watching_ = true;
  unanswered_ = 0;
  letters_in_flight_max_ = letters_in_flight_max;
  claimed_.clear();
  has_death_ = false;
}

void oracle::on_death() {
  ++told.deaths;
  has_death_ = true;
}

void oracle::add_to_trace(const std::string& words) {
  told.trace.push_back(fmt::format("{:>12} ms  {}", (clock_.passed + clock_.skew).count(), words));
  if (told.trace.size() > 2 * trace_lines_max)
    told.trace.erase(told.trace.begin(), told.trace.end() - trace_lines_max);
}

void oracle::fail(std::string rule) {
  if (!told.broken)
    told.broken = std::move(rule);
}

void oracle::throw_if_failed() const {
  if (told.broken)
    throw broken_rule(*told.broken);
}

void oracle::on_durable(campaign_id campaign, event_number number, const event& what) {
  auto& books = books_.try_emplace(campaign, retries_).first->second;
  if (has_several_relays_)
    books.let_relays_overtake();
  say("{} event {}: {}", to_string(campaign), number, is_traced_ ? to_json(what).dump() : std::string{});
  ++told.events;
  for (const auto part : {campaign.value, number, static_cast<std::uint64_t>(what.body.index()),
                          static_cast<std::uint64_t>(what.at.time_since_epoch().count())})
    told.digest = (told.digest ^ part) * 0x100000001B3U;
  if (number != books.last() + 1)
    fail(fmt::format("rule 9: {} has its event {} behind event {}", to_string(campaign), number,
                     books.last()));
  if (const auto* outcomes = std::get_if<settled>(&what.body))
    for (const auto& group : outcomes->groups)
      told.doubts += group.outcome == letter_state::in_doubt ? group.letters.count() : 0;
  try {
    books.see(what);
  } catch (const broken_rule& rule) {
    fail(fmt::format("{} {}", to_string(campaign), rule.what()));
  }
  if (const auto* outcomes = std::get_if<settled>(&what.body))
    for (const auto& group : outcomes->groups)
      check_skips(campaign, books, group);
  // A trial that failed brings back the hold that was before it, under that one's name.
  if (const auto* hold = std::get_if<paused>(&what.body); hold && hold->notice.code == "content_changed")
    check_content_hold(campaign, books, *hold);
  if (std::holds_alternative<claimed>(what.body) && books.approved_servers() != servers_)
    fail(fmt::format("rule 12: letters of {} are claimed for a server that nobody approved",
                     to_string(campaign)));
  count_claims(campaign, what);
  if (std::holds_alternative<scheduled>(what.body))
    scheduled_.emplace(campaign, clock_.passed);
  if (std::holds_alternative<discarded>(what.body))
    discarded_.insert(campaign);
}

void oracle::count_claims(campaign_id campaign, const event& what) {
  if (const auto* taken = std::get_if<claimed>(&what.body))
    taken->letters.for_each([&](letter_index index) { claimed_.emplace(campaign, index); });
  if (const auto* outcomes = std::get_if<settled>(&what.body))
    for (const auto& group : outcomes->groups)
      group.letters.for_each([&](letter_index index) { claimed_.erase({campaign, index}); });
  if (claimed_.size() <= letters_in_flight_max_ || has_death_)
    return;
  std::string which;
  for (const auto& [whose, index] : claimed_)
    which += fmt::format("{}{} {}", which.empty() ? "" : ", ", to_string(whose), index);
  fail(fmt::format("{} letters are in hand at most; claimed and not settled in all logs together are {}",
                   letters_in_flight_max_, which));
}

void oracle::on_view(campaign_id id, const view_ptr& view) {
  if (!is_watching_ || !view)
    return;
  if (!view->fault.empty()) {
    say("{} shows the fault: {}", to_string(id), view->fault);
    const auto tells_of = [&](std::string_view words) {
      return view->fault.find(words) != std::string::npos;
    };
    if (!tells_of(words_of_death) && !tells_of("simulated disk"))
      fail(fmt::format("{} died by itself: {}", to_string(id), view->fault));
    return;
  }
  say("{} is shown at event {}: {}", to_string(id), view->version, name_of(view->status()));
  const auto known = books_.find(id);
  if (known == books_.end() || view->version > known->second.last()) {
    fail(fmt::format("rule 9: {} is shown at event {}, which is not durable", to_string(id), view->version));
    return;
  }
  const auto& books = known->second;
  if (view->counts.by_state != books.counts_at(view->version))
    fail(fmt::format("rule 6: {} shows other counts at event {} than its log gives", to_string(id),
                     view->version));
  if (view->version == books.last() &&
      (view->hold.has_value() != books.is_held() || view->t0 != books.zero()))
    fail(fmt::format("rule 6: {} shows another hold or T0 than its log gives", to_string(id)));
}

void oracle::on_end_of_data(const transmission& sent) {
  say("{} letter {}: end of data", to_string(sent.campaign), sent.index);
  const auto known = books_.find(sent.campaign);
  if (known == books_.end() || known->second.at(sent.index) != letter_state::claimed)
    fail(fmt::format("the claim comes first: {} letter {} is sent and not claimed in the log",
                     to_string(sent.campaign), sent.index));
  else if (known->second.relay_of(sent.index) != sent.relay)
    fail(fmt::format("{} letter {} is sent through another relay than it is claimed for",
                     to_string(sent.campaign), sent.index));
  else
    check_letter(sent, known->second);
  const auto at = sent.message.find("Message-ID: ");
  const auto line = std::string{sent.message.substr(at, sent.message.find("\r\n", at) - at)};
  const auto [noted, is_new] = message_ids_.try_emplace({sent.campaign, sent.index}, line);
  if (!is_new && noted->second != line)
    fail(fmt::format("{} letter {} has another Message-ID at its second attempt", to_string(sent.campaign),
                     sent.index));
}

void oracle::check_letter(const transmission& sent, const rules_observer& books) {
  const auto complain = [&](std::string_view what) {
    fail(fmt::format("rule 12: {} letter {}: {}", to_string(sent.campaign), sent.index, what));
  };
  const auto audience = audiences_.find(books.audience_hash());
  if (audience == audiences_.end())
    complain("its audience was never imported");
  else if (const auto differs =
               audience->second.difference(sent.index, books.content(), sent.recipient, sent.message))
    complain(*differs);
  const auto approved = books.approved_servers().find(sent.relay);
  if (approved == books.approved_servers().end() || approved->second != sent.server)
    complain(fmt::format("{} takes it, which nobody approved", sent.server));
}

/// A row that is not the imported one must use up no recipient.
void oracle::check_skips(campaign_id campaign, const rules_observer& books, const settled_group& group) {
  if (group.outcome != letter_state::skipped)
    return;
  const auto audience = audiences_.find(books.audience_hash());
  group.letters.for_each([&](letter_index index) {
    if (audience == audiences_.end() || index >= audience->second.rows.size() ||
        (audience->second.can_be_made(index, books.content()) &&
         !suppressed_.contains(audience->second.rows[index].email)))
      fail(fmt::format("rule 12: {} letter {} is skipped, and its row is good", to_string(campaign), index));
  });
}

void oracle::check_content_hold(campaign_id campaign, const rules_observer& books, const paused& hold) {
  const auto is_about_rows = std::ranges::any_of(
      hold.notice.causes, [](const notice& cause) { return cause.code == "audience_changed"; });
  if (is_about_rows)
    ++told.altered_holds;
  const auto is_right = is_about_rows ? altered_audiences_.contains(books.audience_hash())
                                      : books.approved_servers() != servers_;
  if (!is_right)
    fail(fmt::format("{} is held for a change of what would leave, and nothing has changed",
                     to_string(campaign)));
}

void oracle::on_import(const std::string& hash, imported_audience imported) {
  audiences_.emplace(hash, std::move(imported));
}

void oracle::on_alteration(const std::string& audience_hash) {
  ++told.alterations;
  altered_audiences_.insert(audience_hash);
}

void oracle::on_delivery(const transmission& sent) {
  ++delivered_[{sent.campaign, sent.index}];
  const auto suppressed = suppressed_.find(sent.recipient);
  if (suppressed != suppressed_.end() && suppressed->second < scheduled_.at(sent.campaign))
    fail(fmt::format("{} letter {} went to an address that was suppressed before the start",
                     to_string(sent.campaign), sent.index));
}

void oracle::on_suppression(const std::string& address) {
  suppressed_.emplace(address, clock_.passed);
}

void oracle::on_created(campaign_id id) {
  if (is_watching_ && !books_.contains(id))
    fail(fmt::format("rule 9: {} was answered and is not durable", to_string(id)));
}

void oracle::on_removal(campaign_id id) {
  ++told.removals;
  say("{} is removed", to_string(id));
  if (!books_.at(id).is_over())
    fail(fmt::format("{} was removed, and is not over", to_string(id)));
}

void oracle::on_command(campaign_id id, const command& asked) {
  ++told.commands;
  ++unanswered_;
  say("{} is asked to {} by {} (key \"{}\")", to_string(id), name_of(asked.kind), asked.by,
      asked.idempotency_key);
}

void oracle::on_refusal(campaign_id id, const command& asked, const error& why) {
  --unanswered_;
  if (is_watching_)
    say("{} {} is refused: {}", to_string(id), name_of(asked.kind), why.message);
}

void oracle::on_answer(campaign_id id, const command& asked, const command_answer& answer) {
  --unanswered_;
  if (!is_watching_)
    return;
  say("{} {} by {} is answered: {}, changed {}, event {}", to_string(id), name_of(asked.kind), asked.by,
      name_of(answer.status), answer.changed, answer.version);
  const auto& books = books_.at(id);
  if (answer.version > books.last())
    fail(fmt::format("rule 9: {} {} was answered before event {} was durable", to_string(id),
                     name_of(asked.kind), answer.version));
  else if (books.counts_at(answer.version)[static_cast<std::size_t>(letter_state::claimed)] !=
           answer.in_flight)
    fail(fmt::format("rule 6: {} {} was answered with {} letters in flight", to_string(id),
                     name_of(asked.kind), answer.in_flight));
  if (asked.idempotency_key.empty())
    return;
  const auto [first, is_first] = answered_keys_.try_emplace(asked.idempotency_key, answer);
  if (!is_first && first->second != answer)
    fail(fmt::format("{} {}: the second arrival of an idempotency key was answered otherwise than the first",
                     to_string(id), name_of(asked.kind)));
}

void oracle::check_promptness() const {
  for (const auto& [id, books] : books_) {
    if (books.zero() && !books.is_sending() && !books.is_held() && !books.is_over() &&
        *books.zero() < clock_.now() - timer_max)
      throw broken_rule(fmt::format("{} should be sending by now", to_string(id)));
    if (!books.may_claim())
      continue;
    if (const auto late = books.overdue(clock_.now() - timer_max))
      throw broken_rule(fmt::format("{} letter {} is due for longer than a timer and does not leave",
                                    to_string(id), *late));
  }
}

void oracle::check_letters(campaign_id id, const rules_observer& books) const {
  const auto must = [&](bool holds, letter_index index, const char* rule) {
    if (!holds)
      throw broken_rule(fmt::format("{} letter {}: {}", to_string(id), index, rule));
  };
  for (letter_index index = 0; index < books.letters(); ++index) {
    const auto found = delivered_.find({id, index});
    const auto times = found == delivered_.end() ? 0U : found->second;
    const auto state = books.at(index);
    must(times <= 1 + books.resends_of(index), index,
         "rule 7: it arrived twice and was not sent again out of doubt");
    must(state != letter_state::accepted || times > 0, index,
         "rule 7: the log says accepted, and it never arrived");
    const auto was_in_doubt = books.doubts_of(index) > 0;
    must(times == 0 || was_in_doubt || state == letter_state::accepted, index,
         "it arrived, and the log does not know");
    must(!books.is_whole() || is_final(state), index, "rule 7: it has no final outcome");
    must(state != letter_state::claimed, index, "it is in flight after the end");
  }
}

void oracle::check_all_is_over() const {
  for (const auto& [id, books] : books_)
    if (!books.is_over())
      throw broken_rule(
          fmt::format("{} does not come to its end; open letters: {}", to_string(id), open_letters(books)));
}

void oracle::check_end(const engine& parts) {
  const auto report = verify_logs(*parts.store, audit_request{std::nullopt, nullptr, 1});
  if (!report)
    throw broken_rule("the audit cannot read the log: " + report.error().message);
  if (!report->faults.empty())
    throw broken_rule(fmt::format("the audit finds in {} event {}: {}", to_string(report->faults[0].campaign),
                                  report->faults[0].number, report->faults[0].what));
  if (unanswered_ > 0)
    throw broken_rule(fmt::format("{} commands were never answered", unanswered_));
  for (const auto& [id, books] : books_) {
    told.letters += books.letters();
    check_letters(id, books);
    const auto view = parts.campaigns.find(id, clock_.now());
    // Also of one whose removal was answered to nobody, since the process died.
    const auto removed = parts.store->removed_campaigns().find(id);
    const auto is_removed = removed && *removed;
    if (!view && !is_removed && !discarded_.contains(id))
      throw broken_rule(fmt::format("{} is shown no more", to_string(id)));
    if (is_removed && (view || !books.is_over()))
      throw broken_rule(
          fmt::format("{} was removed, and {}", to_string(id), view ? "is shown" : "is not over"));
    if (view && (view->version != books.last() || view->counts.by_state != books.counts_at(books.last())))
      throw broken_rule(fmt::format("rule 6: {} at rest shows something else than its log", to_string(id)));
  }
  told.campaigns = books_.size();
}

} // namespace sluice::simulation
