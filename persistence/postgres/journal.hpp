#pragma once
// The journal in a shared store. One writer takes all appends and groups them, each group one statement and one commit:
// compare and append for any number of logs, of which those that are not ours, or have another end, change nothing.
//
// An answer that did not come means nothing. The same statement is sent again on a new connection: where the end has not
// moved, it is done now; where it stands at our number, the stored hash says whether it is ours. Until then nobody is
// answered, and what is behind it waits. What never was sent, since there is no connection, is refused as by a full disk.
//
// One writer, and not several, since a claim takes the room that outcomes of other campaigns leave, which stand before it:
// the order of the queue is the order of the database.

#include "persistence/hash_chain.hpp"
#include "persistence/journal.hpp"
#include "persistence/postgres/database.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace sluice {

class postgres_nodes;

class postgres_journal final : public journal {
public:
  /// Both outlive it.
  postgres_journal(const postgres_database& database, postgres_nodes& nodes);
  /// Settles what was sent, for a while at most, and refuses the rest.
  ~postgres_journal() override;

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

  /// Lets the writer try the database, where it has had nothing to do for a second.
  void try_database();
  store_condition condition() const;

private:
  struct queued_append {
    bool is_append = false; ///< else it only waits for its turn
    campaign_id campaign;
    event_number expected_last = 0;
    std::optional<bool> is_moving; ///< as its events say, where they do
    std::vector<journal_record> records;
    std::optional<key_record> key;
    std::function<void()> on_refused;
    append_done done;
    result<event_number> answer = event_number{0};
    bool is_settled = false; ///< `answer` is known
    // As it was sealed.
    std::int64_t term = 0; ///< 0: a log that is new
    event_number last_number = 0;
    sha256_hash last_hash{};
    std::string key_value;

    bool is_key_alone() const { return campaign == campaign_id{} && records.empty(); }
    std::size_t bytes() const;
  };
  using group = std::vector<queued_append>;
  /// The end of a log, as the writer knows it.
  struct known_end {
    log_head head;
    std::int64_t term = 0; ///< in which it is ours; 0: it has no row yet
    bool is_ours = true;
  };

  void enqueue(queued_append&& one);
  void run();
  group next_group();
  void write(group& appends);
  pg_result_of<void> learn_ends(const group& appends);
  void seal(queued_append& one);
  pg_result_of<void> send(group& appends, bool was_unknown);
  pg_result_of<void> send_keys(group& appends);
  void on_kept(const queued_append& one);
  pg_result_of<void> settle_rest(group& appends, bool was_unknown);
  void refuse(group& appends, const error& why);
  void answer(queued_append& one) const;
  bool rest(std::chrono::milliseconds time);
  void on_away(const std::string& words);
  void on_answered();

  const postgres_database& database_;
  postgres_nodes& nodes_;
  std::unique_ptr<pg_connection> connection_; ///< the writer's own
  std::map<campaign_id, known_end> ends_;     ///< the writer's own
  std::uint64_t ends_as_of_ = 0;              ///< postgres_nodes::changes, when they were learned

  mutable std::mutex mutex_; ///< guards what follows
  std::condition_variable has_work_;
  std::deque<queued_append> queue_;
  std::size_t queued_bytes_ = 0;
  bool is_closing_ = false;
  store_condition condition_;
  std::chrono::steady_clock::time_point last_tried_; ///< that the database answered, or was asked to

  std::thread writer_; ///< last: it uses all of the above
};

} // namespace sluice
