// The table of commands, row by row, and each rule of the domain shown once.

#include "actors/core/consequences.hpp"
#include "actors/core/outcomes.hpp"
#include "actors/lifecycle.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

command asked(command_kind kind) {
  return {kind, "olga", "words", "", {}};
}

result<event_bodies> decided(const campaign_state& state, command_kind kind, timestamp now = t0) {
  return decide(state, asked(kind), {}, std::max(now, state.changed_at));
}

void carry_out(campaign_state& state, command_kind kind, timestamp now = t0) {
  const auto events = decided(state, kind, now);
  REQUIRE(events.has_value());
  for (const auto& body : *events)
    evolve(state, event{std::max(now, state.changed_at), "olga", body});
}

campaign_state in_moderation() {
  auto state = draft();
  apply(state, t0, {submitted{{"first campaign of shop.example"}, "hash"}});
  return state;
}

campaign_state preparing() {
  auto state = draft();
  apply(state, t0 - 30min, {submitted{{}, "hash"}, scheduled{t0}});
  return state;
}

void check_refused(const campaign_state& state, command_kind kind) {
  const auto events = decided(state, kind);
  INFO("command " << name_of(kind) << " in stage " << name_of(state.stage));
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().code == error_code::not_allowed_now);
  CHECK(events.error().message.find(name_of(state.status())) != std::string::npos);
}

void check_changes_nothing(const campaign_state& state, command_kind kind) {
  const auto events = decided(state, kind);
  REQUIRE(events.has_value());
  CHECK(events->empty());
}

const retry_settings retries{};
const suspicion_settings suspicion{};

void restart(campaign_state& state, timestamp now) {
  apply(state, now, decide_results(state, results_of_restart(state), retries, suspicion, now));
}

void report(campaign_state& state, letter_state outcome, letter_ranges letters, reply answer, timestamp now) {
  for (const auto& body :
       decide_results(state, {{outcome, std::move(letters), std::move(answer)}}, retries, suspicion, now))
    evolve(state, event{now, "", body});
  for (auto more = decide_consequences(state, retries, suspicion, now); !more.empty();
       more = decide_consequences(state, retries, suspicion, now))
    for (const auto& body : more)
      evolve(state, event{now, "", body});
}

} // namespace

TEST_CASE("start runs the checks: with reasons the campaign waits for a moderator") {
  const auto events = decide(draft(), asked(command_kind::start), {{notice{"no_unsubscribe_link"}}}, t0);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 1);
  CHECK(std::get<submitted>(events->front()).reasons ==
        std::vector<std::string>{"no unsubscribe link: unsubscribe_url is empty; a campaign needs one"});
  CHECK(std::get<submitted>(events->front()).notices == std::vector{notice{"no_unsubscribe_link"}});
}

TEST_CASE("start without reasons prepares the campaign, its zero the later of start_at and now") {
  auto content = spec();
  content.plan.start_at = t0 + 1h;
  auto later = draft(10, content);
  carry_out(later, command_kind::start, t0);
  CHECK(later.stage == stage::preparing);
  CHECK(later.t0 == t0 + 1h);

  content.plan.start_at = t0 - 1h;
  auto at_once = draft(10, content);
  carry_out(at_once, command_kind::start, t0);
  CHECK(at_once.t0 == t0);
}

TEST_CASE("a draft without an audience cannot be started, and is told so") {
  auto state = initial_state(campaign_id{1});
  apply(state, t0, {created{spec(), {}}});
  const auto events = decided(state, command_kind::start);
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().code == error_code::invalid_input);
}

TEST_CASE("a draft whose plan would outlast the calendar cannot be started, and is told so") {
  auto state = draft(letters_max, spec_in_parts(1, 24h * 365));
  const auto events = decided(state, command_kind::start);
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().code == error_code::invalid_input);
}

TEST_CASE("an edit that was made from an older version is refused: it would undo the one between") {
  const auto state = draft();
  auto edit = asked(command_kind::edit);
  edit.edited = draft_edit{spec(), audience(10), state.last_event};
  CHECK(decide(state, edit, {}, t0));
  edit.edited->made_from = state.last_event - 1;
  const auto refused = decide(state, edit, {}, t0);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::conflict);
}

