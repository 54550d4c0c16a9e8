#include "actors/audit/progress.hpp"

#include "actors/core/decide.hpp"
#include "actors/core/due.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

namespace sluice {
namespace {

using examples::t0;
using std::chrono::seconds;

settled outcome(letter_state state, letter_ranges letters, std::string words = {}) {
  return {{{state, std::move(letters), {0, "", std::move(words)}, {}}}};
}

void follow(progress& story, seconds after, event_body body) {
  story.follow({t0 + after, "", std::move(body)});
}

} // namespace

TEST_CASE("a letter has left while it is claimed or final, and comes back when it is deferred or unsent") {
  progress story(100);
  follow(story, seconds(1), claimed{{{0, 10}}});
  follow(story, seconds(2), outcome(letter_state::accepted, {{0, 6}}));
  follow(story, seconds(3), outcome(letter_state::deferred, {{6, 8}}));
  follow(story, seconds(4), outcome(letter_state::pending, {{8, 9}}));
  follow(story, seconds(5), outcome(letter_state::in_doubt, {{9, 10}}));
  follow(story, seconds(6), outcome(letter_state::skipped, {{10, 13}}));
  REQUIRE(story.points().size() == 6);
  CHECK(story.points()[0] == progress_point{t0 + seconds(1), 10, 0, 0, 0, 0, 0});
  CHECK(story.points()[3] == progress_point{t0 + seconds(4), 7, 6, 0, 0, 0, 2});
  CHECK(story.points()[5] == progress_point{t0 + seconds(6), 10, 6, 0, 3, 1, 2});
}

TEST_CASE("letters in doubt are refused when given up and come back when resent") {
  progress story(100);
  follow(story, seconds(1), claimed{{{0, 3}}});
  follow(story, seconds(2),
         outcome(letter_state::in_doubt, {{0, 3}}, "the engine ended before the reply came"));
  follow(story, seconds(3), doubt_settled{{{0, 1}}, false});
  follow(story, seconds(4), doubt_settled{{{1, 3}}, true});
  CHECK(story.points().back() == progress_point{t0 + seconds(4), 1, 0, 1, 0, 0, 0});
  CHECK(story.restarts() == std::vector{t0 + seconds(2)});
}

TEST_CASE("a pause lasts until a resume, a release or the end") {
  progress story(100);
  follow(story, seconds(1), paused{});
  follow(story, seconds(2), resumed{});
  follow(story, seconds(3), paused{});
  CHECK(story.pauses().back().second == std::nullopt);
  follow(story, seconds(4), released{});
  follow(story, seconds(5), paused{});
  follow(story, seconds(6), cancelled{});
  REQUIRE(story.pauses().size() == 3);
  CHECK(story.pauses()[0] == std::pair(t0 + seconds(1), std::optional(t0 + seconds(2))));
  CHECK(story.pauses()[1] == std::pair(t0 + seconds(3), std::optional(t0 + seconds(4))));
  CHECK(story.pauses()[2] == std::pair(t0 + seconds(5), std::optional(t0 + seconds(6))));
  CHECK(story.ended_at() == t0 + seconds(6));
}

TEST_CASE("however long the log, the curve keeps its bound, its order and its last point") {
  progress story(50);
  constexpr letter_index letters = 100'000;
  for (letter_index next = 0; next < letters; next += 10)
    follow(story, seconds(next), claimed{{{next, next + 10}}});
  CHECK(story.points().size() <= 50);
  CHECK(story.points().size() >= 20);
  CHECK(story.points().back() == progress_point{t0 + seconds(letters - 10), letters, 0, 0, 0, 0, 0});
  for (std::size_t at = 1; at < story.points().size(); ++at) {
    CHECK(story.points()[at - 1].at < story.points()[at].at);
    CHECK(story.points()[at - 1].left < story.points()[at].left);
  }
}

TEST_CASE("the plan's curve has every part, or at a release all that is left") {
  const plan timetable{{}, parts{100, std::chrono::minutes(1), 0}};
  const auto whole = due_curve(timetable, t0, std::nullopt, 250, 500);
  CHECK(whole == std::vector<due_point>{{t0, 100}, {t0 + seconds(60), 200}, {t0 + seconds(120), 250}});
  const auto cut = due_curve(timetable, t0, t0 + seconds(30), 250, 500);
  CHECK(cut == std::vector<due_point>{{t0, 100}, {t0 + seconds(30), 250}});
  CHECK(due_curve(timetable, t0, std::nullopt, 1'000'000, 500).size() <= 500);
  CHECK(due_curve(timetable, t0, std::nullopt, 1'000'000, 500).back().due == 1'000'000);
}

TEST_CASE("a plan of very many parts has its curve at once, with points all along it") {
  const plan timetable{{}, parts{1, seconds(1), 0}};
  const auto curve = due_curve(timetable, t0, std::nullopt, letters_max, 500);
  CHECK(curve.size() <= 500);
  CHECK(curve.size() >= 250);
  CHECK(curve.front() == due_point{t0, 1});
  CHECK(curve.back() == due_point{t0 + seconds(letters_max - 1), letters_max});
  for (const auto& point : curve)
    CHECK(point.due == due(timetable, t0, std::nullopt, letters_max, point.at));
}

} // namespace sluice
