#pragma once
// A relay to a scripted server, with delays short enough for tests.

#include "adapters/smtp/smtp_relay.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"
#include "tests/unit/adapters/smtp/scripted_server.hpp"

namespace sluice::test {

struct smtp_fixture {
  scripted_server server;
  relay_settings settings;
  smtp_surroundings surroundings{.jitter = [] { return 0.0; }};
  std::unique_ptr<sluice::relay> made;

  smtp_fixture() {
    settings.connections_max = 1;
    settings.in_hand = 1; // so that no letter is wanted before a connection takes it
    settings.hello_name = "client.example";
    settings.reconnect_delay_first = milliseconds{20};
    settings.reconnect_delay_max = milliseconds{40};
    surroundings.stop_wait_max = milliseconds{500};
    surroundings.answers_wait_max = milliseconds{100};
  }

  /// The relay; made at the first call, with what `settings` says then.
  sluice::relay&
  relay(const std::string& options = "", std::string_view scheme = "smtp", std::string_view user = "") {
    if (!made) {
      auto url = parse_smtp_url(server.url(scheme, user) + options);
      if (!url)
        throw std::runtime_error(url.error().message);
      auto result = make_smtp_relay(*url, settings, surroundings);
      if (!result)
        throw std::runtime_error(result.error().message);
      made = std::move(*result);
    }
    return *made;
  }

  /// Returns when the relay's thread has carried out what it was asked before: it does so at the end of a turn, which has
  /// fewer handlers than this asks.
  void await_turn() {
    for (auto asked = 0; asked < 40; ++asked)
      made->waits_for("");
  }
};

} // namespace sluice::test
