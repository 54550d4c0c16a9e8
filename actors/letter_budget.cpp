#include "actors/letter_budget.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Letters ready at once, of all campaigns together, for a relay that takes tens of thousands a second.
constexpr std::size_t letters_ahead_max = 25'000;
/// Enough for a few turns at the relay, and for a batch that is worth its way.
constexpr std::size_t letters_ahead_min = 25;

} // namespace

std::size_t letter_budget::account::letters_ahead(std::size_t wanted) const {
  const auto share = letters_ahead_max / of_.sharing();
  return std::min(wanted, std::max(share, letters_ahead_min));
}

std::size_t letter_budget::account::room() const {
  const auto share = of_.share();
  const std::size_t used = bytes_;
  if (used == 0)
    return std::max<std::size_t>(share, 1);
  return share - std::min(share, used);
}

letter_budget::account::~account() {
  std::vector<std::function<void()>> woken;
  {
    const std::lock_guard guard(of_.mutex_);
    if (is_waiting_) {
      std::erase(of_.line_, this);
      --of_.waiting_;
    }
    of_.shared_bytes_ -= shared_bytes_;
    --of_.accounts_;
    woken = of_.let_in();
  }
  for (const auto& wake : woken)
    wake();
}

bool letter_budget::account::take_shared(std::size_t bytes) {
  const std::lock_guard guard(of_.mutex_);
  if (is_waiting_)
    return false;
  if (bytes <= shared_bytes_)
    return true;
  if (of_.line_.empty() && of_.has_room_for(bytes)) {
    of_.give_shared(*this, bytes);
    return true;
  }
  shared_wanted_ = bytes;
  is_waiting_ = true;
  ++of_.waiting_;
  of_.line_.push_back(this);
  return false;
}

std::size_t letter_budget::sharing() const {
  const std::size_t waiting = waiting_;
  const std::size_t all = accounts_;
  return std::max<std::size_t>(all - std::min(all, waiting), 1);
}

std::size_t letter_budget::share() const {
  return (bytes_max_ - std::min<std::size_t>(shared_bytes_, shared_bytes_max())) / sharing();
}

bool letter_budget::has_room_for(std::size_t shared) const {
  return shared_bytes_ == 0 || shared_bytes_ + shared <= shared_bytes_max();
}

void letter_budget::give_shared(account& to, std::size_t bytes) {
  shared_bytes_ += bytes - to.shared_bytes_;
  to.shared_bytes_ = bytes;
}

std::vector<std::function<void()>> letter_budget::let_in() {
  std::vector<std::function<void()>> woken;
  // In their order: one with large files would else wait for ever behind those with small ones.
  while (!line_.empty() && has_room_for(line_.front()->shared_wanted_)) {
    auto& next = *line_.front();
    line_.pop_front();
    give_shared(next, next.shared_wanted_);
    next.is_waiting_ = false;
    --waiting_;
    woken.push_back(next.on_turn_);
  }
  return woken;
}

batch_ptr letter_budget::count(std::shared_ptr<account> whose, std::shared_ptr<const batch> letters) {
  struct counted {
    counted(std::shared_ptr<account> in, std::shared_ptr<const batch> what) :
        whose(std::move(in)), letters(std::move(what)), bytes(letters->memory_bytes()) {
      whose->bytes_ += bytes;
      whose->of_.bytes_ += bytes;
    }
    ~counted() {
      whose->bytes_ -= bytes;
      whose->of_.bytes_ -= bytes;
    }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

    std::shared_ptr<account> whose;
    std::shared_ptr<const batch> letters;
    std::size_t bytes;
  };
  const auto* one = letters.get();
  return {std::make_shared<const counted>(std::move(whose), std::move(letters)), one};
}

} // namespace sluice
