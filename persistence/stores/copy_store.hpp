#pragma once
// Copies a store from one form to another, as `sluice store copy` does: rocksdb to postgresql, back, or between two of a kind. The
// source is read only and nobody's meanwhile; the target is new, or one that such a copy began and did not finish, and no engine
// opens it before it was held against the source, record by record.

#include "persistence/store_copy.hpp"

#include <functional>
#include <string>
#include <vector>

namespace sluice {

/// How far a copy is.
struct copy_progress {
  copy_table table{};
  std::uint64_t records = 0; ///< of this table, in this run
  std::uint64_t bytes = 0;   ///< of all tables, in this run
  bool is_checking = false;  ///< the target is held against the source
};

struct copy_settings {
  bool accept_single = false; ///< see shared_store_settings
  /// Waits so long: an engine that lives in a shared source shows meanwhile.
  std::function<void(milliseconds)> wait;
  /// Told after each page; false breaks the copy off, as a kill would.
  std::function<bool(const copy_progress&)> progress = {};
  timestamp now; ///< when it is made, which the target keeps
};

struct copy_report {
  struct table_report {
    std::uint64_t records = 0;
    std::string
        digest; ///< SHA-256 over all records, each key and value behind its length (8 bytes, big-endian), in hexadecimal
  };
  std::array<table_report, copy_table_count> tables;
  std::uint64_t logs = 0; ///< the house's among them
};

/// Errors say what to do: `unavailable` where an engine has the source, `conflict` where the target holds something else,
/// `not_allowed_now` where the source has what the target cannot hold, `corrupt` where the target is not what the source is.
result<copy_report> copy_store(const std::string& from, const std::string& to, const copy_settings& settings);

/// The same between two that are open; the target's `begin` was not called yet. `is_shared`: the target is.
result<copy_report> copy_store(const copy_source& from,
                               copy_target& to,
                               const std::string& shown_from,
                               bool is_shared,
                               const copy_settings& settings);

} // namespace sluice
