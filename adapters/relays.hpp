#pragma once
// The one place where a relay's URL becomes a relay: smtp://, smtps://, maildir:PATH, null:.

#include "actors/relay_factory.hpp"

namespace sluice {

/// A relay_factory. `invalid_input` for a URL that it does not know or cannot read, with what is allowed.
result<std::unique_ptr<relay>> make_relay(const relay_settings& settings);

/// Whether `make_relay` would know and read this URL. Opens, makes and reaches nothing.
result<void> check_relay_url(const std::string& url);

} // namespace sluice
