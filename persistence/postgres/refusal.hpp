#pragma once
// An error of ours that ends a transaction, with its code: what the database gives back is only that it was refused.

#include "messages/error.hpp"
#include "persistence/postgres/connection.hpp"

#include <optional>
#include <utility>

namespace sluice {

class pg_refusal {
public:
  /// What the change returns: nothing of it is kept.
  std::unexpected<pg_failure> operator()(error why) {
    why_ = std::move(why);
    return std::unexpected(pg_failure{pg_failure::kind::refused, {}, "refused by the engine"});
  }
  /// Why the transaction failed, of which `got` is what the database says.
  std::unexpected<error> or_else(const error& got) const { return std::unexpected(why_.value_or(got)); }

private:
  std::optional<error> why_;
};

} // namespace sluice
