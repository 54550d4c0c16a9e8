#include "actors/core/due.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

#include <rapidcheck.h>

using namespace sluice;
using namespace std::chrono_literals;
using sluice::examples::t0;

namespace {

plan in_parts(std::uint32_t size, milliseconds every, std::uint32_t growth = 0) {
  return {std::nullopt, parts{size, every, growth}};
}

rc::Gen<plan> any_plan_in_parts() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange<std::uint32_t>(1, 5000),
                                     rc::gen::inRange<std::int64_t>(1, 3 * 86'400),
                                     rc::gen::inRange<std::uint32_t>(0, 150)),
                      [](const auto& numbers) {
                        return in_parts(std::get<0>(numbers), std::chrono::seconds(std::get<1>(numbers)),
                                        std::get<2>(numbers));
                      });
}

} // namespace

TEST_CASE("nothing is due before T0, and everything from T0 on without parts") {
  CHECK(due({}, t0, {}, 1000, t0 - 1ms) == 0);
  CHECK(due({}, t0, {}, 1000, t0) == 1000);
}

TEST_CASE("part k falls due at T0 + k·every, the first at T0 itself") {
  const auto plan = in_parts(200, 30min);
  CHECK(due(plan, t0, {}, 1000, t0 - 1ms) == 0);
  CHECK(due(plan, t0, {}, 1000, t0) == 200);
  CHECK(due(plan, t0, {}, 1000, t0 + 30min - 1ms) == 200);
  CHECK(due(plan, t0, {}, 1000, t0 + 30min) == 400);
  CHECK(due(plan, t0, {}, 1000, t0 + 24h) == 1000);
}

TEST_CASE("the last part is as small as what is left") {
  const auto plan = in_parts(300, 1h);
  CHECK(next_part(plan, t0, {}, 1000, t0 + 2h) == planned_part{3, t0 + 3h, 100, 1000});
  CHECK(next_part(plan, t0, {}, 1000, t0 + 3h) == std::nullopt);
}

TEST_CASE("parts grow once a whole day, rounded to the nearest whole with halves to even") {
  const parts growing{5, 24h, 50};
  // 5 → 7.5 → 8 · 8 → 12 · 12 → 18 · 18 → 27 · 27 → 40.5 → 40
  const std::vector<letter_index> expected{5, 8, 12, 18, 27, 40, 60};
  for (std::size_t day = 0; day < expected.size(); ++day)
    CHECK(part_size(growing, day) == expected[day]);
}

TEST_CASE("all parts of one day have the same size") {
  const auto plan = in_parts(10, 6h, 100);
  CHECK(due(plan, t0, {}, 10'000, t0 + 18h) == 40);
  CHECK(due(plan, t0, {}, 10'000, t0 + 24h) == 60);
  CHECK(due(plan, t0, {}, 10'000, t0 + 42h) == 120);
  CHECK(due(plan, t0, {}, 10'000, t0 + 48h) == 160);
}

TEST_CASE("parts that are days apart grow with the days between them") {
  const auto plan = in_parts(10, 48h, 100);
  CHECK(due(plan, t0, {}, 10'000, t0 + 47h) == 10);
  CHECK(due(plan, t0, {}, 10'000, t0 + 48h) == 50);
}

TEST_CASE("a release makes all letters due from its moment on, also before T0") {
  const auto plan = in_parts(1, 24h);
  CHECK(due(plan, t0, t0 + 1h, 1000, t0 + 1h - 1ms) == 1);
  CHECK(due(plan, t0, t0 + 1h, 1000, t0 + 1h) == 1000);
  CHECK(due(plan, t0, t0 - 1h, 1000, t0 - 1h) == 1000);
  CHECK(next_part(plan, t0, t0 - 1h, 1000, t0) == std::nullopt);
}

TEST_CASE("a plan of decades and a part size that hits the ceiling are computed at once") {
  CHECK(due(in_parts(1, 1s), t0, {}, letters_max, t0 + 24h * 36'500) == letters_max);
  CHECK(due(in_parts(1'000'000, 24h, 1000), t0, {}, letters_max, t0 + 24h * 36'500) == letters_max);
  CHECK(due(in_parts(1, 24h * 365, 1), t0, {}, 1000, t0 + 24h * 36'500) > 0);
  CHECK(due_at(in_parts(1, 24h * 365, 1), t0, {}, letters_max, letters_max - 1) ==
        t0 + (letters_max - 1) * (24h * 365));
}

TEST_CASE("a plan that would outlast the calendar is told so") {
  CHECK(check_end(in_parts(1, 24h * 365), t0, 7'000));
  CHECK(check_end(plan{}, t0, letters_max));
  const auto endless = check_end(in_parts(1, 24h * 365), t0, 8'000);
  REQUIRE(!endless);
  CHECK(endless.error().message.find("after the year 9999") != std::string::npos);
}

TEST_CASE("the timetable can be entered at any part") {
  rc::check([] {
    const auto plan = *any_plan_in_parts();
    const auto total = *rc::gen::inRange<letter_index>(1, 20'000);
    std::vector<planned_part> whole;
    each_part(plan, t0, total, 0, [&](const planned_part& part) {
      whole.push_back(part);
      return whole.size() < 300;
    });
    const auto first = *rc::gen::inRange<std::size_t>(0, whole.size());
    std::vector<planned_part> rest;
    each_part(plan, t0, total, first, [&](const planned_part& part) {
      rest.push_back(part);
      return rest.size() < whole.size() - first;
    });
    RC_ASSERT(rest ==
              std::vector<planned_part>(whole.begin() + static_cast<std::ptrdiff_t>(first), whole.end()));
  });
}

TEST_CASE("due never falls, and the timetable, next_part and due_at tell the same story") {
  rc::check([] {
    const auto plan = *any_plan_in_parts();
    const auto total = *rc::gen::inRange<letter_index>(1, 20'000);
    letter_index sum = 0;
    std::size_t visited = 0;
    each_part(plan, t0, total, 0, [&](const planned_part& part) {
      RC_ASSERT(due(plan, t0, {}, total, part.at - 1ms) == sum);
      if (part.letters > 0) {
        RC_ASSERT(due_at(plan, t0, {}, total, sum) == part.at);
        RC_ASSERT(due_at(plan, t0, {}, total, sum + part.letters - 1) == part.at);
        const auto next = next_part(plan, t0, {}, total, part.at - 1ms);
        RC_ASSERT(next.has_value());
        RC_ASSERT(next->at == part.at);
        RC_ASSERT(next->letters == part.letters);
      }
      sum += part.letters;
      RC_ASSERT(part.letters_total == sum);
      RC_ASSERT(due(plan, t0, {}, total, part.at) == sum);
      return ++visited < 300;
    });
    RC_ASSERT(sum == total || visited == 300);
  });
}