TEST_CASE("a start whose checks looked at an older version is refused") {
  const auto state = draft();
  CHECK(decide(state, asked(command_kind::start), {{}, state.last_event}, t0));
  const auto refused = decide(state, asked(command_kind::start), {{}, state.last_event - 1}, t0);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::conflict);
}

TEST_CASE("a long moderation delays the plan and makes no burst") {
  auto content = spec_in_parts(100, 1h);
  content.plan.start_at = t0;
  auto state = draft(1000, content);
  apply(state, t0 - 30min, {submitted{{"reason"}, "hash"}});
  carry_out(state, command_kind::approve, t0 + 48h);
  CHECK(state.t0 == t0 + 48h);
  CHECK(state.due(t0 + 48h) == 100);
}

TEST_CASE(
    "an approval that comes so late that the plan outlasts the calendar is refused, a rejection is not") {
  auto state = draft(11, spec_in_parts(1, 24h * 365));
  apply(state, t0, {submitted{{"first campaign of shop.example"}, "hash"}});
  CHECK(decided(state, command_kind::approve, t0));
  const auto late = end_of_time - 24h * 365 * 10;
  const auto refused = decided(state, command_kind::approve, late);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == error_code::invalid_input);
  CHECK(decided(state, command_kind::reject, late));
}

TEST_CASE("a moderator rejects for good, with words") {
  auto state = in_moderation();
  carry_out(state, command_kind::reject);
  CHECK(state.status() == status::rejected);
  CHECK(state.moderation_words == "words");
}

TEST_CASE("pause lays a hold over moderation, preparing and sending, and resume shows the stage again") {
  for (auto state : {in_moderation(), preparing(), sending()}) {
    const auto before = state.status();
    carry_out(state, command_kind::pause);
    CHECK(state.status() == status::paused);
    CHECK(state.hold->by == "olga");
    CHECK(state.hold->reason == hold_reason::operator_request);
    carry_out(state, command_kind::resume);
    CHECK(state.status() == before);
  }
}

TEST_CASE("release makes the whole rest due, from preparing, sending and paused") {
  auto held = preparing();
  carry_out(held, command_kind::pause);
  for (auto state : {preparing(), sending(1000, spec_in_parts(1, 24h)), held}) {
    carry_out(state, command_kind::release);
    CHECK(state.due(t0) == 1000);
    CHECK_FALSE(state.hold.has_value());
  }
}

TEST_CASE("release is refused in moderation, held or not") {
  auto state = in_moderation();
  check_refused(state, command_kind::release);
  carry_out(state, command_kind::pause);
  check_refused(state, command_kind::release);
}

TEST_CASE("a released campaign that waited for its start begins to send at once") {
  auto state = preparing();
  carry_out(state, command_kind::release, t0 - 20min);
  CHECK(decide_on_time(state, state.changed_at).size() == 1);
}

TEST_CASE("cancel is final, from anything that is not") {
  for (auto state : {draft(), in_moderation(), preparing(), sending()}) {
    carry_out(state, command_kind::cancel);
    CHECK(state.status() == status::cancelled);
    check_refused(state, command_kind::pause);
    check_refused(state, command_kind::resume);
    check_refused(state, command_kind::release);
    check_refused(state, command_kind::start);
  }
}

TEST_CASE("a command that changes nothing succeeds and writes nothing") {
  auto held = sending();
  carry_out(held, command_kind::pause);
  check_changes_nothing(held, command_kind::pause);
  auto released_one = sending();
  carry_out(released_one, command_kind::release);
  check_changes_nothing(released_one, command_kind::release);
  check_changes_nothing(sending(), command_kind::resume);
  auto gone = sending();
  carry_out(gone, command_kind::cancel);
  check_changes_nothing(gone, command_kind::cancel);
}

