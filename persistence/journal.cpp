#include "persistence/journal.hpp"

namespace sluice {

result<void>
journal::read_raw(campaign_id, event_number, const std::function<bool(const raw_record&)>&) const {
  return failure(error_code::internal, "this journal keeps no raw records");
}

} // namespace sluice
