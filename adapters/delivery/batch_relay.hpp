#pragma once
// A relay without connections: a thread of its own takes letters, asks for their grants, and delivers many
// at once with a function that does the work (maildir, null). Everything else that a relay promises is here.

#include "actors/relay.hpp"
#include "adapters/delivery/delivery_scheduler.hpp"
#include "adapters/delivery/retry_delay.hpp"

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace sluice {

struct batch_relay_settings {
  std::size_t letters_in_hand_max = 256; ///< the bound on letters in doubt after a crash
  std::uint32_t letters_per_second_max = 0;
  std::uint32_t letters_per_second_per_domain_max = 0;
  std::vector<relay_limit> limits{};
  retry_delay delay; ///< after a delivery that failed
};

/// A granted letter that is to be delivered.
struct delivery {
  letter_slot* slot = nullptr;
  letter_state outcome = letter_state::pending; ///< set by who delivers: accepted, refused or in_doubt
  reply_ptr words;                              ///< likewise
};

/// Delivers what it can and sets the outcomes; what stays `pending` goes back. An error says that the
/// relay as a whole fails. It begins each letter's last step by `slot->queue->fence->run_if_open`.
using deliver_letters = std::function<result<void>(std::span<delivery> letters)>;

std::unique_ptr<relay> make_batch_relay(batch_relay_settings settings, deliver_letters deliver);

} // namespace sluice