TEST_CASE("a refusal says what the status is and what it allows") {
  const auto events = decided(preparing(), command_kind::approve);
  REQUIRE_FALSE(events.has_value());
  CHECK(events.error().message.find("preparing") != std::string::npos);
  CHECK(events.error().message.find("pause, release, cancel") != std::string::npos);
}

TEST_CASE("only due letters can be claimed, in index order") {
  auto state = sending(1000, spec_in_parts(200, 1h));
  CHECK(claimable(state, {{150, 250}}, t0) == letter_ranges{{150, 200}});
}

TEST_CASE("nothing is claimed while a hold lies over the campaign") {
  auto state = sending();
  carry_out(state, command_kind::pause);
  CHECK(claimable(state, {{0, 10}}, t0).empty());
  CHECK_THROWS(apply(state, t0, {claimed{{{0, 10}}}}));
}

TEST_CASE("letters that fell due during a pause are claimable on resume, the rest keeps its times") {
  auto state = sending(1000, spec_in_parts(200, 1h));
  apply(state, t0, {claimed{{{0, 200}}}});
  report(state, letter_state::accepted, {{0, 200}}, {250, "2.0.0", "Ok"}, t0);
  carry_out(state, command_kind::pause, t0 + 10min);
  carry_out(state, command_kind::resume, t0 + 3h + 10min);
  CHECK(claimable(state, {{0, 1000}}, t0 + 3h + 10min) == letter_ranges{{200, 800}});
  CHECK(state.next_moment(t0 + 3h + 10min) == t0 + 4h);
}

TEST_CASE("a letter is not claimed twice") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 10}}}});
  CHECK(claimable(state, {{0, 20}}, t0) == letter_ranges{{10, 20}});
  CHECK_THROWS(apply(state, t0, {claimed{{{9, 11}}}}));
}

TEST_CASE("a final letter never changes") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 1}}}});
  report(state, letter_state::accepted, {{0, 1}}, {250, "", "Ok"}, t0);
  CHECK_THROWS(apply(state, t0, {settled{{{letter_state::refused, {{0, 1}}, {}, {}}}}}));
  report(state, letter_state::refused, {{0, 1}}, {550, "", "late"}, t0);
  CHECK(state.letters.at(0) == letter_state::accepted);
}

TEST_CASE("a deferred letter is due again after growing delays, and given up after the time for it") {
  auto state = sending(1);
  auto now = t0;
  auto delay = retries.delay_first;
  while (state.letters.at(0) != letter_state::refused) {
    apply(state, now, {claimed{{{0, 1}}}});
    report(state, letter_state::deferred, {{0, 1}}, {451, "4.3.0", "Try later"}, now);
    if (state.letters.at(0) == letter_state::refused)
      break;
    const auto again = state.next_moment(now).value();
    CHECK(again >= now + delay);
    CHECK(again <= now + delay + delay / 4);
    CHECK(claimable(state, {{0, 1}}, again - 1ms).empty());
    now = again;
    CHECK(claimable(state, {{0, 1}}, now).count() == 1);
    delay = std::min(delay * 2, retries.delay_max);
  }
  CHECK(now - t0 >= retries.give_up_after);
  CHECK(state.stage == stage::sent);
}

TEST_CASE("a deferred letter that is due needs no moment more, however long nobody takes it") {
  auto state = sending(2);
  apply(state, t0, {claimed{{{0, 2}}}});
  report(state, letter_state::deferred, {{0, 1}}, {451, "4.3.0", "Try later"}, t0);
  const auto first = state.next_moment(t0).value();
  report(state, letter_state::deferred, {{1, 2}}, {451, "4.3.0", "Try later"}, t0 + 1min);
  const auto second = state.next_moment(first).value();
  CHECK(second > first);
  CHECK_FALSE(state.next_moment(second));
  CHECK_FALSE(state.next_moment(second + 1h));
  CHECK(claimable(state, {{0, 2}}, second).count() == 2);
}

TEST_CASE("a letter that the relay gave back unsent is pending again") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 5}}}});
  report(state, letter_state::pending, {{0, 5}}, {421, "4.3.2", "shutting down"}, t0);
  CHECK(claimable(state, {{0, 5}}, t0).count() == 5);
}

