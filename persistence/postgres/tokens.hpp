#pragma once
// Tokens in a shared store: every change is durable before it counts, and what other nodes changed is known a beat later.

#include "persistence/house_tables.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/token_table.hpp"

#include <mutex>
#include <vector>

namespace sluice {

class postgres_house_log;

/// Where they are kept.
class postgres_token_keeper : public token_keeper {
public:
  postgres_token_keeper(postgres_database& database, postgres_house_log& house) :
      database_(database), house_(house) {}
  result<void> keep(const sha256_hash& hash, const token_info& info, const act& done) override;
  result<void> rotate(const stored_token& added,
                      const stored_token* changed,
                      const std::vector<sha256_hash>& dropped,
                      const act& done) override;
  result<void>
  forget(const std::vector<sha256_hash>& hashes, const token_info& info, const act& done) override;

protected:
  postgres_database& database_;

private:
  postgres_house_log& house_;
};

/// The keeper is a base so that it is there before the table that holds on to it.
class postgres_tokens final : private postgres_token_keeper, public token_table {
public:
  /// Both outlive it. Holds nothing until `refresh`.
  postgres_tokens(postgres_database& database, postgres_house_log& house) :
      postgres_token_keeper(database, house), token_table(static_cast<token_keeper&>(*this)) {}
  /// Takes in what the database holds by now, where the house's log tells of a change since. What the log does not have as
  /// it is stored is not honoured: those are the faults.
  result<std::vector<table_fault>> refresh(const journal& log);

  /// What the database holds, honoured or not.
  result<std::vector<stored_token>> as_kept() const;

private:
  result<void> read_on(const journal& log);

  std::mutex refreshing_; ///< guards what follows
  house_tables known_;    ///< of the log's events that are about tokens
  event_number read_to_ = 0;
  bool has_news_ = true; ///< the table is to be read
  std::vector<table_fault> faults_;
};

} // namespace sluice
