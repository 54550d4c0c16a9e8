#pragma once
// Brings an audience from the store where it was put together to a shared one: its rows in blocks, the index of its addresses, its
// tree. Statement by statement, each of about a megabyte and a transaction of its own, that bears to be sent twice; nobody sees
// any of it before the commit that makes the audience visible.

#include "persistence/audiences.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/postgres/database.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice {

class audience_upload {
public:
  /// Both outlive it. `to`: begun by `importer`, as the table `audiences` says; where that is so no longer, since somebody took
  /// the import for broken off, nothing is written and each step is `storage_failed`.
  audience_upload(const postgres_database& database,
                  const address_hider& hide,
                  audience_id to,
                  std::int64_t importer);
  /// `folder`: for the files that sorting a long index needs.
  result<void>
  run(const audience_store& from, const audience_info& info, const std::filesystem::path& folder);

private:
  result<void> begin();
  result<void> upload_rows(const audience_store& from, const audience_info& info);
  result<void> upload_tree(const audience_store& from, const audience_info& info);
  result<void> upload_addresses(const audience_store& from,
                                const audience_info& info,
                                const std::filesystem::path& folder);
  result<void> send(const std::string& statement, const pg_parameters& of) const;

  const postgres_database& database_;
  const address_hider& hide_;
  const audience_id to_;
  const std::int64_t importer_;
};

} // namespace sluice
