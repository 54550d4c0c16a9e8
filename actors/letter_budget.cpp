#include "actors/letter_budget.hpp"

#include <algorithm>

namespace sluice {

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
