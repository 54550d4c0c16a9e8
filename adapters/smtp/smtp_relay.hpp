#pragma once
// smtp:// and smtps:// — a smarthost: one thread with one event loop, up to connections_max connections kept
// open, shared by all campaigns.
//
//   - Connections are opened as letters wait for them, and closed after idle_timeout. While none is open, one at a
//     time is tried: a wrong password costs one login, not one for each connection. After a login that was refused
//     for good the next one waits three times reconnect_delay_max at least: servers ban who tries on.
//   - A letter whose connection failed before its end of data waits for another one, before all others; it
//     goes back to its campaign when the relay as a whole fails, or after three connections.
//   - The relay fails when a connection ends that never got a reply for a letter, and no other is left, or
//     connections_max have failed in a row and none that is left ever got one. Then one connection tries at
//     a time, after growing delays, until one letter has a reply.
//   - What becomes of a letter that was refused, the pace and the account's trouble are the governor's to say
//     (adapters/delivery/relay_governor.hpp). A letter that a connection died of waits behind the others, one such
//     letter at a time, and is put off the third time.
//   - At most connections_max letters are between end of data and reply, and at most twice as many are taken
//     (wanted) and not yet settled.
//   - stop() waits at most 10 s for replies to ends of data, then cuts the connections (in doubt).

#include "actors/relay_factory.hpp"
#include "adapters/smtp/name_lookup.hpp"
#include "adapters/smtp/smtp_url.hpp"
#include "adapters/smtp/token_source.hpp"

#include <functional>
#include <memory>

namespace sluice {

/// What the relay asks the outside for, besides its server.
struct smtp_surroundings {
  std::function<double()> jitter; ///< in [0, 1), for delays; called on the relay's thread
  milliseconds stop_wait_max{std::chrono::seconds(10)};
  milliseconds answers_wait_max{std::chrono::seconds(2)}; ///< at stop, for grants of letters without one
  look_up_function look_up = look_up_by_system;
  milliseconds greeting_patience{std::chrono::seconds(5)}; ///< then the user hears that no greeting came yet
  command_runner run_command = run_by_shell;               ///< for relay.token_command
  clock_source wall_clock = system_now;                    ///< for when a pace was found
};

/// `invalid_input` when ca_file cannot be read. Connects nothing yet.
result<std::unique_ptr<relay>>
make_smtp_relay(smtp_url server, const relay_settings& settings, smtp_surroundings surroundings);

} // namespace sluice
