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
  const auto share = letters_ahead_max / std::max<std::size_t>(of_.accounts_, 1);
  return std::min(wanted, std::max(share, letters_ahead_min));
}

std::size_t letter_budget::account::room() const {
  const auto share = of_.bytes_max_ / std::max<std::size_t>(of_.accounts_, 1);
  const std::size_t used = bytes_;
  if (used == 0)
    return std::max<std::size_t>(share, 1);
  return share - std::min(share, used);
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
