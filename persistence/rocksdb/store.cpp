#include "persistence/rocksdb/store.hpp"

#include "messages/address.hpp"
#include "persistence/campaign_id_source.hpp"
#include "persistence/house_check.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/rocksdb/attachments.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/erasure.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/journal.hpp"
#include "persistence/rocksdb/notes.hpp"
#include "persistence/rocksdb/partials.hpp"
#include "persistence/rocksdb/removed_campaigns.hpp"
#include "persistence/rocksdb/snapshots.hpp"
#include "persistence/rocksdb/suppressions.hpp"
#include "persistence/rocksdb/tokens.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <mutex>

namespace sluice {

namespace {

/// Entries of the suppression list that one event tells of when the log begins.
constexpr std::size_t adopted_at_once_max = 10'000;

/// So seldom that asking costs no disk anything, so often that nobody is told yesterday's condition.
constexpr milliseconds trial_write_after = std::chrono::seconds(1);

class rocksdb_store final : public store {
public:
  rocksdb_store(std::unique_ptr<rocksdb_database> database,
                std::unique_ptr<rocksdb_house_log> house,
                std::unique_ptr<rocksdb_tokens> tokens) :
      database_(std::move(database)), house_(std::move(house)), audiences_(*database_, *house_),
      tokens_(std::move(tokens)), suppressions_(*database_, *house_), snapshots_(*database_),
      notes_(*database_), partials_(*database_), attachments_(*database_),
      removed_(*database_, *house_, snapshots_), journal_(*database_) {}

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return audiences_; }
  const audience_store& audiences() const override { return audiences_; }
  suppression_list& suppressions() override { return suppressions_; }
  const suppression_list& suppressions() const override { return suppressions_; }
  snapshot_store& snapshots() override { return snapshots_; }
  const snapshot_store& snapshots() const override { return snapshots_; }
  token_store& tokens() override { return *tokens_; }
  const token_store& tokens() const override { return *tokens_; }
  house_log& house() override { return *house_; }
  const address_hider& hider() const override { return house_->hide(); }
  std::vector<table_fault> table_faults() const override { return table_faults_; }
  note_store& notes() override { return notes_; }
  partial_store& partials() override { return partials_; }
  const partial_store& partials() const override { return partials_; }
  attachment_store& attachments() override { return attachments_; }
  const attachment_store& attachments() const override { return attachments_; }
  sluice::removed_campaigns& removed_campaigns() override { return removed_; }
  const sluice::removed_campaigns& removed_campaigns() const override { return removed_; }
  const std::string& secret() const override { return database_->secret(); }

  result<std::uint64_t> accept_tables(std::string words, const act& done) override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    // Also the tokens that are not honoured.
    const auto tokens = rocksdb_tokens::load_from(*database_, *house_);
    const auto audiences = audiences_.list();
    if (!tokens || !audiences)
      return std::unexpected(tokens ? audiences.error() : tokens.error());
    auto events =
        events_of_acceptance(journal_, (*tokens)->stored(), suppressions_, *audiences, house_->hide(), done);
    if (!events)
      return std::unexpected(events.error());
    const auto count = events->size();
    events->insert(events->begin(), {done.at, done.by, house::tables_accepted{std::move(words), count}});
    if (const auto recorded = house_->record(*std::move(events)); !recorded)
      return std::unexpected(recorded.error());
    for (const auto& one : (*tokens)->stored())
      tokens_->load(one.hash, one.info);
    suppressions_.distrust(std::nullopt);
    table_faults_.clear();
    return count;
  }

  result<erasure> erase(std::string_view address, const act& done) override {
    return erase_recipient({*database_, *house_, audiences_, suppressions_}, address, done);
  }

  result<campaign_id> next_campaign() override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    return campaign_ids_.next(journal_.last_campaign());
  }

  /// Before anything else: the house's log is there, and the tables are what it says.
  result<void> open_house() {
    // A log that cannot be read is told by check_tables. Tokens are taken now: the change that the log begins with may be
    // one of a token, and then their table is locked.
    static_cast<void>(
        house_->attach(journal_, [this, tokens = tokens_->stored()] { return begin_house_log(tokens); })
            .has_value());
    const auto head = journal_.head(house_log_id);
    const auto began = database_->get(family::meta, house_mark);
    if (!head || !began)
      return std::unexpected(head ? began.error() : head.error());
    if (head->number == 0 && *began)
      distrust({{0, notice{"house_log_gone"}}});
    if (!database_->check_writable() || (head->number == 0 && *began))
      return {};
    if (head->number > 0)
      return check_tables();
    // Where the disk is full, the first change begins it.
    const auto begun = house_->begin();
    return begun || begun.error().code == error_code::storage_failed ? result<void>{} : begun;
  }

  store_condition condition() const override {
    if (database_->check_writable() && database_->since_last_write() >= trial_write_after)
      journal_.try_disk();
    return database_->condition();
  }

