#pragma once
// Taking a recipient out of all that names them in a shared store: see store::erase and persistence/README.md, "Erasure".
//
// What is changed is one transaction with its events. Old versions of these rows are no database's answer any more, but their bytes
// leave its files only by and by: by a VACUUM, which is tried here, by what is written in their place, and from its
// write-ahead log, standbys and backups by their own rules.

#include "messages/error.hpp"
#include "messages/principal.hpp"
#include "persistence/erasure.hpp"

#include <string_view>

namespace sluice {

class postgres_audiences;
class postgres_database;
class postgres_house_log;

/// Answers that are kept for idempotency keys and name the recipient go, too: those keys count as new.
result<erasure> erase_recipient(postgres_database& database,
                                postgres_house_log& house,
                                postgres_audiences& audiences,
                                std::string_view address,
                                const act& done);

} // namespace sluice
