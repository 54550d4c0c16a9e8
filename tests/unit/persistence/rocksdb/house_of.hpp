#pragma once
// What parts of the store need where a test puts them together itself: a journal, and the house's log in it.

#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/journal.hpp"
#include "tests/unit/persistence/stores.hpp"

namespace sluice::testing {

class house_of {
public:
  explicit house_of(rocksdb_database& database) : log(database.secret()), journal_(database) {
    expect(log.attach(journal_, [] { return result<void>{}; }));
  }
  rocksdb_house_log log;
  rocksdb_journal& journal() { return journal_; }

private:
  rocksdb_journal journal_;
};

} // namespace sluice::testing