TEST_CASE("in doubt, `resend` lets the letter leave again and `hold` keeps it for a person") {
  auto resending = sending();
  apply(resending, t0, {claimed{{{0, 3}}}});
  restart(resending, t0);
  CHECK(resending.letters.count(letter_state::in_doubt) == 0);
  CHECK(claimable(resending, {{0, 3}}, t0).count() == 3);

  auto content = spec();
  content.on_doubt = doubt_policy::hold;
  auto holding = sending(3, content);
  apply(holding, t0, {claimed{{{0, 3}}}});
  restart(holding, t0);
  CHECK(holding.letters.count(letter_state::in_doubt) == 3);
  CHECK(claimable(holding, {{0, 3}}, t0).empty());
  carry_out(holding, command_kind::give_up_doubt);
  CHECK(holding.letters.count(letter_state::refused) == 3);
  CHECK(holding.status() == status::sent);
}

TEST_CASE("a letter that is in doubt again and again waits longer each time, and is given up in the end") {
  auto state = sending();
  const retry_settings few_retries{5min, 15min, 1h};
  const auto cut = [&](timestamp at) {
    apply(state, at, {claimed{{{0, 1}}}});
    const auto events = decide_results(state, {{letter_state::in_doubt, {{0, 1}}, {}}}, few_retries, {}, at);
    apply(state, at, events);
    return std::get<doubt_settled>(events.at(1));
  };
  CHECK(cut(t0) == doubt_settled{{{0, 1}}, true, {}});
  CHECK(claimable(state, {{0, 1}}, t0).count() == 1);

  const auto waits = [&](timestamp at, milliseconds delay) {
    const auto settled = cut(at);
    CHECK((settled.resend && settled.retry_at >= at + delay && settled.retry_at <= at + delay + delay / 4));
    return settled.retry_at;
  };
  const auto again = waits(t0 + 1min, 5min);
  CHECK(state.letters.at(0) == letter_state::deferred);
  CHECK(state.next_moment(t0 + 1min) == again);
  CHECK(claimable(state, {{0, 1}}, again - 1ms).empty());
  CHECK(claimable(state, {{0, 1}}, again).count() == 1);

  const auto third = waits(again, 10min);
  const auto fourth = waits(third, 15min);
  REQUIRE(fourth <= t0 + 61min);
  CHECK(cut(t0 + 61min) == doubt_settled{{{0, 1}}, false, {}});
  CHECK(state.letters.at(0) == letter_state::refused);
}

TEST_CASE("what was claimed before a cancel is still counted, and nothing is claimed after it") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 2}}}});
  carry_out(state, command_kind::cancel);
  report(state, letter_state::accepted, {{0, 2}}, {250, "", "Ok"}, t0);
  CHECK(state.letters.count(letter_state::accepted) == 2);
  CHECK(state.status() == status::cancelled);
  CHECK_THROWS(apply(state, t0, {claimed{{{2, 3}}}}));
}

TEST_CASE("a pause is complete with the last letter that was in flight, and says what became of them") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 5}}}});
  carry_out(state, command_kind::pause);
  REQUIRE(state.drain);
  CHECK(state.drain->in_flight == 5);
  report(state, letter_state::accepted, {{0, 2}}, {250, "", "Ok"}, t0 + 10ms);
  report(state, letter_state::pending, {{2, 3}}, {0, "", "withdrawn"}, t0 + 20ms);
  CHECK_FALSE(state.drain->ended_at);
  report(state, letter_state::refused, {{3, 4}}, {550, "5.1.1", "No"}, t0 + 30ms);
  const auto events = decide_results(state, {{letter_state::in_doubt, {{4, 5}}, {}}}, {}, {}, t0 + 40ms);
  REQUIRE(events.size() == 3);
  CHECK(std::get<drained>(events[1]) == drained{{2, 1, 0, 1, 1}, 40ms});
  apply(state, t0 + 40ms, events);
  CHECK(state.drain->ended_at == t0 + 40ms);
  carry_out(state, command_kind::resume);
  CHECK_FALSE(state.drain);
}

