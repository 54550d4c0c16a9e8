#pragma once
// What watchers see of a campaign, and how often: at once what people wait for (a new status, an answer, the
// end of a part), a few times a second what only moves (the counts of a campaign that is sending).

#include "actors/core/campaign_state.hpp"
#include "actors/directory.hpp"

#include <deque>
#include <string>
#include <utility>

namespace sluice {

/// Used by one campaign's actor. Publish durable states only.
class view_publisher {
public:
  /// How often what only moves is shown of each campaign where so many send: at most five hundred times a second of all
  /// together.
  static milliseconds publish_every(std::size_t campaigns);
  /// The time over which the shown rate is measured.
  static constexpr milliseconds rate_window = std::chrono::seconds(5);

  view_publisher() = default;
  /// `trial_letters`: suspicion_settings'.
  view_publisher(directory& into, letter_index trial_letters) : into_(&into), trial_letters_(trial_letters) {}

  /// Takes note of how many letters are settled, for the rate.
  void record_progress(const campaign_state& state, timestamp now);
  /// Whether the state is to be shown now rather than a little later.
  bool is_time(const campaign_state& state, timestamp now, milliseconds every) const;
  /// The next state is to be shown as soon as it is durable.
  void expect_news() { published_at_ = {}; }
  /// Adds a fault to what is shown now: the state that there is may be ahead of what is durable.
  void show_fault(campaign_id id, const std::string& fault);
  /// Puts the view into the directory; a discarded draft is taken out of it.
  void publish(const campaign_state& state, const std::string& fault, timestamp now);

private:
  double rate(const campaign_state& state, timestamp now) const;

  directory* into_ = nullptr;
  letter_index trial_letters_ = 0;
  timestamp published_at_;
  status shown_ = status::draft;
  bool is_trouble_shown_ = false;
  std::deque<std::pair<timestamp, letter_index>> settled_at_; ///< oldest first, rate_window of them
};

} // namespace sluice
