#pragma once
// The journal in memory: the same records and the same chain as on disk, done in the caller's thread.

#include "persistence/hash_chain.hpp"
#include "persistence/journal.hpp"

#include <map>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace sluice {

class memory_journal final : public journal {
public:
  void append(append_request request, append_done done) override;
  void await_appends(std::function<void()> done) override { done(); }
  result<void> read(campaign_id campaign,
                    event_number from,
                    const std::function<bool(const stored_event&)>& visit) const override;
  result<void> read_raw(campaign_id campaign,
                        event_number from,
                        const std::function<bool(const raw_record&)>& visit) const override;
  result<log_head> head(campaign_id campaign) const override;
  result<std::vector<campaign_id>> campaigns() const override;
  result<std::optional<key_record>> find_key(std::string_view key) const override;

  /// Puts a record at the end of the house's log.
  event_number append_to_house(const house_event& what);

  /// The same; a campaign's log, which must end like that, goes with it.
  result<event_number> remove(campaign_id campaign, const log_head& end, const house_event& what);

  /// Forgets the keys that name an address, or whose answers do.
  void forget_keys_naming(std::string_view address);

  /// The highest that ever had an append.
  campaign_id last_campaign() const;
  /// The hash of an event's record; nothing if there is no such event.
  std::optional<sha256_hash> hash_of(campaign_id campaign, event_number number) const;

private:
  struct chained_log {
    std::vector<std::string> values; ///< of the records 1, 2, 3 …
    sha256_hash last_hash{};
  };

  result<event_number> append(append_request& request);
  static log_head head_of(const chained_log& log) { return {log.values.size(), log.last_hash}; }
  static void put(chained_log& log, campaign_id campaign, journal_record record);
  std::vector<std::string> records_from(campaign_id campaign, event_number first) const;

  mutable std::shared_mutex mutex_; ///< never held during a visit or an answer
  std::map<campaign_id, chained_log> logs_;
  std::unordered_map<std::string, key_record> keys_;
  campaign_id last_campaign_{};
};

} // namespace sluice
