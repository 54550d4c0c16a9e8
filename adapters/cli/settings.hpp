#pragma once
// Everything that can be set about an engine, and the one table of it: names, what they take, what they mean.
// File, environment, flags, --print-config and every complaint about a wrong key or value go by this table.

#include "actors/node.hpp"
#include "adapters/http/http_settings.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::cli {

inline constexpr const char* default_listen = "127.0.0.1:8025";
inline constexpr const char* relay_password_key = "relay.password";

struct engine_settings {
  node_settings node;
  bool moderation_enabled = true;
  bool data_shared = false; ///< others may look into the data folder
  std::string listen = default_listen;
  http_settings http;
  std::string log_level = "info";
};

/// How a value was written: what a file may hold where. The environment and flags give texts for all of them.
enum class value_kind : std::uint8_t { text, whole, number, boolean, list, table, other };

/// One `name = "text"` of a table.
struct table_field {
  std::string name;
  value_kind kind = value_kind::text;
  std::string text;
};

struct setting_value {
  value_kind kind = value_kind::text;
  std::string text;                     ///< as written; of texts without the quotes
  std::vector<std::string> items;       ///< of a list
  bool is_loose = false;                ///< from the environment or a flag: any kind was written as text
  std::vector<table_field> fields = {}; ///< of a table; a list of tables comes one by one
};

struct setting {
  std::string key;     ///< "relay.url"
  std::string allowed; ///< "a whole number, 1 to 1000"
  std::string about;
  /// Checks and takes it; what is wrong with it is the error's message, in the words of `allowed`.
  std::function<result<void>(engine_settings&, const setting_value&)> set;
  /// As it would stand in the file. Passwords are not shown.
  std::function<std::string(const engine_settings&)> get;
  /// The same as JSON, where that is not what the file takes.
  std::function<std::string(const engine_settings&)> get_json = {};
};

const std::vector<setting>& settings_table();

/// Nothing if there is no such key.
const setting* find_setting(std::string_view key);

/// A key of one of several relays, "relays.NAME.url", taken apart: the relay's name and the setting of `[relay]` that
/// means the same. Nothing for other keys, names that cannot be and settings that there are not.
struct named_relay_key {
  std::string name;
  const setting* which = nullptr;
};
std::optional<named_relay_key> find_named_relay_setting(std::string_view key);

/// Calls `visit` with these settings where the relay of that name stands in the place of `[relay]`: so each setting of
/// `[relay]` is one of it, too. It is made where there is none.
template <class Settings, class Visit>
auto with_named_relay(Settings& all, std::string_view name, Visit&& visit) {
  auto& relays = all.node.relays;
  auto found = std::ranges::find(relays, name, &relay_settings::name);
  if (found == relays.end()) {
    relay_settings made;
    made.name = name;
    made.url.clear();
    relays.push_back(std::move(made));
    found = relays.end() - 1;
  }
  const auto place = static_cast<std::size_t>(found - relays.begin());
  std::swap(all.node.relay, relays[place]);
  auto done = visit(all);
  std::swap(all.node.relay, relays[place]);
  return done;
}

/// "SLUICE_RELAY_URL" for "relay.url".
std::string variable_name(const setting& which);
std::string variable_name_of(std::string_view key);

/// The known key that is most like it; empty when none is near.
std::string nearest_key(std::string_view key);

/// How many letters must be changed, added or left out to get from one to the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

} // namespace sluice::cli
