#include "adapters/delivery/pace_control.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

using namespace std::chrono_literals;

double seconds(moment::duration time) {
  return std::chrono::duration<double>(time).count();
}

/// Enough to tell a pace by.
constexpr std::size_t telling_letters = 10;

/// Of time: a second, or as long as so many letters take where they are few.
constexpr double letters_a_unit = 10;
constexpr double unit_max = 60;
/// Where nothing was ever accepted.
constexpr double per_second_first = 1;
/// The way back after a decrease: to this part of what was accepted the pace doubles in a unit of time …
constexpr double knee = 0.95;
/// … and beyond it grows by this part of it in one, and faster the longer nothing is refused.
constexpr double growth = 0.01;
constexpr double growth_grows_in = 10;
/// What is beyond is no bound.
constexpr double per_second_max = 1000;

constexpr moment::duration connection_round = 500ms;
constexpr milliseconds probe_delay_first = 10s;
constexpr milliseconds probe_delay_max = 10min;

} // namespace

void acceptance_meter::count(moment now) {
  begun_ = begun_.value_or(now);
  const auto add = [](auto& ring, std::int64_t tick) {
    auto& one = ring[static_cast<std::size_t>(tick) % ring.size()];
    if (one.tick != tick)
      one = {tick, 0};
    ++one.letters;
  };
  add(tenths_, now.time_since_epoch() / 100ms);
  add(seconds_, now.time_since_epoch() / 1s);
}

double acceptance_meter::per_second(moment now) const {
  std::uint32_t letters = 0;
  const std::int64_t tenth = now.time_since_epoch() / 100ms;
  for (const auto& one : tenths_)
    letters += one.tick > tenth - static_cast<std::int64_t>(tenths_.size()) ? one.letters : 0;
  if (letters >= telling_letters / 2)
    return letters;
  const std::int64_t second = now.time_since_epoch() / 1s;
  letters = 0;
  std::int64_t back = 0;
  for (; back < static_cast<std::int64_t>(seconds_.size()) && letters < telling_letters; ++back) {
    const auto& one =
        seconds_[static_cast<std::size_t>(std::max<std::int64_t>(second - back, 0)) % seconds_.size()];
    letters += one.tick == second - back ? one.letters : 0;
  }
  const auto known_for = begun_ ? seconds(now - *begun_) : 0.0;
  return letters / std::max(1.0, std::min(static_cast<double>(back), known_for));
}

double rate_control::at(moment now) const {
  const auto unit = std::clamp(letters_a_unit / ceiling_, 1.0, unit_max);
  const auto passed = std::max(0.0, seconds(now - since_)) / unit;
  const auto target = std::max(knee * ceiling_, base_);
  const auto until_target = std::log2(target / base_);
  if (passed < until_target)
    return base_ * std::exp2(passed);
  const auto beyond = passed - until_target;
  return target + ceiling_ * growth * beyond * (1 + beyond / growth_grows_in);
}

std::optional<double> rate_control::per_second(moment now) const {
  if (!is_bounded_)
    return std::nullopt;
  return at(now);
}

bool rate_control::on_slow_down(moment now) {
  if (is_bounded_ && now < next_round_)
    return false;
  const auto found = accepted_.per_second(now);
  const auto before =
      is_bounded_ ? std::min(at(now), std::max(found, at(now) / 2)) : std::max(found, per_second_first);
  is_starved_ = found <= 0;
  ceiling_ = std::max(before, per_second_min_);
  base_ = std::max(ceiling_ / 2, per_second_min_);
  since_ = found_at_ = now;
  is_bounded_ = true;
  ++changes_;
  // What is under way by now was sent at the pace of before.
  next_round_ = now + std::chrono::duration_cast<moment::duration>(
                          std::chrono::duration<double>(std::clamp(2 / base_, 0.5, 60.0)));
  return true;
}

void rate_control::on_accepted(moment now) {
  accepted_.count(now);
  if (!is_bounded_)
    return;
  if (is_starved_) { // it takes letters again: how many, it says itself
    ceiling_ = 2 * at(now);
    base_ = ceiling_;
    since_ = found_at_ = now;
    ++changes_;
  }
  // Far beyond what is ever accepted the bound says nothing any more.
  if (at(now) > per_second_max || (seconds(now - since_) > 600 && at(now) > 4 * accepted_.per_second(now))) {
    is_bounded_ = is_starved_ = false;
    ++changes_;
  }
}

std::optional<rate_finding> rate_control::finding() const {
  if (!is_bounded_)
    return std::nullopt;
  return rate_finding{ceiling_, base_, is_starved_, found_at_};
}

/// Where letters were accepted, what was accepted is known, and the way back from the last decrease is spared.
void rate_control::recall(const rate_finding& before, moment now) {
  is_bounded_ = true;
  is_starved_ = before.is_starved;
  ceiling_ = std::max(before.ceiling, per_second_min_);
  base_ = std::max(is_starved_ ? std::min(before.base, ceiling_) : knee * ceiling_, per_second_min_);
  since_ = now;
  found_at_ = before.found_at;
  ++changes_;
}

bool connection_control::on_slow_down(moment now, std::size_t open, std::size_t working) {
  if (now < next_round_)
    return false;
  next_round_ = now + connection_round;
  const auto were = std::clamp<std::size_t>(open, 1, limit_);
  const auto is_probe = probe_delay_ > milliseconds::zero() && were == ceiling_ + 1;
  ceiling_ = is_probe
                 ? ceiling_
                 : std::max<std::size_t>(1, std::min(were - (were > 1 ? 1 : 0), std::max(working, were / 2)));
  limit_ =
      is_probe ? ceiling_ : std::max<std::size_t>(1, std::min(were / 2, std::max<std::size_t>(working, 1)));
  probe_delay_ =
      probe_delay_ == milliseconds::zero() ? probe_delay_first : std::min(probe_delay_ * 2, probe_delay_max);
  probe_at_ = now + probe_delay_;
  changed_at_ = found_at_ = now;
  accepted_ = 0;
  ++changes_;
  return true;
}

void connection_control::on_accepted(moment now) {
  if (limit_ >= most_)
    return;
  ++accepted_;
  if (accepted_ < 2 * limit_ || now - changed_at_ < connection_round)
    return;
  if (limit_ >= ceiling_ && now < probe_at_)
    return;
  ++limit_;
  if (limit_ > ceiling_ + 1)
    ceiling_ = limit_ - 1;
  changed_at_ = now;
  accepted_ = 0;
  ++changes_;
}

std::optional<connections_finding> connection_control::finding() const {
  if (!is_bounded())
    return std::nullopt;
  return connections_finding{limit_, ceiling_, probe_delay_, found_at_};
}

/// The settings may allow fewer by now.
void connection_control::recall(const connections_finding& before, moment now) {
  limit_ = std::clamp<std::size_t>(before.limit, 1, most_);
  ceiling_ = std::clamp(before.ceiling, limit_, most_);
  probe_delay_ = std::clamp(before.probe_delay, probe_delay_first, probe_delay_max);
  probe_at_ = now + probe_delay_;
  changed_at_ = now;
  found_at_ = before.found_at;
  accepted_ = 0;
  ++changes_;
}

} // namespace sluice
