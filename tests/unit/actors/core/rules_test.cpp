// The ten rules of the domain, as far as the pure core keeps them, under any commands at any times. The
// observer below knows nothing of `evolve`: it keeps its own books from the events alone.

#include "actors/core/due.hpp"
#include "actors/core/state_codec.hpp"
#include "actors/lifecycle.hpp"
#include "actors/outbox.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

#include <rapidcheck.h>

#include <map>

using namespace sluice;
using namespace sluice::examples;
using namespace std::chrono_literals;

namespace {

/// What an auditor with a pencil would note.
struct observer {
  campaign_spec content;
  letter_index letters = 0;
  std::map<letter_index, letter_state> states; ///< pending ones are left out
  std::map<letter_index, timestamp> retry_at;
  /// Of a letter that was refused by words that may be about something else.
  struct refusal {
    bool has_acceptance_before = false;
    bool has_acceptance_after = false;
    bool is_last_try = false;
    bool came_again = false;
  };
  std::map<letter_index, refusal> refusals;
  letter_index accepted = 0;
  bool is_held = false;
  bool is_commanded = false; ///< what comes was asked for by a person
  bool is_sending = false;
  bool is_over = false;
  bool waits_for_approval = false;
  std::optional<timestamp> zero;
  std::optional<timestamp> released_at;
  std::optional<timestamp> resumed_at;

  letter_state at(letter_index index) const {
    const auto found = states.find(index);
    return found == states.end() ? letter_state::pending : found->second;
  }

  void see(const event& next) {
    std::visit([&](const auto& body) { see(body, next.at); }, next.body);
  }

  void see(const submitted& it, timestamp) { waits_for_approval = !it.reasons.empty(); }
  void see(const approved&, timestamp) { waits_for_approval = false; }
  void see(const scheduled& it, timestamp) {
    RC_ASSERT(!zero.has_value()); // nothing moves T0
    zero = it.t0;
  }
  void see(const sending_began&, timestamp) { is_sending = true; }
  void see(const paused&, timestamp) { is_held = true; }
  void see(const resumed&, timestamp at) {
    is_held = false;
    resumed_at = at;
  }
  void see(const released&, timestamp at) {
    is_held = false;
    if (!released_at)
      released_at = at;
  }
  void see(const cancelled&, timestamp) { is_over = true; }
  void see(const rejected&, timestamp) { is_over = true; }
  void see(const discarded&, timestamp) { is_over = true; }
  void see(const finished&, timestamp) {
    is_over = true;
    for (letter_index index = 0; index < letters; ++index)
      RC_ASSERT(is_final(at(index)));
  }

  void see(const claimed& it, timestamp now) {
    RC_ASSERT(is_sending && !is_held && !is_over && !waits_for_approval); // rules 3 and 5
    const auto due_letters = due(content.plan, *zero, released_at, letters, now);
    it.letters.for_each([&](letter_index index) {
      RC_ASSERT(index < due_letters); // rule 2
      const auto before = at(index);
      RC_ASSERT(before == letter_state::pending || before == letter_state::deferred); // rule 4
      if (before == letter_state::deferred)
        RC_ASSERT(retry_at.at(index) <= now);
      states[index] = letter_state::claimed;
    });
  }

  void see(const settled& it, timestamp) {
    const auto accepted_before = accepted;
    for (const auto& group : it.groups)
      if (group.outcome == letter_state::accepted)
        accepted += static_cast<letter_index>(group.letters.count());
    for (auto& [index, one] : refusals)
      one.has_acceptance_after = one.has_acceptance_after || accepted > accepted_before;
    for (const auto& group : it.groups)
      group.letters.for_each([&](letter_index index) {
        if (group.is_provisional) {
          const auto known = refusals.find(index);
          const auto was_last_try = known != refusals.end() && known->second.is_last_try;
          refusals[index] = {accepted_before > 0, false, was_last_try, was_last_try};
        }
        RC_ASSERT(!is_final(at(index))); // rule 5
        RC_ASSERT(at(index) == letter_state::claimed || group.outcome == letter_state::skipped);
        states[index] = group.outcome;
        if (group.outcome == letter_state::deferred)
          retry_at[index] = group.is_provisional ? never : group.retry_at;
      });
  }

