#pragma once
// A campaign's queue at several relays (relay_group.hpp): a lane at each, letters given to the lanes in turn, and taken back
// from those that fail.

#include "actors/relay.hpp"
#include "actors/relay_group.hpp"
#include "actors/relay_health.hpp"
#include "actors/relay_roster.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace sluice {

/// What a group's queues share with it.
class relay_group_core {
public:
  relay_group_core(std::vector<relay_member> members, clock_source wall, std::function<moment()> clock);

  const relay_roster& roster() const { return roster_; }
  std::size_t size() const { return through_.size(); }
  relay& through(std::size_t member) const { return *through_[member]; }
  moment now() const { return clock_(); }

  /// Here, and not with the last queue, which may be dropped by a relay's own thread.
  void end_relays();

  bool is_failing(std::size_t member) const { return health_.is_failing(member); }
  notice trouble(std::size_t member) const { return health_.trouble(member); }
  void set_failing(std::size_t member, const notice& trouble);
  void set_working(std::size_t member);
  /// Whether a letter may try a member that fails.
  bool take_try(std::size_t member) { return health_.take_try(member, now()); }
  relay_view view(std::size_t member) const;

private:
  relay_roster roster_;
  std::vector<std::unique_ptr<relay>> through_;
  relay_health health_;
  clock_source wall_;
  std::function<moment()> clock_;
};

/// Opens one.
std::shared_ptr<campaign_queue> open_group_queue(std::shared_ptr<relay_group_core> core,
                                                 campaign_id campaign,
                                                 const letter_route& route,
                                                 relay::report_sink sink);

} // namespace sluice
