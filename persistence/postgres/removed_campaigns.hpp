#pragma once
// Campaigns that are kept no longer, in a shared store: the table `removed`.

#include "persistence/removed_campaigns.hpp"

namespace sluice {

class postgres_database;
class postgres_house_log;
class postgres_nodes;

class postgres_removed_campaigns final : public removed_campaigns {
public:
  /// All outlive it.
  postgres_removed_campaigns(const postgres_database& database,
                             postgres_house_log& house,
                             postgres_nodes& nodes) : database_(database), house_(house), nodes_(nodes) {}
  /// Of a campaign that this node owns: another's is a `conflict`.
  result<void> remove(house::campaign_removed what, const act& done) override;
  result<std::optional<removed_campaign>> find(campaign_id id) const override;
  result<void> visit(const std::function<void(const removed_campaign&)>& visitor) const override;
  /// The database's own vacuum does.
  void free_space() override {}

private:
  const postgres_database& database_;
  postgres_house_log& house_;
  postgres_nodes& nodes_;
};

} // namespace sluice