TEST_CASE("a pause with nothing in flight is complete at once, and a cancel during a pause waits on") {
  auto idle = sending();
  carry_out(idle, command_kind::pause);
  CHECK(idle.drain == drain{t0, 0, {}, t0});

  auto busy = sending();
  apply(busy, t0, {claimed{{{0, 5}}}});
  carry_out(busy, command_kind::pause);
  report(busy, letter_state::accepted, {{0, 4}}, {250, "", "Ok"}, t0);
  carry_out(busy, command_kind::cancel);
  report(busy, letter_state::accepted, {{4, 5}}, {250, "", "Ok"}, t0 + 7ms);
  CHECK(busy.drain == drain{t0, 5, {5, 0, 0, 0, 0}, t0 + 7ms});
}

TEST_CASE("letters that a kill left in doubt complete the pause that waited for them") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 3}}}});
  carry_out(state, command_kind::pause);
  restart(state, t0 + 1s);
  CHECK(state.drain == drain{t0, 3, {0, 0, 0, 3, 0}, t0 + 1s});
}

TEST_CASE("more than 5% refused of the last outcomes lays a hold that says what was measured") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 300}}}});
  report(state, letter_state::accepted, {{0, 189}}, {250, "", "Ok"}, t0);
  report(state, letter_state::refused, {{189, 199}}, {550, "5.1.1", "No such user"}, t0);
  CHECK_FALSE(state.hold.has_value()); // 199 outcomes are too few to conclude from
  report(state, letter_state::refused, {{199, 200}}, {550, "5.1.1", "No such user"}, t0);
  REQUIRE(state.hold.has_value());
  CHECK(state.hold->reason == hold_reason::spam_suspicion);
  CHECK(state.hold->text == "5.5% of the last 200 outcomes were refused; the limit is 5%");
}

TEST_CASE("more than 1% refused as spam lays a hold, and a lifted one starts the watch anew") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 400}}}});
  report(state, letter_state::accepted, {{0, 297}}, {250, "", "Ok"}, t0);
  report(state, letter_state::refused, {{297, 301}}, {554, "5.7.1", "Message considered spam"}, t0);
  CHECK_FALSE(state.hold.has_value()); // that may have been about all of them
  report(state, letter_state::accepted, {{301, 302}}, {250, "", "Ok"}, t0);
  REQUIRE(state.hold.has_value());
  CHECK(state.hold->reason == hold_reason::spam_suspicion);
  carry_out(state, command_kind::resume);
  report(state, letter_state::refused, {{302, 303}}, {554, "5.7.1", "Message considered spam"}, t0);
  CHECK_FALSE(state.hold.has_value());
}

TEST_CASE("like answers are counted together, whatever their queue ids and addresses") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 3}}}});
  report(state, letter_state::accepted, {{0, 1}}, {250, "2.0.0", "Ok: queued as 4XkTq12fZ9z1"}, t0);
  report(state, letter_state::accepted, {{1, 2}}, {250, "2.0.0", "Ok: queued as 4XkTq23fZ9z2"}, t0 + 1s);
  report(state, letter_state::refused, {{2, 3}}, {550, "5.1.1", "<bob@x.example>: no such user"}, t0 + 1s);
  REQUIRE(state.responses.size() == 2);
  CHECK(state.responses[0].count == 2);
  CHECK(state.responses[0].answer.text == "Ok: queued as …");
  CHECK(state.responses[0].first_seen == t0);
  CHECK(state.responses[0].last_seen == t0 + 1s);
  CHECK(state.responses[1].answer.text == "<…>: no such user");
}

TEST_CASE("acceptances are one group a code, whatever they say, with the first one's words as an example") {
  auto state = sending();
  apply(state, t0, {claimed{{{0, 4}}}});
  report(state, letter_state::accepted, {{0, 1}}, {250, "2.6.0", "<a@x.example> Queued mail for delivery"},
         t0);
  report(state, letter_state::accepted, {{1, 2}}, {250, "2.0.0", "wonderful news"}, t0);
  report(state, letter_state::accepted, {{2, 3}}, {250, "", "Ok"}, t0 + 1s);
  report(state, letter_state::accepted, {{3, 4}}, {251, "2.1.5", "will forward"}, t0 + 1s);
  REQUIRE(state.responses.size() == 2);
  CHECK(state.responses[0].count == 3);
  CHECK(state.responses[0].answer == reply{250, "2.6.0", "<…> Queued mail for delivery"});
  CHECK(state.responses[0].last_seen == t0 + 1s);
  CHECK(state.responses[1].answer.code == 251);
}

