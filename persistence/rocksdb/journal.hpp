#pragma once
// The journal on RocksDB. One thread of its own takes whatever appends have queued up, checks and chains
// them, writes them in one synced write and answers them all; while the disk syncs, the next ones queue.

#include "persistence/hash_chain.hpp"
#include "persistence/journal.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rocksdb {
class WriteBatch;
}

namespace sluice {

class rocksdb_database;

class rocksdb_journal final : public journal {
public:
  /// `database` outlives the journal.
  explicit rocksdb_journal(rocksdb_database& database);
  /// Finishes every append that is queued.
  ~rocksdb_journal() override;

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
  result<std::vector<std::string>> strange_keys() const override;
  result<std::optional<key_record>> find_key(std::string_view key) const override;

  /// A campaign's log that goes: where it must end by then.
  struct removal {
    campaign_id campaign;
    log_head end;
  };
  /// Puts records at the end of the house's log, whatever that is by then, and what `change` adds to the batch into the same
  /// write. `done` as append's; `change` is called once, from the writer's thread. The records of a `removed` campaign go in
  /// the same write; `conflict`, and nothing is written, where its log ends elsewhere.
  void append_to_house(std::vector<journal_record> records,
                       std::function<void(rocksdb::WriteBatch&)> change,
                       append_done done,
                       std::optional<removal> removed = {});

  /// The highest campaign id that has events, had an append, or was removed; 0 when there is none. Any thread; it reads the disk
  /// until that has answered once.
  result<campaign_id> last_campaign() const;

  /// Lets the writer write something, to see whether the disk takes it; nothing where it has work anyhow. Any thread.
  void try_disk();

private:
  enum class purpose : std::uint8_t { append, append_to_house, await, try_disk };

  /// An append that waits for its group, events already encoded; later what it will be answered.
  struct queued_append {
    purpose what = purpose::append;
    campaign_id campaign;
    event_number expected_last = 0;
    std::vector<journal_record> records;
    std::optional<key_record> key;
    std::function<void(rocksdb::WriteBatch&)> change = {}; ///< of tables; with append_to_house
    std::optional<removal> removed = {};                   ///< likewise
    std::function<void()> on_refused = {};
    append_done done;
    result<event_number> answer = event_number{0};
  };
  using group = std::vector<queued_append>;

  /// Every campaign with events, and every key too short to name one.
  result<void> survey(const std::function<void(campaign_id)>& visit_campaign,
                      const std::function<void(std::string_view)>& visit_strange_key) const;
  result<campaign_id> read_last_campaign() const;
  void submit(queued_append&& one);
  void enqueue(queued_append&& one);
  void run();
  /// Why nothing of them was kept, where that is so.
  std::optional<error> write(group& appends);
  std::optional<error> write_or_refuse(group& appends);
  void refuse_behind(const error& why, group& refused);
  void answer(queued_append& one) const;
  void stage(queued_append& one, rocksdb::WriteBatch& batch);
  result<void> stage_removal(const removal& removed, rocksdb::WriteBatch& batch);
  result<log_head> head_of(campaign_id campaign);

  rocksdb_database& database_;
  std::unordered_map<campaign_id, log_head> heads_;  ///< the writer's alone
  std::atomic<std::uint64_t> last_appended_ = 0;     ///< the highest campaign of this process's appends
  mutable std::atomic<std::uint64_t> last_read_ = 0; ///< the highest on the disk when it was first read
  mutable std::atomic<bool> has_read_last_ = false;

  std::mutex mutex_; ///< guards what follows
  std::condition_variable has_work_;
  group queue_;
  std::size_t queued_bytes_ = 0;
  bool is_closing_ = false;

  std::thread writer_; ///< last, so that everything is there when it starts
};

/// Puts into a batch the answer to an idempotency key.
void put_key(rocksdb::WriteBatch& batch, const rocksdb_database& database, const key_record& key);

} // namespace sluice
