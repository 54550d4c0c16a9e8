#include "persistence/rocksdb/store.hpp"

#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/journal.hpp"
#include "persistence/rocksdb/snapshots.hpp"
#include "persistence/rocksdb/suppressions.hpp"
#include "persistence/rocksdb/tokens.hpp"
#include "persistence/sentence.hpp"

#include <exception>

namespace sluice {

namespace {

class rocksdb_store final : public store {
public:
  rocksdb_store(std::unique_ptr<rocksdb_database> database,
                std::unique_ptr<rocksdb_audiences> audiences,
                std::unique_ptr<rocksdb_tokens> tokens) :
      database_(std::move(database)), audiences_(std::move(audiences)), tokens_(std::move(tokens)),
      suppressions_(*database_), snapshots_(*database_), journal_(*database_) {}

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return *audiences_; }
  const audience_store& audiences() const override { return *audiences_; }
  suppression_list& suppressions() override { return suppressions_; }
  snapshot_store& snapshots() override { return snapshots_; }
  const snapshot_store& snapshots() const override { return snapshots_; }
  token_store& tokens() override { return *tokens_; }
  result<campaign_id> last_campaign() const override { return journal_.last_campaign(); }

private:
  // Destroyed from the last to the first: the journal finishes what was begun while all else is there.
  std::unique_ptr<rocksdb_database> database_;
  std::unique_ptr<rocksdb_audiences> audiences_;
  std::unique_ptr<rocksdb_tokens> tokens_;
  rocksdb_suppressions suppressions_;
  rocksdb_snapshots snapshots_;
  rocksdb_journal journal_;
};

result<std::unique_ptr<store>> open_database_in(const std::filesystem::path& folder,
                                                open_mode mode,
                                                std::shared_ptr<rocksdb::FileSystem> files) {
  auto database = rocksdb_database::open(folder, mode, std::move(files));
  if (!database)
    return std::unexpected(database.error());
  auto audiences = rocksdb_audiences::open(**database);
  if (!audiences)
    return std::unexpected(audiences.error());
  auto tokens = rocksdb_tokens::load_from(**database);
  if (!tokens)
    return std::unexpected(tokens.error());
  return std::make_unique<rocksdb_store>(*std::move(database), *std::move(audiences), *std::move(tokens));
}

} // namespace

result<std::unique_ptr<store>> open_rocksdb_store(const std::filesystem::path& folder,
                                                  open_mode mode,
                                                  std::shared_ptr<rocksdb::FileSystem> files) {
  // The standard library's file functions throw where they run out of memory or get an odd path.
  try {
    return open_database_in(folder, mode, files ? std::move(files) : rocksdb::FileSystem::Default());
  } catch (const std::exception& problem) {
    return failure(error_code::storage_failed,
                   sentence("cannot open the store in ", folder.string(), ": ", problem.what()));
  }
}

} // namespace sluice
