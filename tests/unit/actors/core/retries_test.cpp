// Letters that were put off together: when each leaves again.

#include "actors/core/retries.hpp"
#include "actors/lifecycle.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

#include <rapidcheck.h>

#include <map>
#include <set>

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

const reply try_later{451, "4.3.0", "Try later"};

std::vector<settled_group>
put_off(const campaign_state& state, letter_ranges letters, const retry_settings& retries, timestamp now) {
  std::vector<settled_group> groups;
  settle_deferrals(state, letters, try_later, retries, now, groups);
  return groups;
}

} // namespace

TEST_CASE("letters that were put off in one round come back spread over a quarter of their delay") {
  const auto state = sending(1000);
  const retry_settings retries{};
  const auto groups = put_off(state, {{0, 1000}}, retries, t0);
  CHECK(groups.size() == retry_slots);
  for (const auto& group : groups) {
    INFO("due " << (group.retry_at - t0).count() << " ms later: " << group.letters.count() << " letters");
    CHECK(group.retry_at >= t0 + retries.delay_first);
    CHECK(group.retry_at <= t0 + retries.delay_first * 5 / 4);
    CHECK(group.letters.count() > 100);
    CHECK(group.letters.count() < 300);
  }
}

TEST_CASE("neighbours have the same retry time, so that an event of a few letters stays small") {
  const auto state = sending(1000);
  std::size_t ranges = 0;
  const auto groups = put_off(state, {{400, 440}}, {}, t0);
  for (const auto& group : groups)
    ranges += group.letters.ranges().size();
  CHECK(ranges <= 40 / retry_slot_letters);
}

TEST_CASE("a letter's neighbours are others in another campaign and at another try") {
  const auto slots = [](campaign_id campaign, std::uint32_t deferrals) {
    std::vector<milliseconds> all;
    for (letter_index index = 0; index < 800; index += retry_slot_letters)
      all.push_back(retry_spread(1h, campaign, index, deferrals));
    return all;
  };
  CHECK(slots(campaign_id{1}, 0) == slots(campaign_id{1}, 0));
  CHECK(slots(campaign_id{1}, 0) != slots(campaign_id{2}, 0));
  CHECK(slots(campaign_id{1}, 0) != slots(campaign_id{1}, 1));
}

TEST_CASE(
    "a spread retry is never sooner than its delay, nor later than give_up_after for the spread's sake") {
  rc::check([] {
    const auto seconds_between = [](int least, int most) {
      return std::chrono::seconds(*rc::gen::inRange(least, most));
    };
    retry_settings retries;
    retries.delay_first = seconds_between(1, 600);
    retries.delay_max = retries.delay_first + seconds_between(0, 36'000);
    retries.give_up_after = seconds_between(1, 200'000);
    auto state = sending(100);
    state.id = campaign_id{*rc::gen::inRange<std::uint64_t>(1, 1000)};
    auto now = t0;
    auto delay = retries.delay_first;
    std::map<letter_index, timestamp> first;
    for (int round = 0; round < 6; ++round) {
      const auto begin = *rc::gen::inRange<letter_index>(0, 99);
      const auto end = *rc::gen::inRange<letter_index>(begin + 1, 101);
      auto open = letter_ranges{{begin, end}};
      for (const auto final : {letter_state::refused})
        open.remove(state.letters.all(final));
      open = claimable(state, open, now);
      if (open.empty())
        continue;
      std::map<letter_index, std::uint32_t> times;
      open.for_each([&](letter_index index) {
        const auto known = state.retries.find(index);
        times[index] = known == state.retries.end() ? 0 : known->second.deferrals;
        first.try_emplace(index, now);
      });
      apply(state, now, {claimed{open}});
      letter_ranges seen;
      const auto events =
          decide_results(state, {{letter_state::deferred, open, try_later}}, retries, {false}, now);
      std::set<timestamp> moments;
      for (const auto& group : std::get<settled>(events.front()).groups) {
        seen.add(group.letters);
        if (group.outcome == letter_state::refused) {
          group.letters.for_each(
              [&](letter_index index) { RC_ASSERT(now - first.at(index) >= retries.give_up_after); });
          continue;
        }
        RC_ASSERT(moments.insert(group.retry_at).second);
        group.letters.for_each([&](letter_index index) {
          delay = retries.delay_first;
          for (std::uint32_t time = 0; time < times.at(index) && delay < retries.delay_max; ++time)
            delay *= 2;
          delay = std::min(delay, retries.delay_max);
          RC_ASSERT(group.retry_at >= now + delay);
          RC_ASSERT(group.retry_at <= now + delay * 5 / 4);
          RC_ASSERT(group.retry_at <= std::max(now + delay, first.at(index) + retries.give_up_after));
        });
      }
      RC_ASSERT(seen == open);
      apply(state, now, events);
      now += seconds_between(0, 40'000);
      if (state.is_final())
        return;
    }
  });
}
