#pragma once
// The one place where a relay's URL becomes a relay: smtp://, smtps://, maildir:PATH, null:.

#include "actors/node.hpp"
#include "actors/relay_factory.hpp"

namespace sluice {

/// A relay_factory. `invalid_input` for a URL that it does not know or cannot read, with what is allowed.
result<std::unique_ptr<relay>> make_relay(const relay_settings& settings);

/// Whether `make_relay` would know and read this URL. Opens, makes and reaches nothing.
result<void> check_relay_url(const std::string& url);

/// The URL with `***` in a password's place.
std::string without_password(std::string_view url);

/// The engine's relays as they are now, with their URLs.
std::vector<relay_view> relays_of(node& engine);

} // namespace sluice
