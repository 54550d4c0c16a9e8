#include "actors/claim_room.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

claim_room::share::~share() {
  calls woken;
  {
    const std::lock_guard guard(of_.mutex_);
    std::erase(of_.waiting_, this);
    woken = of_.give_back(*this, letters_);
  }
  for (const auto& wake : woken)
    wake();
}

std::size_t claim_room::share::take(std::size_t wanted, std::size_t in_flight) {
  const std::lock_guard guard(of_.mutex_);
  // Its own outcomes go into the log with these claims; those of others are not counted before they have their place.
  const auto others = of_.letters_ - letters_;
  const auto used = others + in_flight;
  const auto room = of_.letters_max_ - std::min(of_.letters_max_, used);
  // Else those who want few would be before them for ever.
  const auto must_wait = !of_.is_open_ || (!is_waiting_ && !of_.waiting_.empty());
  const auto given = must_wait ? 0 : wanted <= room ? wanted : room >= of_.worth_claiming() ? room : 0;
  if (given < wanted && !std::exchange(is_waiting_, true))
    of_.waiting_.push_back(this);
  const auto letters = std::max(letters_, in_flight + given);
  of_.letters_ += letters - letters_;
  letters_ = letters;
  return given;
}

void claim_room::share::set(std::size_t in_flight) {
  calls woken;
  {
    const std::lock_guard guard(of_.mutex_);
    if (in_flight >= letters_) {
      of_.letters_ += in_flight - letters_;
      letters_ = in_flight;
    } else {
      woken = of_.give_back(*this, letters_ - in_flight);
    }
  }
  for (const auto& wake : woken)
    wake();
}

std::size_t claim_room::worth_claiming() const {
  return std::max<std::size_t>(letters_max_ / 4, 1);
}

void claim_room::set_open(bool is_open) {
  calls woken;
  {
    const std::lock_guard guard(mutex_);
    if (std::exchange(is_open_, is_open) == is_open)
      return;
    woken = wake();
  }
  for (const auto& one : woken)
    one();
}

claim_room::calls claim_room::give_back(share& whose, std::size_t letters) {
  whose.letters_ -= letters;
  letters_ -= letters;
  return wake();
}

claim_room::calls claim_room::wake() {
  calls woken;
  if (!is_open_ || letters_ + worth_claiming() > letters_max_)
    return woken;
  // All of them: one that wants none any more would keep the others waiting.
  for (auto* one : std::exchange(waiting_, {})) {
    one->is_waiting_ = false;
    woken.push_back(one->on_room_);
  }
  return woken;
}

} // namespace sluice
