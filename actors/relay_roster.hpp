#pragma once
// Which of several relays serve a campaign: the one that it names; else those that list its sender or its name, and only
// where none does those that list nothing. Standbys stand behind the others. Pure.

#include "actors/relay.hpp"
#include "actors/relay_factory.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sluice {

struct relay_place {
  std::string name; ///< of `[relays.NAME]`; empty: the one of `[relay]`
  relay_share share;
};

/// Relays are known by their place in it.
class relay_roster {
public:
  /// Each of another name.
  explicit relay_roster(std::vector<relay_place> all) : all_(std::move(all)) {}

  std::size_t size() const { return all_.size(); }
  const relay_place& at(std::size_t relay) const { return all_[relay]; }
  /// As people read it.
  std::string shown(std::size_t relay) const;

  /// Those that serve the route, those that are no standbys first. Empty: nothing does.
  std::vector<std::size_t> serving(const letter_route& route) const;
  /// Whether it serves the route only while the others fail; one that the route names does not wait for that.
  bool is_standby(std::size_t relay, const letter_route& route) const;
  /// `relay_unknown` or `no_relay_serves`, with what there is, where nothing serves the route.
  result<void> check(const letter_route& route) const;

private:
  std::vector<relay_place> all_;
};

} // namespace sluice
