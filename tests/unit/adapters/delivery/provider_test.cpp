// A relay's governor against a provider that has all kinds of limits at once, each of which drifts: a rate with a burst,
// connections, and a number of letters a day or an hour. How much of what is allowed is used, and how many tries are
// refused for it, in virtual time.

#include "adapters/delivery/relay_governor.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <algorithm>
#include <deque>
#include <random>

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

const reply too_fast{454, "", "Throttling failure: Maximum sending rate exceeded"};
const reply too_many{421, "4.7.0", "Too many concurrent SMTP connections from this host"};

double seconds(moment::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// What a provider lets pass.
struct provider {
  double per_second = 14;
  double burst = 14;
  double tokens = 14;
  moment filled{};
  std::size_t connections = 12;
  double quota = 20'000; ///< letters in each period
  milliseconds period = 24h;
  bool is_rolling = false; ///< the latest period counts, not the calendar's
  double used = 0;
  std::deque<moment> latest;

  bool has_rate(moment now) {
    tokens = std::min(burst, tokens + per_second * seconds(now - filled));
    filled = now;
    if (tokens < 1)
      return false;
    tokens -= 1;
    return true;
  }
  bool has_quota(moment now) {
    while (is_rolling && !latest.empty() && now - latest.front() >= period)
      latest.pop_front();
    return is_rolling ? static_cast<double>(latest.size()) < quota : used < quota;
  }
  void take(moment now) {
    used += 1;
    if (is_rolling)
      latest.push_back(now);
  }
};

struct outcome {
  double accepted = 0;
  double refused = 0;
};

/// A relay with letters without end, in steps of a few milliseconds; a reply comes when the letter's time is over.
struct client {
  static constexpr moment::duration step = 5ms;
  static constexpr moment::duration letter_time = 50ms;

  struct carried {
    moment until;
    std::size_t letter;
    const reply* said; ///< null: it was accepted
  };

  client() {
    std::vector<std::string> recipients;
    for (int index = 0; index < 4000; ++index)
      recipients.push_back("n" + std::to_string(index) + "@d" + std::to_string(index % 50) + ".example");
    letters = make_batch(0, recipients);
    for (std::size_t index = 0; index < recipients.size(); ++index)
      waiting.push_back(index);
  }

  letter_slot slot(std::size_t index) const {
    letter_slot made;
    made.from = letters;
    made.one = &letters->letters[index];
    return made;
  }

  void hear(const carried& one) {
    const auto letter = slot(one.letter);
    if (one.said == nullptr) {
      ++sum.accepted;
      governor.on_accepted(letter, now);
      waiting.push_back(one.letter);
      return;
    }
    ++sum.refused;
    const auto found =
        governor.judge(letter, *one.said, smtp_step::recipient, now, busy.size() + 1, busy.size());
    if (found.outcome == letter_state::pending)
      waiting.push_front(one.letter);
    else
      waiting.push_back(one.letter); // put off
  }

  void leave() {
    if (busy.size() >= server.connections) {
      ++sum.refused;
      governor.is_too_many(too_many, smtp_step::greeting, now, busy.size() + 1, busy.size());
      next_connection = now + 20ms;
      return;
    }
    if (const auto bound = governor.per_second(now))
      next_letter = std::max(next_letter, now - 20ms) +
                    std::chrono::duration_cast<moment::duration>(std::chrono::duration<double>(1 / *bound));
    carried one{now + letter_time, waiting.front(), nullptr};
    waiting.pop_front();
    if (!server.has_quota(now))
      one.said = &no_more;
    else if (!server.has_rate(now))
      one.said = &too_fast;
    else
      server.take(now);
    busy.push_back(one);
  }

  void run(moment::duration time) {
    const auto end = now + time;
    while (now < end) {
      while (!busy.empty() && busy.front().until <= now) {
        const auto one = busy.front();
        busy.pop_front();
        hear(one);
      }
      const auto most = governor.is_account_refusing() ? 1 : governor.connections_max();
      while (busy.size() < most && now >= governor.open_from() && now >= next_letter &&
             now >= next_connection) {
        const auto before = busy.size();
        leave();
        if (busy.size() == before)
          break;
      }
      // Nothing happens before the account is tried again.
      now = busy.empty() ? std::min(end, std::max(now + step, governor.open_from())) : now + step;
    }
  }

  provider server;
  reply no_more{550, "5.4.5", "Daily user sending limit exceeded"};
  relay_governor governor{reply_policy{}, 20, 1min, {500ms, 15min, [] { return 0.5; }}};
  batch_ptr letters;
  std::deque<std::size_t> waiting;
  std::deque<carried> busy;
  moment now{1h};
  moment next_letter{};
  moment next_connection{};
  outcome sum;
};

/// Runs through so many periods, each with another limit, rate, burst and bound on connections. Gives what was allowed.
double run_periods(client& one, int periods, unsigned seed) {
  std::mt19937 chance(seed);
  const auto drift = [&](double value, double least, double most) {
    return std::clamp(value * (0.8 + 0.4 * std::generate_canonical<double, 32>(chance)), least, most);
  };
  double allowed = 0;
  for (int period = 0; period < periods; ++period) {
    auto& server = one.server;
    const auto base = server.quota;
    server.quota = std::floor(drift(base, base / 2, base * 2));
    server.per_second = drift(server.per_second, 5, 40);
    server.burst = 1 + server.per_second * std::generate_canonical<double, 32>(chance);
    server.connections = 4 + static_cast<std::size_t>(chance() % 12);
    server.used = 0;
    one.run(server.period);
    allowed += std::min(server.quota, seconds(server.period) * server.per_second);
  }
  return allowed;
}

} // namespace

TEST_CASE(
    "a provider with a daily limit that drifts, a rate, a burst and a bound on connections is used, and not "
    "overrun") {
  client one;
  const auto allowed = run_periods(one, 7, 11);
  CAPTURE(allowed, one.sum.accepted, one.sum.refused);
  CHECK(one.sum.accepted >= 0.9 * allowed);
  CHECK(one.sum.refused <= 0.05 * (one.sum.accepted + one.sum.refused));
}

TEST_CASE("a provider with an hourly limit that drifts is used, and not overrun") {
  client one;
  one.no_more = {451, "4.7.0", "Hourly limit of messages reached"};
  one.server.period = 1h;
  one.server.quota = 5000;
  const auto allowed = run_periods(one, 24, 12);
  CAPTURE(allowed, one.sum.accepted, one.sum.refused);
  CHECK(one.sum.accepted >= 0.9 * allowed);
  CHECK(one.sum.refused <= 0.05 * (one.sum.accepted + one.sum.refused));
}

TEST_CASE("a provider that counts the letters of the last 24 hours is used, and not overrun") {
  client one;
  one.server.is_rolling = true;
  const auto allowed = one.server.quota * 6;
  one.run(6 * 24h);
  CAPTURE(allowed, one.sum.accepted, one.sum.refused);
  CHECK(one.sum.accepted >= 0.9 * allowed);
  CHECK(one.sum.refused <= 0.05 * (one.sum.accepted + one.sum.refused));
}
