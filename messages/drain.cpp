#include "messages/drain.hpp"

namespace sluice {

letter_index* counter_of(drain_outcomes& outcomes, letter_state outcome) {
  switch (outcome) {
  case letter_state::accepted:
    return &outcomes.accepted;
  case letter_state::refused:
    return &outcomes.refused;
  case letter_state::deferred:
    return &outcomes.deferred;
  case letter_state::in_doubt:
    return &outcomes.in_doubt;
  case letter_state::pending:
    return &outcomes.returned;
  case letter_state::claimed:
  case letter_state::skipped:
    break;
  }
  return nullptr;
}

} // namespace sluice
