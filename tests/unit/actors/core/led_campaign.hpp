#pragma once
// A campaign as its actor leads it: results are judged, and what follows from them follows.

#include "actors/core/state_codec.hpp"
#include "actors/lifecycle.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

namespace sluice::examples {

inline const retry_settings retries{};
inline const suspicion_settings suspicion{};
inline const reply denied{554, "5.7.1", "Relay access denied"};
inline const reply ok{250, "2.0.0", "Ok"};

struct led {
  campaign_state state;
  relay_names there; ///< those that are configured
  timestamp now = t0;

  explicit led(letter_index letters, relay_names configured = one_relay()) :
      state(sending(letters)), there(std::move(configured)) {}

  void put(const event_bodies& bodies, const std::string& by = {}) {
    for (const auto& body : bodies)
      evolve(state, event{now, by, body});
    CHECK(decode_state(encode_state(state)) == state);
  }
  void draw_consequences() {
    for (auto more = decide_consequences(state, retries, suspicion, now); !more.empty();
         more = decide_consequences(state, retries, suspicion, now))
      put(more);
  }
  void claim(letter_ranges letters, const std::string& relay = {}) {
    const auto granted = claimable(state, letters, now);
    REQUIRE(granted == letters);
    put({claimed{std::move(letters), relay}});
  }
  void report(letter_state outcome, const letter_ranges& letters, const reply& said) {
    put(decide_results(state, {{outcome, letters, said}}, retries, suspicion, now, there));
    draw_consequences();
  }
  /// Claimed, and settled so.
  void settle(letter_state outcome,
              const letter_ranges& letters,
              const reply& said,
              const std::string& relay = {}) {
    claim(letters, relay);
    report(outcome, letters, said);
  }
  void tell(command_kind kind) {
    put(decide(state, {kind, "olga", "", "", {}}, {}, now, suspicion.trial_letters).value(), "olga");
    draw_consequences();
  }
  letter_index count(letter_state of) const { return state.letters.count(of); }
};

} // namespace sluice::examples
