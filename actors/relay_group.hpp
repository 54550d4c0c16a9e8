#pragma once
// Several relays as one. Each campaign's queue here has a lane at every relay that serves it:
//
//   - Which relays serve a campaign: the one that it names; else those that list its sender or its name, and only where
//     none does those that list nothing.
//   - Letters go to the lanes in turn, by weight, a few at a time; a lane that has its fill is passed over, so that a slow
//     relay keeps the others from nothing. Where weights differ, so do the fills.
//   - A relay that fails gives its letters back, and the others take them. Standbys take letters while all others that
//     serve the campaign fail. One letter tries the failed relay again, after growing delays, while there are others to
//     send, and goes another way where they end before it.
//   - A batch that names a relay leaves through that one, whatever it serves and however it is.
//
// It has no thread: reports pass through on the threads of the relays, one at a time.

#include "actors/moment.hpp"
#include "actors/relay.hpp"
#include "actors/relay_factory.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace sluice {

struct relay_member {
  std::string name; ///< of `[relays.NAME]`; empty: the one of `[relay]`
  relay_share share;
  std::unique_ptr<relay> through;
};

/// At least one member, each of another name. A queue is opened only by a route that `check_route` lets pass.
std::unique_ptr<relay> make_relay_group(std::vector<relay_member> members,
                                        clock_source wall = system_now,
                                        std::function<moment()> clock = std::chrono::steady_clock::now);

} // namespace sluice
