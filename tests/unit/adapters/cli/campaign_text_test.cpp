#include "adapters/cli/campaign_text.hpp"
#include "tests/catch.hpp"

using namespace sluice;
using namespace sluice::cli;
using Catch::Matchers::ContainsSubstring;

namespace {

const timestamp nine = timestamp{milliseconds{1'796'115'600'000}}; // 2026-12-01T09:00:00Z

campaign_view sample() {
  campaign_view view;
  view.id = {1};
  view.stage = stage::sending;
  view.spec.name = "Autumn sale";
  view.spec.from = "Shop <news@shop.example>";
  view.spec.subject = "Hello";
  view.spec.plan.parts = parts{.size = 200, .every = std::chrono::seconds(30), .growth_percent = 0};
  view.audience = {.id = {4}, .name = "customers", .size = 1000, .hash = {}};
  view.created_at = view.changed_at = nine;
  view.t0 = nine;
  view.counts.total = 1000;
  view.counts.due = 400;
  view.counts.by_state = {590, 10, 395, 5, 0, 0, 0};
  view.next_part = upcoming_part{nine + std::chrono::seconds(30), 200};
  return view;
}

const terminal narrow{
    .is_terminal = true, .has_color = false, .has_unicode = true, .width = 100, .height = 24};

} // namespace

TEST_CASE("spans are said in the units that one would use") {
  CHECK(span_words(milliseconds{400}) == "1 s");
  CHECK(span_words(milliseconds{-5}) == "0 s");
  CHECK(span_words(std::chrono::minutes(12)) == "12 min");
  CHECK(span_words(std::chrono::minutes(200)) == "3 h 20 min");
  CHECK(span_words(std::chrono::hours(52)) == "2 d 4 h");
}

TEST_CASE("what comes next is said for every status") {
  auto view = sample();
  CHECK(next_words(view, nine) == "200 letters at 2026-12-01 09:00:30 (in 30 s)");
  view.next_part.reset();
  CHECK_THAT(next_words(view, nine), ContainsSubstring("600 letters are leaving now"));
  view.stage = stage::draft;
  CHECK(next_words(view, nine) == "sluice start c1");
  view.stage = stage::moderation;
  CHECK_THAT(next_words(view, nine), ContainsSubstring("sluice approve c1"));
  view.stage = stage::sent;
  CHECK_THAT(next_words(view, nine), ContainsSubstring("final"));
}

TEST_CASE("a pause says how many letters have accumulated") {
  auto view = sample();
  view.hold = hold{"ops", hold_reason::operator_request, "wrong price", nine};
  view.counts.due = 800;
  CHECK(accumulated(view) == 390);
  CHECK_THAT(next_words(view, nine), ContainsSubstring("390 accumulated letters leave at once on resume"));
  CHECK_THAT(details(view, nine, {}), ContainsSubstring("by ops since 2026-12-01 09:00:00: wrong price") &&
                                          ContainsSubstring("Paused (in stage sending)"));
}

TEST_CASE("a hold of the engine's says what to do, and what lifting it costs") {
  auto view = sample();
  view.hold = hold{"", hold_reason::relay_refuses, "10 letters were refused", nine, {}};
  view.counts.by_state = {950, 0, 30, 0, 20, 0, 0};
  view.refused_for_now = 20;
  view.trial_on_resume = 50;
  CHECK_THAT(next_words(view, nine),
             ContainsSubstring("sluice resume c1: 50 letters leave first; the rest follows when these were "
                               "accepted"));
  const auto text = details(view, nine, narrow);
  CHECK_THAT(text, ContainsSubstring("since the relay refuses the letters: 10 letters were refused"));
  CHECK_THAT(text, ContainsSubstring("20 deferred, 20 of them refused for now: sluice refusals c1"));
  CHECK_THAT(change_line(view, nine), ContainsSubstring("20 deferred, 20 of them refused for now"));

  view.hold->notice = notice{"sender_refused", {{"sender", "news@shop.example"}, {"reply", "553 no"}}};
  CHECK_THAT(next_words(view, nine), ContainsSubstring("have the server allow the sender address") &&
                                         ContainsSubstring("sluice resume c1: 50 letters leave first"));

  view.trial_on_resume = 0;
  view.counts.by_state = {0, 0, 0, 1000, 0, 0, 0};
  CHECK(next_words(view, nine) == "on hold: sluice resume c1 ends it as it is");
}

TEST_CASE("a trial that is under way tells how far it is") {
  auto view = sample();
  view.trial = trial_view{50, {{0, 50}}, 40, 2, 0};
  CHECK_THAT(details(view, nine, narrow),
             ContainsSubstring("50 of the 50 letters that leave first have left: 40 accepted, 2 refused"));
  CHECK(next_words(view, nine) == "the outcome of the trial; then the rest");
}

