#pragma once
// The database of a shared store, for all that reads or changes it: connections that are kept and lent, statements with
// a deadline, and changes of several statements that are one transaction.

#include "persistence/postgres/connection.hpp"
#include "persistence/postgres/schema.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct postgres_settings {
  std::string url;            ///< postgresql://…, as libpq takes it
  bool accept_single = false; ///< a database without a synchronous standby is taken, too
  /// Of the store that is copied into this one (persistence/store_copy.hpp); empty: it is no copy's target.
  std::string copied_secret = {};
};

class postgres_database {
public:
  /// How long one question, or one change, may take before it is given up.
  static constexpr std::chrono::seconds answer_within{10};
  /// How long an append's answer may take before the same append is sent again on another connection.
  static constexpr std::chrono::milliseconds append_within{1500};

  /// Connects, makes the tables where `mode` allows it, and checks what the database promises.
  static result<std::unique_ptr<postgres_database>> open(postgres_settings settings, open_mode mode);

  /// One statement, a transaction of its own, on a connection that is free. A question (`SELECT`) is asked again on a new
  /// connection where an answer did not come; anything else must bear to be done twice. Any thread. `doing` for the error's
  /// words: "cannot read audience a4".
  result<pg_rows> run(std::string_view doing,
                      const std::string& statement,
                      const pg_parameters& parameters = {},
                      std::chrono::milliseconds within = answer_within) const;

  /// What runs within a transaction; it may run more than once, each time from the beginning.
  using change = std::function<pg_result_of<void>(pg_connection&)>;
  using change_check = std::function<pg_result_of<bool>(pg_connection&)>;
  /// Runs it in one transaction that sees what others committed before, again where another got in between. Where the
  /// commit's answer did not come, `was_kept` is asked in a transaction of its own, which waits for the standby too:
  /// whether what it finds is what was changed. Without it the change must bear to be done twice.
  result<void> transact(std::string_view doing, const change& what, const change_check& was_kept = {}) const;

  /// A new connection to the same store, which promises what the first one did. Any thread.
  pg_result_of<std::unique_ptr<pg_connection>> connect(std::chrono::milliseconds within) const;

  result<void> check_writable() const;
  const postgres_cluster& cluster() const { return cluster_; }

private:
  postgres_database(postgres_settings settings, open_mode mode);
  pg_result_of<std::unique_ptr<pg_connection>> take(std::chrono::milliseconds within) const;
  void give_back(std::unique_ptr<pg_connection> one) const;

  postgres_settings settings_;
  open_mode mode_;
  postgres_cluster cluster_;
  mutable std::mutex mutex_; ///< guards what follows
  mutable std::vector<std::unique_ptr<pg_connection>> free_;
};

} // namespace sluice
