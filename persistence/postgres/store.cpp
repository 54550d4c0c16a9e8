#include "persistence/postgres/store.hpp"

#include "persistence/house_check.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/postgres/attachments.hpp"
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/erasure.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/nodes.hpp"
#include "persistence/postgres/removed_campaigns.hpp"
#include "persistence/postgres/small_tables.hpp"
#include "persistence/postgres/suppressions.hpp"
#include "persistence/postgres/tokens.hpp"
#include "persistence/rocksdb/data_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace sluice {

namespace {

/// What an engine leaves in its folder, so that it is known again: the store's id, a blank, its name there.
constexpr std::string_view node_file = "node";

class postgres_store final : public store {
public:
  postgres_store(folder_lock lock,
                 std::unique_ptr<postgres_database> database,
                 std::unique_ptr<postgres_nodes> nodes,
                 const std::filesystem::path& folder) :
      lock_(std::move(lock)), database_(std::move(database)), nodes_(std::move(nodes)),
      house_(*database_, database_->cluster().secret),
      audiences_(*database_, house_, nodes_->identity().node, folder / "imports"),
      tokens_(*database_, house_), suppressions_(*database_, house_, system_now()), snapshots_(*database_),
      notes_(*database_), partials_(*database_), attachments_(*database_, nodes_->identity().node),
      removed_(*database_, house_, *nodes_), journal_(*database_, *nodes_) {}

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return audiences_; }
  const audience_store& audiences() const override { return audiences_; }
  suppression_list& suppressions() override { return suppressions_; }
  const suppression_list& suppressions() const override { return suppressions_; }
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
  attachment_store& attachments() override { return attachments_; }
  const attachment_store& attachments() const override { return attachments_; }
  sluice::removed_campaigns& removed_campaigns() override { return removed_; }
  const sluice::removed_campaigns& removed_campaigns() const override { return removed_; }
  const std::string& secret() const override { return database_->cluster().secret; }
  result<std::uint64_t> accept_tables(std::string words, const act& done) override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    const auto tokens = tokens_.as_kept();
    const auto audiences = audiences_.list();
    if (!tokens || !audiences)
      return std::unexpected(tokens ? audiences.error() : tokens.error());
    suppressions_.distrust(std::nullopt); // they are read to be told of
    auto events = events_of_acceptance(journal_, *tokens, suppressions_, *audiences, house_.hide(), done);
    if (!events)
      return std::unexpected(events.error());
    const auto count = events->size();
    events->insert(events->begin(), {done.at, done.by, house::tables_accepted{std::move(words), count}});
    if (const auto recorded = house_.record(*std::move(events)); !recorded)
      return std::unexpected(recorded.error());
    table_faults_.clear();
    auto refreshed = refresh();
    return refreshed ? result<std::uint64_t>(count) : std::unexpected(refreshed.error());
  }

  result<erasure> erase(std::string_view address, const act& done) override {
    return erase_recipient(*database_, house_, audiences_, address, done);
  }

  cluster_table* cluster() override { return nodes_.get(); }

  result<campaign_id> next_campaign() override {
    if (auto writable = database_->check_writable(); !writable)
      return std::unexpected(writable.error());
    const auto next = database_->run(
        "cannot number a new campaign",
        "UPDATE counters SET value = greatest(value, (SELECT coalesce(max(campaign), 0) FROM campaigns), "
        "(SELECT coalesce(max(campaign), 0) FROM removed)) + 1 WHERE name = 'campaign' "
        "RETURNING value");
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

  /// The tables are what the house's log says, or it is told that they are not.
  result<void> open() {
    if (auto read = house_.refresh(); !read)
      return std::unexpected(read.error());
    auto of_tokens = tokens_.refresh(journal_);
    if (!of_tokens)
      return std::unexpected(of_tokens.error());
    table_faults_ = *std::move(of_tokens);
    tokens_seen_ = house_.last_number();
    if (!database_->check_writable() || tokens_seen_ == 0)
      return {};
    auto checked = check_house(journal_, {}, suppressions_, house_.hide(), system_now());
    if (!checked)
      return std::unexpected(checked.error());
    if (!checked->of_suppressions.empty())
      suppressions_.distrust(distrust_of(checked->of_suppressions.front()));
    std::ranges::move(checked->of_suppressions, std::back_inserter(table_faults_));
    return {};
  }

private:
  // Destroyed from the last to the first: the journal settles what was sent while all else is there.
  folder_lock lock_;
  std::unique_ptr<postgres_database> database_;
  std::unique_ptr<postgres_nodes> nodes_;
  postgres_house_log house_;
  postgres_audiences audiences_;
  postgres_tokens tokens_;
  postgres_suppressions suppressions_;
  postgres_snapshots snapshots_;
  postgres_notes notes_;
  postgres_partials partials_;
  postgres_attachments attachments_;
  postgres_removed_campaigns removed_;
  event_number tokens_seen_ = 0;
  std::vector<table_fault> table_faults_;
  mutable postgres_journal journal_; ///< asking for the store's condition may let it write
};

std::string node_line(const postgres_cluster& cluster, const std::string& name) {
  return cluster.id + " " + name;
}

/// Whether this folder was that node's before.
bool was_here(const std::filesystem::path& folder, const std::string& line) {
  std::ifstream file(folder / node_file);
  std::string kept;
  return std::getline(file, kept) && kept == line;
}

result<void> keep_here(const std::filesystem::path& folder, const std::string& line) {
  std::ofstream file(folder / node_file, std::ios::trunc);
  file << line << '\n';
  file.flush();
  if (!file)
    return failure(error_code::storage_failed, "cannot write into the folder " + folder.string());
  return {};
}

} // namespace

result<std::unique_ptr<store>>
open_postgres_store(postgres_settings settings, postgres_node_settings node, open_mode mode) {
  folder_lock lock;
  if (mode == open_mode::read_write) {
    auto taken = folder_lock::take(node.folder);
    if (!taken)
      return std::unexpected(taken.error());
    lock = std::move(*taken);
  }
  auto database = postgres_database::open(std::move(settings), mode);
  if (!database)
    return std::unexpected(database.error());
  auto nodes = std::make_unique<postgres_nodes>(**database);
  if (mode == open_mode::read_write) {
    const auto line = node_line((*database)->cluster(), node.name);
    if (auto joined = nodes->join(node.name, node.address, was_here(node.folder, line)); !joined)
      return std::unexpected(joined.error());
    if (auto kept = keep_here(node.folder, line); !kept)
      return std::unexpected(kept.error());
  }
  auto opened =
      std::make_unique<postgres_store>(std::move(lock), *std::move(database), std::move(nodes), node.folder);
  if (auto begun = opened->open(); !begun)
    return std::unexpected(begun.error());
  return opened;
}

} // namespace sluice