  void see(const refusals_settled& it, timestamp) {
    it.letters.for_each([&](letter_index index) {
      RC_ASSERT(at(index) == letter_state::deferred);
      auto& one = refusals.at(index);
      RC_ASSERT(!it.accept || is_commanded || (one.has_acceptance_before && one.has_acceptance_after) ||
                one.came_again); // rule 11
      states[index] = it.outcome();
      if (it.waits()) {
        retry_at[index] = it.retry_at;
        one.is_last_try = true;
      } else {
        refusals.erase(index);
      }
    });
  }

  void see(const doubt_settled& it, timestamp) {
    it.letters.for_each([&](letter_index index) {
      RC_ASSERT(at(index) == letter_state::in_doubt);
      states[index] = it.outcome();
      if (it.waits())
        retry_at[index] = it.retry_at;
    });
  }

  void see(const auto&, timestamp) {}
};

/// A campaign with its observer, driven at random.
struct play {
  campaign_state state;
  observer watch;
  std::vector<event> log;
  timestamp now = t0 - 1h;
  retry_settings retries{1min, 10min, 30min};
  suspicion_settings suspicion{true, 20, 10, 40, 30, 5};

  explicit play(letter_index letters, campaign_spec content) : state(initial_state(campaign_id{7})) {
    watch.content = content;
    watch.letters = letters;
    put({created{std::move(content), audience(letters)}});
  }

  void put(const event_bodies& bodies, const std::string& by = {}) {
    for (const auto& body : bodies) {
      const event next{now, by, body};
      watch.see(next);
      evolve(state, next);
      log.push_back(next);
      check_books();
    }
  }

  /// Rules 1 and 6: the counts add up and are those that the observer kept.
  void check_books() const {
    std::array<letter_index, letter_state_count> counts{};
    for (letter_index index = 0; index < watch.letters; ++index)
      ++counts[static_cast<std::size_t>(watch.at(index))];
    RC_ASSERT(state.letters.counts() == counts);
  }

  void command_something() {
    const auto kind = static_cast<command_kind>(*rc::gen::inRange<std::size_t>(0, command_kind_count));
    if (kind == command_kind::edit || kind == command_kind::discard)
      return;
    const auto needs_look = *rc::gen::inRange(0, 3) == 0;
    const start_check checked{needs_look ? std::vector{notice{"no_unsubscribe_link"}}
                                         : std::vector<notice>{}};
    watch.is_commanded = true;
    if (const auto events = decide(state, {kind, "who", "", "", {}}, checked, now, suspicion.trial_letters))
      put(*events, "who");
    watch.is_commanded = false;
  }

  /// What the engine does after each step.
  void draw_consequences() {
    for (auto more = decide_consequences(state, retries, suspicion, now); !more.empty();
         more = decide_consequences(state, retries, suspicion, now))
      put(more);
  }

  void pass_time() { now += std::chrono::seconds(*rc::gen::inRange(0, 4000)); }

  void claim_some() {
    put(decide_on_time(state, now));
    const auto wanted = outbox{}.next(state, *rc::gen::inRange<std::size_t>(1, 30), now, moment{}).letters;
    auto granted = claimable(state, wanted, now);
    if (!granted.empty())
      put({claimed{std::move(granted)}});
  }

  void report_some() {
    auto in_flight = state.letters.all(letter_state::claimed);
    static constexpr std::array outcomes{letter_state::accepted, letter_state::accepted,
                                         letter_state::refused,  letter_state::deferred,
                                         letter_state::in_doubt, letter_state::pending};
    std::vector<result_group> results;
    while (!in_flight.empty() && results.size() < 3) {
      auto some = in_flight.take_front(*rc::gen::inRange<std::size_t>(1, 10));
      const auto outcome = outcomes[*rc::gen::inRange<std::size_t>(0, outcomes.size())];
      const auto code = outcome == letter_state::refused ? 550 : 250;
      const auto* enhanced = outcome == letter_state::refused && *rc::gen::inRange(0, 3) == 0 ? "5.1.1" : "";
      results.push_back({outcome, std::move(some), {static_cast<std::uint16_t>(code), enhanced, "words"}});
    }
    // A relay may also speak of letters that are long settled.
    if (*rc::gen::inRange(0, 5) == 0)
      results.push_back(
          {letter_state::accepted, {{0, std::min<letter_index>(3, watch.letters)}}, {250, "", "late"}});
    put(decide_results(state, results, retries, suspicion, now));
  }

  void skip_some() {
    const auto index = *rc::gen::inRange<letter_index>(0, watch.letters);
    if (state.may_claim())
      put(decide_skips(state, {{letter_state::skipped, {{index, index + 1}}, {0, "", "suppressed"}, {}}},
                       {}));
  }