TEST_CASE("the kinds that are told apart are kept for refusals; the rest is counted together") {
  auto state = sending(2000);
  apply(state, t0, {claimed{{{0, 2000}}}});
  letter_index next = 0;
  const auto say = [&](letter_state outcome, reply answer) {
    report(state, outcome, {{next, next + 1}}, std::move(answer), t0);
    ++next;
  };
  // Words of letters alone: no id, so each is a kind of its own.
  const auto word = [](std::size_t number) {
    return std::string(1, static_cast<char>('a' + number / 26)) + static_cast<char>('a' + number % 26);
  };
  for (std::uint16_t code = 200; code < 300; ++code)
    say(letter_state::accepted, {code, "", "Ok"});
  for (std::size_t i = 0; i < 300; ++i)
    say(letter_state::in_doubt, {0, "", "of ours " + word(i)});
  for (std::size_t i = 0; i < 150; ++i)
    say(letter_state::deferred, {450, "4.7.1", "refused " + word(i)});
  const auto refusals =
      std::ranges::count_if(state.responses, [](const auto& one) { return one.answer.code == 450; });
  CHECK(refusals == 150);
  for (std::size_t i = 150; i < 300; ++i)
    say(letter_state::deferred, {450, "4.7.1", "refused " + word(i)});
  CHECK(state.responses.size() == response_groups_max);
  letter_index all = 0;
  for (const auto& one : state.responses)
    all += one.count;
  CHECK(all == next);
  CHECK(std::ranges::count(state.responses, notice{"further_replies"},
                           [](const auto& one) { return one.answer.notice; }) == 1);
}

TEST_CASE("a skipped letter is final, and a campaign of nothing else is held until a person has seen it") {
  auto state = sending(2);
  const auto carry_on = [&] {
    for (const auto& body : decide_consequences(state, {}, {}, t0))
      evolve(state, event{t0, "", body});
  };
  for (const auto& body :
       decide_skips(state, {{letter_state::skipped, {{0, 2}}, {0, "", "suppressed: bounced"}, {}}}, {}))
    evolve(state, event{t0, "", body});
  CHECK(state.letters.count(letter_state::skipped) == 2);
  carry_on();
  REQUIRE(state.hold.has_value());
  CHECK(state.hold->reason == hold_reason::spam_suspicion);
  CHECK(state.hold->notice.code == "all_skipped");
  carry_on();
  CHECK(state.status() == status::paused);
  evolve(state, event{t0, "olga", resumed{}});
  carry_on();
  CHECK(state.status() == status::sent);
}

TEST_CASE("letters that cannot be made count towards suspicion, those that are not wanted do not") {
  suspicion_settings limits;
  limits.outcomes_min = 20;
  limits.refused_percent_max = 5;
  const auto code_after = [&](const notice& why, letter_index letters) {
    auto state = sending(100);
    apply(state, t0,
          {claimed{{{0, 20}}}, settled{{{letter_state::accepted, {{0, 20}}, {250, "", "Ok"}, {}}}}});
    for (const auto& body :
         decide_skips(state, {{letter_state::skipped, {{20, 20 + letters}}, reply_of(why), {}}}, limits))
      evolve(state, event{t0, "", body});
    return state.hold ? state.hold->notice.code : "";
  };
  CHECK(code_after(notice{"unsubscribe_url_scheme_wrong"}, 2) == "failed_too_often");
  CHECK(code_after(notice{"unsubscribe_url_scheme_wrong"}, 1) == "");
  CHECK(code_after(notice{"suppressed", {{"reason", "bounced"}}}, 80) == "");
}
