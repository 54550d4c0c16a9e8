#include "persistence/removed_campaigns.hpp"

namespace sluice {

log_head end_of(const house::campaign_removed& what) {
  log_head end{what.last, {}};
  return from_hex(what.hash, end.hash) ? end : log_head{};
}

namespace {

error gone_campaign(const removed_campaigns& from, campaign_id id, std::string_view otherwise) {
  const auto removed = from.find(id);
  if (!removed)
    return removed.error();
  if (*removed)
    return make_error(error_code::not_found,
                      notice{"campaign_removed", {{"campaign", to_string(id)}, {"at", (*removed)->at}}});
  return make_error(error_code::not_found, notice{otherwise, {{"campaign", to_string(id)}}});
}

} // namespace

error no_such_campaign(const removed_campaigns& from, campaign_id id) {
  return gone_campaign(from, id, "campaign_unknown");
}

error gone_meanwhile(const removed_campaigns& from, campaign_id id) {
  return gone_campaign(from, id, "campaign_discarded");
}

} // namespace sluice
