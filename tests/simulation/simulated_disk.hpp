#pragma once
// A store whose disk is in the simulation's hand. Appends wait in a queue until the disk is told to sync; it
// may refuse them, and a crash keeps as much of the queue as the dice say, as a real power cut does. Reads
// fail while the disk is broken, and rows are others than those that were imported while somebody is at its files. What is
// durable is told to whoever watches, event by event.

#include "persistence/store.hpp"
#include "tests/simulation/altered_audience.hpp"
#include "tests/simulation/dice.hpp"

#include <deque>
#include <functional>
#include <map>
#include <utility>

namespace sluice::simulation {

class simulated_disk final : public store {
public:
  using watcher = std::function<void(campaign_id, event_number, const event&)>;

  simulated_disk(dice& chance, watcher on_durable);

  /// What the disk does from now on.
  enum class health : std::uint8_t { good, full, broken };
  health now = health::good;   ///< full: writes fail; broken: reads fail too
  bool lists_campaigns = true; ///< an engine that starts asks for them
  /// What one read of an audience's rows gives at most, where more are asked for.
  std::size_t row_bytes_max = audience_read_bytes_max;

  /// Answers the oldest appends, `count` at most, as one group: all are taken, or all are refused.
  void sync(std::size_t count);
  std::size_t waiting() const { return queue_.size(); }
  /// The process died: what was not synced is gone, or there up to some point. Nobody is answered.
  void crash();
  bool is_durable(campaign_id campaign, event_number number) const;

  /// Rows of the audience are others from now on, or from one of the next reads on; in words, what they are.
  std::string alter(audience_id id);
  /// Every audience is as it was imported.
  void undo_alterations() { altered_.clear(); }
  bool has_alterations() const { return !altered_.empty(); }
  /// The audiences as they were imported, whatever the disk does.
  const audience_store& imported() const { return std::as_const(*below_).audiences(); }

  sluice::journal& journal() override { return journal_; }
  const sluice::journal& journal() const override { return journal_; }
  audience_store& audiences() override { return audiences_; }
  const audience_store& audiences() const override { return audiences_; }
  suppression_list& suppressions() override { return suppressions_; }
  const suppression_list& suppressions() const override { return suppressions_; }
  snapshot_store& snapshots() override { return below_->snapshots(); }
  const snapshot_store& snapshots() const override { return std::as_const(*below_).snapshots(); }
  token_store& tokens() override { return below_->tokens(); }
  const token_store& tokens() const override { return std::as_const(*below_).tokens(); }
  house_log& house() override { return below_->house(); }
  const address_hider& hider() const override { return below_->hider(); }
  note_store& notes() override { return below_->notes(); }
  partial_store& partials() override { return below_->partials(); }
  const partial_store& partials() const override { return std::as_const(*below_).partials(); }
  attachment_store& attachments() override { return below_->attachments(); }
  const attachment_store& attachments() const override { return std::as_const(*below_).attachments(); }
  sluice::removed_campaigns& removed_campaigns() override { return below_->removed_campaigns(); }
  const sluice::removed_campaigns& removed_campaigns() const override {
    return std::as_const(*below_).removed_campaigns();
  }
  const std::string& secret() const override { return below_->secret(); }
  result<std::uint64_t> accept_tables(std::string words, const act& done) override {
    return below_->accept_tables(std::move(words), done);
  }
  result<erasure> erase(std::string_view address, const act& done) override {
    return below_->erase(address, done);
  }
  result<campaign_id> next_campaign() override { return below_->next_campaign(); }
  /// As a store's own: asking lets it try a write, after which nothing that was refused can turn up any more.
  store_condition condition() const override;

private:
  struct waiting_append {
    append_request request;
    sluice::journal::append_done done;
    std::vector<std::function<void()>> waiters; ///< told when it and all before it are answered
  };

  class queued_journal final : public sluice::journal {
  public:
    explicit queued_journal(simulated_disk& disk) : disk_(disk) {}
    void append(append_request request, append_done done) override;
    void await_appends(std::function<void()> done) override;
    result<void> read(campaign_id campaign,
                      event_number from,
                      const std::function<bool(const stored_event&)>& visit) const override;
    result<void> read_raw(campaign_id campaign,
                          event_number from,
                          const std::function<bool(const raw_record&)>& visit) const override;
    result<log_head> head(campaign_id campaign) const override;
    result<std::vector<campaign_id>> campaigns() const override;
    result<std::optional<key_record>> find_key(std::string_view key) const override;

  private:
    simulated_disk& disk_;
  };

  class failing_audiences final : public audience_store {
  public:
    explicit failing_audiences(simulated_disk& disk) : disk_(disk) {}
    result<std::unique_ptr<audience_writer>> begin(std::string name, timestamp at) override;
    result<std::vector<audience_info>> commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                                                  const act& done,
                                                  const audience_key_maker& key) override;
    result<audience_info> rename(audience_id id, std::string name, const act& done) override;
    result<void> remove(audience_id id, const act& done) override;
    result<audience_info> info(audience_id id) const override;
    result<std::vector<audience_info>> list() const override;
    result<recipient_rows>
    read_rows(audience_id id, letter_index first, std::size_t count, std::size_t bytes_max) const override;
    result<std::optional<import_summary>> import_of(audience_id id) const override;
    result<std::vector<left_out_entry>> left_out(audience_id id) const override;
    result<std::vector<std::optional<letter_index>>>
    find_all(audience_id id, std::span<const std::string_view> emails) const override;
    result<std::string> tree_hashes(audience_id id, unsigned level, std::uint32_t index) const override;
    result<void> keep_root(const audience_info& info,
                           const std::string& root,
                           const std::vector<tree_block>& blocks) override;
    result<void> visit_addresses(
        audience_id id,
        const std::function<void(std::string_view address, letter_index row)>& visit) const override;

  private:
    simulated_disk& disk_;
  };

  class failing_suppressions final : public suppression_list {
  public:
    explicit failing_suppressions(simulated_disk& disk) : disk_(disk) {}
    result<std::size_t> add(const std::vector<suppression>& entries, const act& done) override;
    result<std::size_t>
    remove(const std::vector<std::string>& targets, std::string_view list, const act& done) override;
    result<void> visit(
        const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const override;
    result<std::vector<std::optional<suppression>>> find(const std::vector<std::string_view>& emails,
                                                         const suppression_scope& scope) const override;
    result<suppression_page> list(const suppression_query& query) const override;

  private:
    simulated_disk& disk_;
  };

  result<event_number> keep(append_request request);
  /// The failure, where reading fails now.
  std::optional<error> read_fault() const;
  std::optional<error> write_fault() const;

  dice& chance_;
  watcher on_durable_;
  std::unique_ptr<store> below_;
  struct alteration {
    altered_audience rows;
    std::size_t reads_before = 0; ///< that still find what was there
  };
  mutable std::map<audience_id, alteration> altered_;
  queued_journal journal_{*this};
  failing_audiences audiences_{*this};
  failing_suppressions suppressions_{*this};
  std::deque<waiting_append> queue_;
  mutable std::vector<append_request>
      refused_; ///< since the last sync that went well: a crash may bring them back
};

} // namespace sluice::simulation
