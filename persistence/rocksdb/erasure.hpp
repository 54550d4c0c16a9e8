#pragma once
// Taking a recipient out of all that names them.

#include "messages/error.hpp"
#include "messages/principal.hpp"
#include "persistence/erasure.hpp"

#include <string_view>

namespace sluice {

class rocksdb_audiences;
class rocksdb_database;
class rocksdb_house_log;
class rocksdb_suppressions;

/// What an erasure goes over.
struct erased_from {
  rocksdb_database& database;
  rocksdb_house_log& house;
  rocksdb_audiences& audiences;
  rocksdb_suppressions& suppressions;
};

/// See store::erase. Answers that are kept for idempotency keys and name the recipient go, too: those keys count as new.
result<erasure> erase_recipient(const erased_from& store, std::string_view address, const act& done);

} // namespace sluice
