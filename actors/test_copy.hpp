#pragma once
// Test copies: a letter of a campaign sent to other addresses, to see how it looks there. They pass through
// the relay in a queue of their own; no log and no count of the campaign knows of them.

#include "actors/core/moderation.hpp"
#include "actors/relay.hpp"
#include "messages/view.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace caf {
class actor_system;
}

namespace sluice {

inline constexpr std::size_t test_copies_max = 10;
inline constexpr milliseconds test_copy_timeout = std::chrono::seconds(30);

/// What became of one copy. `pending`: it was not sent; the answer's words say why.
struct test_copy_result {
  std::string address;
  letter_state outcome = letter_state::pending;
  reply answer;
  bool operator==(const test_copy_result&) const = default;
};

struct test_copies {
  letter_route route;
  batch_ptr letters;                     ///< a letter's index is its address's place in `results`
  std::vector<test_copy_result> results; ///< those that are not sent are settled already
};

/// The letter as recipient `index` would get it, "[Test] " before its subject, once for each address, with a
/// Message-ID that is this moment's. Suppressed addresses get none and are `skipped`. `not_found` as for
/// preview_letter, `template_failed` where it does not come out.
result<test_copies> make_test_copies(store& from,
                                     const campaign_view& campaign,
                                     letter_index index,
                                     const std::vector<std::string>& addresses,
                                     timestamp now);

/// Sends them and calls `done` once, from another thread, when all have their answer or the time is over.
void send_test_copies(caf::actor_system& system,
                      relay& through,
                      test_copies copies,
                      milliseconds timeout,
                      std::function<void(std::vector<test_copy_result>)> done);

/// Why no test copy of it may be sent; success where one may. A letter that a moderator rejected, or in which patterns of
/// moderation are found before anybody approved it, goes to nobody.
result<void> check_test_copy(const store& from,
                             const campaign_view& campaign,
                             letter_index index,
                             const moderation_settings& settings);

} // namespace sluice
