#include "persistence/memory/store.hpp"

#include "messages/address.hpp"
#include "persistence/campaign_id_source.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/memory/attachments.hpp"
#include "persistence/memory/audiences.hpp"
#include "persistence/memory/house_log.hpp"
#include "persistence/memory/journal.hpp"
#include "persistence/memory/partials.hpp"
#include "persistence/memory/suppressions.hpp"
#include "persistence/token_table.hpp"

#include <map>
#include <mutex>
#include <utility>

namespace sluice {

namespace {

class memory_snapshots final : public snapshot_store {
public:
  explicit memory_snapshots(const memory_journal& journal) : journal_(journal) {}

  void save(campaign_id campaign, const snapshot& value) override {
    const auto hash = journal_.hash_of(campaign, value.number);
    if (!hash || value.state.size() > snapshot_bytes_max)
      return;
    const std::lock_guard guard(mutex_);
    snapshots_.insert_or_assign(campaign, std::pair(value, *hash));
  }

  std::optional<snapshot> load(campaign_id campaign) const override {
    const std::lock_guard guard(mutex_);
    const auto known = snapshots_.find(campaign);
    if (known == snapshots_.end())
      return std::nullopt;
    const auto& [value, hash] = known->second;
    if (journal_.hash_of(campaign, value.number) != hash)
      return std::nullopt;
    return value;
  }

  result<std::vector<snapshot_mark>> marks() const override {
    const std::lock_guard guard(mutex_);
    std::vector<snapshot_mark> found;
    for (const auto& [campaign, entry] : snapshots_)
      found.push_back({campaign, entry.first.number, entry.second});
    return found;
  }

  void remove(campaign_id campaign) {
    const std::lock_guard guard(mutex_);
    snapshots_.erase(campaign);
  }

private:
  const memory_journal& journal_;
  mutable std::mutex mutex_;
  std::map<campaign_id, std::pair<snapshot, sha256_hash>> snapshots_;
};

class memory_removed_campaigns final : public removed_campaigns {
public:
  memory_removed_campaigns(memory_house_log& house, memory_snapshots& snapshots) :
      house_(house), snapshots_(snapshots) {}

  result<void> remove(house::campaign_removed what, const act& done) override {
    const removed_campaign kept{what.campaign, done.at, what.over_since, what.audience};
    const auto end = end_of(what);
    const auto recorded = house_.record_removal(kept.id, end, {done.at, done.by, std::move(what)});
    if (!recorded)
      return std::unexpected(recorded.error());
    snapshots_.remove(kept.id);
    const std::lock_guard guard(mutex_);
    removed_.insert_or_assign(kept.id, kept);
    return {};
  }

  result<std::optional<removed_campaign>> find(campaign_id id) const override {
    const std::lock_guard guard(mutex_);
    const auto known = removed_.find(id);
    return known == removed_.end() ? std::nullopt : std::optional(known->second);
  }

  result<void> visit(const std::function<void(const removed_campaign&)>& visitor) const override {
    const std::lock_guard guard(mutex_);
    for (const auto& [id, one] : removed_)
      visitor(one);
    return {};
  }

  void free_space() override {}

private:
  memory_house_log& house_;
  memory_snapshots& snapshots_;
  mutable std::mutex mutex_;
  std::map<campaign_id, removed_campaign> removed_;
};

class memory_notes final : public note_store {
public:
  result<void> save(std::string_view name, std::string_view text) override {
    if (auto fits = check_note(text); !fits)
      return fits;
    const std::lock_guard guard(mutex_);
    if (text.empty())
      notes_.erase(std::string{name});
    else
      notes_.insert_or_assign(std::string{name}, std::string{text});
    return {};
  }

  result<std::optional<std::string>> load(std::string_view name) const override {
    const std::lock_guard guard(mutex_);
    const auto known = notes_.find(std::string{name});
    if (known == notes_.end())
      return std::nullopt;
    return known->second;
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> notes_;
};

/// In memory the table is all that there is.
class memory_token_keeper final : public token_keeper {
public:
  explicit memory_token_keeper(memory_house_log& house) : house_(house) {}
  result<void> keep(const sha256_hash& hash, const token_info& info, const act& done) override {
    return record({done.at, done.by, event_of(hash, info)});
  }
  result<void> rotate(const stored_token& added,
                      const stored_token* changed,
                      const std::vector<sha256_hash>&,
                      const act& done) override {
    return record({done.at, done.by, rotation_of(added, changed)});
  }
  result<void> forget(const std::vector<sha256_hash>&, const token_info& info, const act& done) override {
    return record({done.at, done.by, house::token_revoked{info.id, info.name}});
  }

private:
  result<void> record(house_event what) {
    const auto recorded = house_.record({std::move(what)});
    return recorded ? result<void>{} : std::unexpected(recorded.error());
  }

  memory_house_log& house_;
};

class memory_store final : public store {
public:
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
  note_store& notes() override { return notes_; }
  partial_store& partials() override { return partials_; }
  const partial_store& partials() const override { return partials_; }
  attachment_store& attachments() override { return attachments_; }
  const attachment_store& attachments() const override { return attachments_; }
  sluice::removed_campaigns& removed_campaigns() override { return removed_; }
  const sluice::removed_campaigns& removed_campaigns() const override { return removed_; }
  const std::string& secret() const override { return secret_; }
  result<std::uint64_t> accept_tables(std::string, const act&) override { return 0; }
  result<erasure> erase(std::string_view address, const act& done) override {
    erasure made;
    const auto added = suppressions_.added_by_erasure(address, done.at);
    made.rows = audiences_.erase(address);
    made.suppressions = suppressions_.erase(address, done.at);
    journal_.forget_keys_naming(address);
    std::vector<house_event> events{
        {done.at, done.by,
         house::address_erased{house_.hide()(folded(address)), made.rows.size(), made.suppressions}}};
    if (added)
      events.push_back({done.at, {}, *added});
    const auto recorded = house_.record(std::move(events));
    return recorded ? result<erasure>(std::move(made)) : std::unexpected(recorded.error());
  }
  result<campaign_id> next_campaign() override { return campaign_ids_.next(journal_.last_campaign()); }
  store_condition condition() const override { return {}; }

private:
  std::string secret_ = "a store in memory: none of a kind"; // the same each time: a test's letters are, too
  memory_journal journal_;
  memory_house_log house_{journal_, secret_};
  campaign_id_source campaign_ids_;
  memory_audiences audiences_{house_, journal_};
  memory_suppressions suppressions_{house_};
  memory_snapshots snapshots_{journal_};
  memory_removed_campaigns removed_{house_, snapshots_};
  memory_notes notes_;
  memory_partials partials_;
  memory_attachments attachments_;
  memory_token_keeper keeper_{house_};
  token_table tokens_{keeper_};
};

} // namespace

std::unique_ptr<store> make_memory_store() {
  return std::make_unique<memory_store>();
}

} // namespace sluice