TEST_CASE("a relay's trouble is told with whose it is, since when, what was tried and what to do") {
  auto view = sample();
  view.relay_trouble = relay_trouble{nine, "mail:25: cannot connect"};
  view.relay_help = relay_help{"relay", "see that it runs"};
  view.relay_tries = relay_tries{4, nine, nine + std::chrono::seconds(90)};
  const auto later = nine + std::chrono::seconds(50);
  const auto text = details(view, later, narrow);
  CHECK_THAT(text,
             ContainsSubstring("  relay       fails since 2026-12-01 09:00:00: mail:25: cannot connect\n"
                               "              tried 4 times since 2026-12-01 09:00:00, next at "
                               "2026-12-01 09:01:30 (in 40 s)\n"
                               "              what to do: see that it runs\n"));
  CHECK(next_words(view, later) == "600 letters wait until the relay takes them; tried again in 40 s");
  CHECK_THAT(change_line(view, later),
             ContainsSubstring(", relay fails: mail:25: cannot connect; tried 4 times"));
  CHECK_THAT(progress_line(view, later, narrow), ContainsSubstring("relay fails"));

  view.relay_help->about = "account";
  view.relay_tries = relay_tries{1, nine, nine};
  CHECK_THAT(details(view, later, narrow),
             ContainsSubstring("  account     refused since 2026-12-01 09:00:00") &&
                 ContainsSubstring("tried 1 time since 2026-12-01 09:00:00, and now again"));
  auto rows = campaign_table();
  add_row(rows, view);
  CHECK_THAT(rows.render(0), ContainsSubstring("Sending, account refused"));
}

TEST_CASE("below the bar of a watched campaign stands what holds it up, in lines that fit") {
  auto view = sample();
  CHECK(trouble_lines(view, nine, narrow).empty());
  view.relay_trouble = relay_trouble{nine, "mail:25: " + std::string(200, 'x') + " cannot connect\r\n"};
  view.relay_help = relay_help{"relay", "see that it runs"};
  view.relay_tries = relay_tries{4, nine, nine + std::chrono::seconds(90)};
  view.hold = hold{"", hold_reason::relay_refuses, "10 letters were refused", nine, {}};
  for (const std::size_t width : {20U, 40U, 80U}) {
    auto where = narrow;
    where.width = width;
    const auto lines = trouble_lines(view, nine, where);
    CHECK(lines.size() >= 5);
    for (const auto& line : lines)
      CHECK((display_width(line) < width && line.find('\n') == std::string::npos));
  }
  const auto lines = trouble_lines(view, nine, {.is_terminal = true, .width = 200, .height = 24});
  CHECK(lines.front() == "  10 letters were refused");
  auto slow = sample();
  slow.relay_pace = relay_pace{2.0, 20, 20, "454 4.7.0 Throttling failure"};
  CHECK(trouble_lines(slow, nine, narrow) ==
        std::vector<std::string>{"  the relay bears 2.0 letters a second: 454 4.7.0 Throttling failure"});
  CHECK(lines.back() == "  what to do: see that it runs");
}

TEST_CASE("letters that are put off say by which words, and when the first leaves again") {
  auto view = sample();
  view.counts.by_state = {0, 0, 970, 0, 30, 0, 0};
  view.next_part.reset();
  view.next_retry_at = nine + std::chrono::minutes(5);
  view.responses = {{{0, "", "450 4.2.0 Greylisted"}, 30, nine, nine, 0}};
  CHECK(next_words(view, nine) ==
        "30 deferred letters are offered again, the first at 2026-12-01 09:05:00 (in 5 min)");
  CHECK_THAT(
      details(view, nine, narrow),
      ContainsSubstring("  put off     by the server since 2026-12-01 09:00:00: 450 4.2.0 Greylisted\n"));
}

TEST_CASE("a progress line fits its terminal, whatever the name") {
  auto view = sample();
  view.spec.name = std::string(300, 'x') + "\x1b[2J\n";
  for (const std::size_t width : {20U, 40U, 80U, 100U, 200U}) {
    auto where = narrow;
    where.width = width;
    const auto line = progress_line(view, nine, where);
    CHECK(display_width(line) < width);
    CHECK(line.find('\x1b') == std::string::npos);
  }
  CHECK_THAT(progress_line(sample(), nine, narrow),
             ContainsSubstring("40% 400/1000") && ContainsSubstring("+200 in 30 s"));
}

TEST_CASE("a rate is shown only while letters that are due leave") {
  auto view = sample();
  view.rate = 123.4;
  CHECK_THAT(progress_line(view, nine, narrow), !ContainsSubstring("123/s"));
  view.counts.due = 600;
  CHECK_THAT(progress_line(view, nine, narrow), ContainsSubstring("123/s"));
}

TEST_CASE("a row of the list tells id, name, status, audience, plan and progress") {
  auto rows = campaign_table();
  add_row(rows, sample());
  CHECK_THAT(rows.render(0), ContainsSubstring("c1") && ContainsSubstring("Autumn sale") &&
                                 ContainsSubstring("Sending") && ContainsSubstring("a4 customers") &&
                                 ContainsSubstring("400/1000"));
}

TEST_CASE("a change is one line without any control character") {
  auto view = sample();
  view.relay_trouble = relay_trouble{nine, "refused\r\n"};
  CHECK(change_line(view, nine) == "2026-12-01 09:00:00 c1 Sending 400/1000 (395 accepted, 5 refused, 10 in "
                                   "flight), relay fails: refused\\r\\n");
}
