#include "persistence/postgres/store.hpp"

#include "persistence/house_check.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/nodes.hpp"
#include "persistence/postgres/small_tables.hpp"
#include "persistence/postgres/tokens.hpp"
#include "persistence/rocksdb/store.hpp"

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

class postgres_store final : public store {
public:
  postgres_store(std::unique_ptr<postgres_database> database, std::unique_ptr<store> local) :
      database_(std::move(database)), local_(std::move(local)),
      house_(*database_, database_->cluster().secret), nodes_(*database_), tokens_(*database_, house_),
      snapshots_(*database_), notes_(*database_), partials_(*database_), journal_(*database_, nodes_) {}

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return local_->audiences(); }
  const audience_store& audiences() const override { return local_->audiences(); }
  suppression_list& suppressions() override { return local_->suppressions(); }
  const suppression_list& suppressions() const override { return local_->suppressions(); }
  snapshot_store& snapshots() override { return snapshots_; }
  const snapshot_store& snapshots() const override { return snapshots_; }
  token_store& tokens() override { return tokens_; }
  const token_store& tokens() const override { return tokens_; }
  house_log& house() override { return house_; }
  const address_hider& hider() const override { return house_.hide(); }
  std::vector<table_fault> table_faults() const override { return table_faults_; }
  note_store& notes() override { return notes_; }
  partial_store& partials() override { return partials_; }
  const partial_store& partials() const override { return partials_; }
  attachment_store& attachments() override { return local_->attachments(); }
  const attachment_store& attachments() const override { return local_->attachments(); }
  const std::string& secret() const override { return database_->cluster().secret; }
  result<std::uint64_t> accept_tables(std::string, const act&) override { return 0; }
  result<erasure> erase(std::string_view address, const act& done) override {
    return local_->erase(address, done);
  }
  cluster_table* cluster() override { return &nodes_; }

  result<campaign_id> next_campaign() override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    const auto next =
        database_->run("cannot number a new campaign",
                       "UPDATE counters SET value = value + 1 WHERE name = 'campaign' RETURNING value");
    if (!next)
      return std::unexpected(next.error());
    return campaign_id{static_cast<std::uint64_t>(next->number(0, 0))};
  }

  result<void> refresh() override {
    const auto before = house_.last_number();
    const auto now = house_.refresh();
    if (!now)
      return std::unexpected(now.error());
    if (*now == before && *now == tokens_seen_)
      return {};
    const auto read = tokens_.refresh(journal_);
    if (read)
      tokens_seen_ = *now;
    return read ? result<void>{} : std::unexpected(read.error());
  }

  store_condition condition() const override {
    journal_.try_database();
    return journal_.condition();
  }

  result<void> open(const postgres_node_settings& node, open_mode mode) {
    if (mode == open_mode::read_write)
      if (auto joined = nodes_.join(node.name, node.address); !joined)
        return joined;
    if (auto read = house_.refresh(); !read)
      return std::unexpected(read.error());
    auto of_tokens = tokens_.refresh(journal_);
    if (!of_tokens)
      return std::unexpected(of_tokens.error());
    table_faults_ = *std::move(of_tokens);
    return {};
  }

private:
  // Destroyed from the last to the first: the journal settles what was sent while all else is there.
  std::unique_ptr<postgres_database> database_;
  std::unique_ptr<store> local_;
  postgres_house_log house_;
  postgres_nodes nodes_;
  postgres_tokens tokens_;
  postgres_snapshots snapshots_;
  postgres_notes notes_;
  postgres_partials partials_;
  event_number tokens_seen_ = 0;
  std::vector<table_fault> table_faults_;
  mutable postgres_journal journal_; ///< asking for the store's condition may let it write
};

} // namespace

result<std::unique_ptr<store>>
open_postgres_store(postgres_settings settings, postgres_node_settings node, open_mode mode) {
  auto database = postgres_database::open(std::move(settings), mode);
  if (!database)
    return std::unexpected(database.error());
  auto local = open_rocksdb_store(node.folder / "scratch", open_mode::read_write);
  if (!local)
    return local;
  auto opened = std::make_unique<postgres_store>(*std::move(database), *std::move(local));
  if (auto begun = opened->open(node, mode); !begun)
    return std::unexpected(begun.error());
  return opened;
}

} // namespace sluice
