#include "adapters/null/null_relay.hpp"

#include "adapters/delivery/batch_relay.hpp"

namespace sluice {

std::unique_ptr<relay> make_null_relay(const relay_settings& settings) {
  auto words = std::make_shared<const reply>(reply{250, "2.0.0", "taken and forgotten"});
  return make_batch_relay(
      {.letters_in_hand_max = 256,
       .letters_per_second_max = settings.letters_per_second_max,
       .letters_per_second_per_domain_max = settings.letters_per_second_per_domain_max,
       .limits = settings.limits,
       .delay = {settings.reconnect_delay_first, settings.reconnect_delay_max, [] { return 0.0; }}},
      [words = std::move(words)](std::span<delivery> letters) -> result<void> {
        for (auto& one : letters)
          one.slot->queue->fence->run_if_open([&] {
            one.outcome = letter_state::accepted;
            one.words = words;
          });
        return {};
      });
}

} // namespace sluice