private:
  /// A store of before, or a new one: what is in the tables is taken as it is.
  result<void> begin_house_log(const std::vector<stored_token>& tokens) {
    const auto now = database_->now();
    std::vector<house_event> events{{now, {}, house::log_began{house_->hide().key_hash()}}};
    for (const auto& one : tokens) {
      auto found = event_of(one.hash, one.info);
      found.is_adopted = true;
      events.push_back({now, {}, std::move(found)});
    }
    const auto audiences = audiences_.list();
    if (!audiences)
      return std::unexpected(audiences.error());
    for (const auto& one : *audiences)
      events.push_back({now, {}, house::audience_imported{one.id, one.name, one.size, one.hash, true}});
    std::vector<suppression> some;
    const auto adopt = [&] {
      auto added = event_of(some, house_->hide());
      added.is_adopted = true;
      events.push_back({now, {}, std::move(added)});
      some.clear();
    };
    const auto visited = suppressions_.visit([&](const suppression& entry, std::string_view) {
      some.push_back(entry);
      if (some.size() == adopted_at_once_max)
        adopt();
    });
    if (!visited)
      return std::unexpected(visited.error());
    if (!some.empty())
      adopt();
    // One write: a log that began without all that there was would be none to hold the tables against.
    const auto recorded = house_->append(std::move(events), [&](rocksdb::WriteBatch& batch) {
      batch.Put((*database_)[family::meta], slice(house_mark), "1");
    });
    return recorded ? result<void>{} : std::unexpected(recorded.error());
  }

  result<void> check_tables() {
    auto checked = check_house(journal_, tokens_->stored(), suppressions_, house_->hide(), database_->now());
    if (!checked)
      return std::unexpected(checked.error());
    std::ranges::move(checked->of_tokens, std::back_inserter(table_faults_));
    for (const auto& hash : checked->foreign_tokens)
      tokens_->disregard(hash);
    for (const auto& [id, name] : checked->past_tokens)
      tokens_->load_past(name, id);
    if (!checked->of_suppressions.empty())
      distrust(std::move(checked->of_suppressions));
    return {};
  }

  void distrust(std::vector<table_fault> faults) {
    suppressions_.distrust(distrust_of(faults.front()));
    std::ranges::move(faults, std::back_inserter(table_faults_));
  }

  // Destroyed from the last to the first: the journal finishes what was begun while all else is there.
  std::unique_ptr<rocksdb_database> database_;
  std::unique_ptr<rocksdb_house_log> house_;
  rocksdb_audiences audiences_;
  std::unique_ptr<rocksdb_tokens> tokens_;
  rocksdb_suppressions suppressions_;
  rocksdb_snapshots snapshots_;
  rocksdb_notes notes_;
  rocksdb_partials partials_;
  rocksdb_attachments attachments_;
  rocksdb_removed_campaigns removed_;
  campaign_id_source campaign_ids_;
  std::vector<table_fault> table_faults_;
  mutable rocksdb_journal journal_; ///< asking for the store's condition may let it write
};

result<std::unique_ptr<store>>
open_database_in(const std::filesystem::path& folder, open_mode mode, rocksdb_environment environment) {
  auto database = rocksdb_database::open(folder, mode, std::move(environment));
  if (!database)
    return std::unexpected(database.error());
  auto house = std::make_unique<rocksdb_house_log>((*database)->secret());
  auto tokens = rocksdb_tokens::load_from(**database, *house);
  if (!tokens)
    return std::unexpected(tokens.error());
  auto opened = std::make_unique<rocksdb_store>(*std::move(database), std::move(house), *std::move(tokens));
  if (auto house_opened = opened->open_house(); !house_opened)
    return std::unexpected(house_opened.error());
  return opened;
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
