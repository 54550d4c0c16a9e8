#pragma once
// The house's log in a shared store: any node appends to it, by locking its end for the time of one transaction.

#include "persistence/hidden_address.hpp"
#include "persistence/house_log.hpp"
#include "persistence/postgres/database.hpp"

#include <atomic>
#include <string_view>

namespace sluice {

class postgres_house_log final : public house_log {
public:
  /// `database` outlives it; `secret`: the store's.
  postgres_house_log(postgres_database& database, std::string_view secret) :
      database_(database), hide_(secret) {}

  result<event_number> record(std::vector<house_event> events) override {
    return record(std::move(events), {});
  }
  /// The same, and what `change` does is in the same transaction; it may be called more than once, each time from the
  /// beginning.
  result<event_number> record(std::vector<house_event> events, const postgres_database::change& change);
  /// What changes tables and says which events tell of it: none where nothing changed. It runs with the end of the log locked,
  /// so that no other change that the log tells of comes between what it reads and what it writes.
  using decision = std::function<pg_result_of<std::vector<house_event>>(pg_connection&)>;
  /// Runs it and appends its events, in one transaction; it may be called more than once, each time from the beginning.
  result<event_number> decide(const decision& what);
  /// As of the last append here, or the last `refresh`.
  event_number last_number() const override { return last_number_.load(std::memory_order_relaxed); }
  /// Asks where the log ends, since other nodes append to it, too. Waits for the database.
  result<event_number> refresh();

  const address_hider& hide() const { return hide_; }

private:
  postgres_database& database_;
  const address_hider hide_;
  std::atomic<event_number> last_number_ = 0;
};

} // namespace sluice
