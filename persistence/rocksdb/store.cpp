#include "persistence/rocksdb/store.hpp"

#include "persistence/campaign_id_source.hpp"
#include "persistence/rocksdb/attachments.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/journal.hpp"
#include "persistence/rocksdb/notes.hpp"
#include "persistence/rocksdb/partials.hpp"
#include "persistence/rocksdb/snapshots.hpp"
#include "persistence/rocksdb/suppressions.hpp"
#include "persistence/rocksdb/tokens.hpp"

#include <fmt/format.h>

#include <exception>

namespace sluice {

namespace {

/// So seldom that asking costs no disk anything, so often that nobody is told yesterday's condition.
constexpr milliseconds trial_write_after = std::chrono::seconds(1);

class rocksdb_store final : public store {
public:
  rocksdb_store(std::unique_ptr<rocksdb_database> database, std::unique_ptr<rocksdb_tokens> tokens) :
      database_(std::move(database)), audiences_(*database_), tokens_(std::move(tokens)),
      suppressions_(*database_), snapshots_(*database_), notes_(*database_), partials_(*database_),
      attachments_(*database_), journal_(*database_) {}

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return audiences_; }
  const audience_store& audiences() const override { return audiences_; }
  suppression_list& suppressions() override { return suppressions_; }
  snapshot_store& snapshots() override { return snapshots_; }
  const snapshot_store& snapshots() const override { return snapshots_; }
  token_store& tokens() override { return *tokens_; }
  note_store& notes() override { return notes_; }
  partial_store& partials() override { return partials_; }
  const partial_store& partials() const override { return partials_; }
  attachment_store& attachments() override { return attachments_; }
  const attachment_store& attachments() const override { return attachments_; }
  const std::string& secret() const override { return database_->secret(); }

  result<campaign_id> next_campaign() override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    return campaign_ids_.next(journal_.last_campaign());
  }

  store_condition condition() const override {
    if (database_->check_writable() && database_->since_last_write() >= trial_write_after)
      journal_.try_disk();
    return database_->condition();
  }

private:
  // Destroyed from the last to the first: the journal finishes what was begun while all else is there.
  std::unique_ptr<rocksdb_database> database_;
  rocksdb_audiences audiences_;
  std::unique_ptr<rocksdb_tokens> tokens_;
  rocksdb_suppressions suppressions_;
  rocksdb_snapshots snapshots_;
  rocksdb_notes notes_;
  rocksdb_partials partials_;
  rocksdb_attachments attachments_;
  campaign_id_source campaign_ids_;
  mutable rocksdb_journal journal_; ///< asking for the store's condition may let it write
};

result<std::unique_ptr<store>>
open_database_in(const std::filesystem::path& folder, open_mode mode, rocksdb_environment environment) {
  auto database = rocksdb_database::open(folder, mode, std::move(environment));
  if (!database)
    return std::unexpected(database.error());
  auto tokens = rocksdb_tokens::load_from(**database);
  if (!tokens)
    return std::unexpected(tokens.error());
  return std::make_unique<rocksdb_store>(*std::move(database), *std::move(tokens));
}

} // namespace

result<std::unique_ptr<store>>
open_rocksdb_store(const std::filesystem::path& folder, open_mode mode, rocksdb_environment environment) {
  // The standard library's file functions throw where they run out of memory or get an odd path.
  try {
    return open_database_in(folder, mode, std::move(environment));
  } catch (const std::exception& problem) {
    return failure(error_code::storage_failed,
                   fmt::format("cannot open the store in {}: {}", folder.string(), problem.what()));
  }
}

} // namespace sluice
