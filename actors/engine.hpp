#pragma once
// What the actors of one node share. Made before them, and outlives them.

#include "actors/claim_room.hpp"
#include "actors/core/relay_names.hpp"
#include "actors/directory.hpp"
#include "actors/letter_budget.hpp"
#include "actors/node.hpp"
#include "actors/node_list.hpp"
#include "actors/relay.hpp"
#include "actors/store_pool.hpp"
#include "messages/content_parts.hpp"
#include "persistence/store.hpp"

#include <limits>
#include <memory>

namespace sluice {

struct engine {
  node_settings settings;
  std::unique_ptr<sluice::store> store;
  std::unique_ptr<sluice::relay> relay;
  relay_names relays{""}; ///< that `relay` is made of
  relay_servers servers{{"", ""}};
  bool is_store_new = false; ///< it was made by a release that knows moderation_settings::two_people
  clock_source now = system_now;
  directory campaigns;
  letter_budget letters;
  std::shared_ptr<send_lease> lease = std::make_shared<send_lease>();
  node_list nodes; ///< that share the store
  claim_room claims{std::numeric_limits<std::size_t>::max()};
  /// Without threads unless it is given some: a test runs its jobs itself. Last, so that it ends before what jobs use.
  std::unique_ptr<store_pool> pool = std::make_unique<store_pool>(0);
  /// For beats, which may wait behind nothing. As the one before.
  std::unique_ptr<store_pool> beats = std::make_unique<store_pool>(0);
};

using engine_ptr = std::shared_ptr<engine>;

} // namespace sluice