  /// What a crash and a restart do: the state comes from a snapshot and the log.
  void crash() {
    auto again = initial_state(state.id);
    const auto kept = *rc::gen::inRange<std::size_t>(0, log.size() + 1);
    for (std::size_t number = 0; number < log.size(); ++number) {
      if (number == kept && number > 0) {
        auto decoded = decode_state(encode_state(again));
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(*decoded == again);
        again = std::move(*decoded);
      }
      evolve(again, log[number]);
    }
    RC_ASSERT(again == state); // rule 6
    state = std::move(again);
    put(decide_results(state, results_of_restart(state), retries, suspicion, now));
    RC_ASSERT(state.in_flight() == 0);
  }

  void step() {
    one_step();
    draw_consequences();
  }

  void one_step() {
    switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return command_something();
    case 1:
    case 2:
      return pass_time();
    case 3:
    case 4:
    case 5:
      return claim_some();
    case 6:
      return skip_some();
    case 7:
      return report_some();
    default:
      return *rc::gen::inRange(0, 4) == 0 ? crash() : report_some();
    }
  }

  /// Once nothing disturbs it any more every campaign that may send comes to its end (rule 7).
  void run_to_the_end() {
    const auto tell = [&](command_kind kind) {
      watch.is_commanded = true;
      if (const auto events = decide(state, {kind, "who", "", "", {}}, {}, now, suspicion.trial_letters))
        put(*events, "who");
      watch.is_commanded = false;
    };
    tell(command_kind::start);
    tell(command_kind::approve);
    for (int round = 0; round < 20'000 && !state.is_final(); ++round) {
      draw_consequences();
      tell(command_kind::resume);
      put(decide_on_time(state, now));
      tell(command_kind::resend_doubt);
      auto granted = claimable(state, outbox{}.next(state, 100, now, moment{}).letters, now);
      if (!granted.empty())
        put({claimed{std::move(granted)}});
      auto in_flight = state.letters.all(letter_state::claimed);
      if (!in_flight.empty())
        put(decide_results(state, {{letter_state::accepted, in_flight, {250, "", "Ok"}}}, retries, suspicion,
                           now));
      else if (const auto next = state.next_moment(now))
        now = std::max(now, *next);
    }
    RC_ASSERT(state.is_final());
  }
};

} // namespace

TEST_CASE("whatever is commanded, reported and killed, and when: the rules hold and every campaign ends") {
  rc::check([] {
    auto content = spec();
    if (*rc::gen::arbitrary<bool>())
      content.plan.parts =
          parts{*rc::gen::inRange<std::uint32_t>(1, 20), 10min, *rc::gen::inRange<std::uint32_t>(0, 100)};
    if (*rc::gen::arbitrary<bool>())
      content.plan.start_at = t0;
    content.on_doubt = *rc::gen::arbitrary<bool>() ? doubt_policy::resend : doubt_policy::hold;
    play game(*rc::gen::inRange<letter_index>(1, 120), std::move(content));
    if (*rc::gen::inRange(0, 10) > 0)
      game.put(*decide(game.state, {command_kind::start, "who", "", "", {}}, {}, game.now));
    const auto steps = *rc::gen::inRange(0, 120);
    for (int step = 0; step < steps; ++step)
      game.step();
    game.run_to_the_end();
  });
}

TEST_CASE("after a resume all that fell due during the pause is claimed before what falls due later") {
  rc::check([] {
    const auto size = *rc::gen::inRange<std::uint32_t>(1, 20);
    play game(200, spec_in_parts(size, 10min));
    game.now = t0;
    game.put(*decide(game.state, {command_kind::start, "who", "", "", {}}, {}, game.now));
    game.claim_some();
    game.put(*decide(game.state, {command_kind::pause, "who", "", "", {}}, {}, game.now));
    game.now += std::chrono::minutes(*rc::gen::inRange(0, 300));
    game.put(*decide(game.state, {command_kind::resume, "who", "", "", {}}, {}, game.now));
    const auto accumulated = game.state.due(game.now);
    while (game.state.letters.find(letter_state::pending, 0) < game.state.letters.size()) {
      game.now += 7min;
      const auto open_before = game.state.letters.find(letter_state::pending, 0);
      const auto wanted = outbox{}.next(game.state, 7, game.now, moment{}).letters;
      if (wanted.empty())
        continue;
      if (open_before < accumulated)
        RC_ASSERT(wanted.ranges().front().begin == open_before);
      game.put({claimed{claimable(game.state, wanted, game.now)}});
    }
  });
}
