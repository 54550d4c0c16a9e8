#pragma once
// Where a campaign's log speaks of which letters, so that a page of letters reads the events about its own letters
// and not the whole log again. A log is read once, later only what was appended since.
//
// For each thousand or so neighbours the numbers of the events that touch them are kept as a few spans; letters leave
// in order, so these are short. A span may take in events about others, never leave one out.

#include "actors/core/campaign_state.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice {

/// Events `first` to `last`, both included.
struct event_span {
  event_number first = 0;
  event_number last = 0;
  bool operator==(const event_span&) const = default;
};

/// What is known of one log.
class letter_log_index {
public:
  explicit letter_log_index(campaign_id campaign);

  /// Reads what was appended since the last time. Errors as `recover`'s.
  result<void> catch_up(const store& from);
  const campaign_state& state() const { return state_; }
  /// The events that touch these letters, in order, without overlap.
  std::vector<event_span> spans_of(const std::vector<letter_index>& letters) const;
  std::size_t bytes() const;

private:
  static constexpr letter_index block_letters = 1024;
  /// Spans of one block: the two that are nearest to each other become one when there would be more.
  static constexpr std::size_t spans_max = 32;
  /// Events between two spans that are read rather than told apart.
  static constexpr event_number gap_max = 16;

  void add(const letter_ranges& letters, event_number number);
  void add(const event& what, event_number number);

  campaign_state state_;
  std::vector<std::vector<event_span>> blocks_;
};

/// The indexes of the logs that were asked for of late. Any thread.
class letter_history {
public:
  static constexpr std::size_t bytes_max_default = 32U << 20U;
  explicit letter_history(std::size_t bytes_max = bytes_max_default) : bytes_max_(bytes_max) {}

  /// Brings the campaign's index up to the end of its log and shows it. One that is larger than all bytes that there
  /// are is made anew each time.
  result<void>
  look(const store& from, campaign_id campaign, const std::function<void(const letter_log_index&)>& use);

private:
  struct entry {
    std::mutex mutex;
    letter_log_index index;
    std::size_t bytes = 0; ///< as counted in `bytes_`
    std::list<campaign_id>::iterator used;
    explicit entry(campaign_id campaign) : index(campaign) {}
  };
  std::shared_ptr<entry> entry_of(campaign_id campaign);
  void account(campaign_id campaign, const std::shared_ptr<entry>& one, std::size_t bytes);
  void forget(campaign_id campaign);

  const std::size_t bytes_max_;
  std::mutex mutex_; ///< guards what follows, and an entry's `bytes` and `used`
  std::map<campaign_id, std::shared_ptr<entry>> entries_;
  std::list<campaign_id> by_use_; ///< latest first
  std::size_t bytes_ = 0;
};

} // namespace sluice
