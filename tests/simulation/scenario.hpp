#pragma once
// What the dice make of a world: its settings, campaigns, audiences with bad rows, commands, and how badly its
// disk and relay behave.

#include "actors/node.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/simulation/simulated_relay.hpp"

namespace sluice::simulation {

class scenario {
public:
  explicit scenario(dice& chance);

  node_settings settings() const { return settings_; }
  std::size_t connections() const { return connections_; }
  /// Of several relays; none: there is one.
  const std::vector<relay_share>& relays() const { return relays_; }
  /// The relay's mood as it is, and another.
  relay_mood mood() const { return mood_; }
  relay_mood change_mood();
  simulated_disk::health some_disk_health();
  /// Whether somebody is at the store's files now and then.
  bool has_altered_audiences() const { return has_altered_audiences_; }
  std::size_t row_bytes_max() const { return row_bytes_max_; }

  campaign_spec make_campaign(timestamp now);
  /// Nothing where the disk does not take it.
  std::optional<audience_id> make_audience(store& into, timestamp now);
  command make_command();
  std::string some_address();
  milliseconds some_span();

private:
  plan make_plan(timestamp now);

  dice& chance_;
  node_settings settings_;
  std::size_t connections_;
  std::vector<relay_share> relays_;
  relay_mood mood_;
  bool has_altered_audiences_ = false;
  std::size_t row_bytes_max_ = audience_read_bytes_max;
  unsigned audiences_ = 0;
};

} // namespace sluice::simulation
