#include "persistence/journal.hpp"

namespace sluice {

result<void>
journal::read_raw(campaign_id, event_number, const std::function<bool(const raw_record&)>&) const {
  return failure(error_code::internal, "this journal keeps no raw records");
}

std::unexpected<error> log_ends_elsewhere(campaign_id campaign, event_number last, event_number expected) {
  return failure(
      error_code::conflict,
      notice{"log_taken_over", {{"campaign", to_string(campaign)}, {"last", last}, {"expected", expected}}});
}

result<std::optional<key_record>>
journal::find_key_of(std::string_view by_id, std::string_view by, std::string_view idempotency_key) const {
  auto found = find_key(stored_key(by_id, by, idempotency_key));
  if (found && !*found && !by_id.empty())
    found = find_key(stored_key({}, by, idempotency_key));
  return found;
}

} // namespace sluice
