#include "adapters/cli/configuration.hpp"

#include "adapters/cli/setting_values.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/cli/toml_file.hpp"
#include "adapters/smtp/smtp_url.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::cli {
namespace {

/// Variables of the command line that are no settings of the engine.
constexpr std::array other_variables{"SLUICE_URL", "SLUICE_TOKEN", "SLUICE_CONFIG"};
/// A variable as near as this to one of ours is a slip of the pen, not somebody else's.
constexpr std::size_t slip_distance_max = 2;

/// Puts one value in force. `place` is where it was written: "sluice.toml:4".
outcome<void>
apply(configuration& into, const std::string& place, std::string_view key, const setting_value& value) {
  const auto* known = find_setting(key);
  if (known == nullptr) {
    const auto nearest = nearest_key(key);
    return fail(exit_code::usage,
                fmt::format("{}: there is no setting {}{} (sluice serve --print-config lists all)", place,
                            shown(key),
                            nearest.empty() ? std::string{} : fmt::format("; did you mean {}?", nearest)));
  }
  if (const auto taken = known->set(into.settings, value); !taken)
    return fail(exit_code::usage, fmt::format("{}: {}: {}; it takes {}", place, known->key,
                                              taken.error().message, known->allowed));
  into.sources[known->key] = place;
  return {};
}

outcome<void> apply_file(configuration& into, const configuration_file& file) {
  const auto entries = read_toml(file.text, file.name);
  if (!entries)
    return fail(exit_code::usage, entries.error().message);
  for (const auto& entry : *entries)
    if (const auto taken = apply(into, fmt::format("{}:{}", file.name, entry.line), entry.key, entry.value);
        !taken)
      return taken;
  return {};
}

setting_value loose(std::string text) {
  return {.kind = value_kind::text, .text = std::move(text), .items = {}, .is_loose = true};
}

/// A variable SLUICE_… that is no setting: a slip stops the start, what is farther off is only told, because
/// other programs may have put it there (Kubernetes does, for a service of that name).
outcome<void> judge_unknown(configuration& into, const std::string& name) {
  std::string nearest;
  auto distance = std::string::npos;
  for (const auto& each : settings_table()) {
    const auto candidate = edit_distance(name, variable_name(each));
    if (candidate < distance) {
      distance = candidate;
      nearest = variable_name(each);
    }
  }
  const auto words = fmt::format("environment: {} is no setting; did you mean {}?", shown(name), nearest);
  if (distance <= slip_distance_max)
    return fail(exit_code::usage, words);
  into.warnings.push_back(fmt::format("environment: {} is no setting and is passed over", shown(name)));
  return {};
}

outcome<void> apply_environment(configuration& into, const environment& variables) {
  for (const auto& [name, text] : variables) {
    if (!name.starts_with("SLUICE_") || std::ranges::find(other_variables, name) != other_variables.end())
      continue;
    const auto& table = settings_table();
    const auto known =
        std::ranges::find_if(table, [&](const setting& each) { return variable_name(each) == name; });
    const auto done =
        known == table.end() ? judge_unknown(into, name) : apply(into, name, known->key, loose(text));
    if (!done)
      return done;
  }
  return {};
}

outcome<void> wrong_together(const configuration& all, std::string_view first, std::string_view words) {
  const auto source = all.sources.find(std::string{first});
  return fail(exit_code::usage,
              fmt::format("{}: {} {}", source == all.sources.end() ? std::string{"default"} : source->second,
                          first, words));
}

/// The ways in which a relay's password and token can be said: one of each at most, and all with a user. Relays that
/// nobody logs in to pass them over.
outcome<void> check_login(const configuration& all) {
  const auto& relay = all.settings.node.relay;
  if (!relay.password.empty() && !relay.password_file.empty())
    return wrong_together(all, "relay.password_file", "is set, and relay.password too: one of the two");
  if (!relay.token_command.empty() && !relay.token_file.empty())
    return wrong_together(all, "relay.token_file", "is set, and relay.token_command too: one of the two");
  const auto server = parse_smtp_url(relay.url);
  if (!server)
    return {};
  for (const auto* key :
       {relay_password_key, "relay.password_file", "relay.token_file", "relay.token_command"}) {
    if (find_setting(key)->get(all.settings) == toml_text(""))
      continue;
    if (server->user.empty())
      return wrong_together(all, key, "is set, and relay.url names no user: smtp://user@host");
    if (!server->password.empty() && std::string_view{key}.starts_with(relay_password_key))
      return wrong_together(all, key, "is set, and relay.url has a password too: one of the two");
  }
  return {};
}

/// Values that are each right and do not go together.
outcome<void> check_together(const configuration& all) {
  const auto& node = all.settings.node;
  if (auto right = check_login(all); !right)
    return right;
  if (node.relay.reconnect_delay_first > node.relay.reconnect_delay_max)
    return wrong_together(all, "relay.reconnect_delay_first", "is longer than relay.reconnect_delay_max");
  if (node.retry.delay_first > node.retry.delay_max)
    return wrong_together(all, "retry.delay_first", "is longer than retry.delay_max");
  if (node.suspicion.outcomes_min > node.suspicion.window)
    return wrong_together(all, "suspicion.outcomes_min", "is more than suspicion.window");
  return {};
}

std::string source_of(const configuration& from, const std::string& key) {
  const auto found = from.sources.find(key);
  return found == from.sources.end() ? std::string{"default"} : found->second;
}

} // namespace

outcome<configuration> configure(const std::optional<configuration_file>& file,
                                 const environment& variables,
                                 const std::vector<flag_value>& flags) {
  configuration all;
  if (all.settings.node.moderation.free_mail_domains.empty())
    all.settings.node.moderation.free_mail_domains = default_free_mail_domains();
  if (file)
    if (const auto taken = apply_file(all, *file); !taken)
      return std::unexpected(taken.error());
  if (const auto taken = apply_environment(all, variables); !taken)
    return std::unexpected(taken.error());
  for (const auto& flag : flags) {
    if (flag.key == relay_password_key)
      return fail(
          exit_code::usage,
          fmt::format(
              "{}: {} is not taken from the command line, where every user of the machine can read it; "
              "set {} or relay.password_file",
              flag.flag, flag.key, variable_name(*find_setting(relay_password_key))));
    if (const auto taken = apply(all, flag.flag, flag.key, loose(flag.text)); !taken)
      return std::unexpected(taken.error());
  }
  // The embedded default lies beside the store, wherever that is.
  if (!all.sources.contains("relay.url"))
    all.settings.node.relay.url =
        fmt::format("maildir:{}", (all.settings.node.data_folder / "maildir").string());
  if (const auto good = check_together(all); !good)
    return std::unexpected(good.error());
  return all;
}

outcome<flag_value> parse_assignment(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fail(exit_code::usage, fmt::format("--set takes KEY=VALUE, not \"{}\"", shown(text)));
  return flag_value{"--set", text.substr(0, equals), text.substr(equals + 1)};
}

std::string configuration_words(const configuration& from) {
  std::size_t width = 0;
  for (const auto& each : settings_table())
    width = std::max(width, display_width(fmt::format("{} = {}", each.key, each.get(from.settings))));
  width = std::min<std::size_t>(width, 60);
  std::string words;
  for (const auto& each : settings_table())
    words +=
        fmt::format("{}  # {}\n", padded(fmt::format("{} = {}", each.key, each.get(from.settings)), width),
                    source_of(from, each.key));
  return words;
}

std::string configuration_json(const configuration& from) {
  std::string words = "[";
  for (const auto& each : settings_table()) {
    const auto& get = each.get_json ? each.get_json : each.get;
    words += fmt::format("{}\n  {{\"key\": {}, \"value\": {}, \"from\": {}}}", words.size() > 1 ? "," : "",
                         toml_text(each.key), get(from.settings), toml_text(source_of(from, each.key)));
  }
  return words + "\n]\n";
}

outcome<listen_address> parse_listen(const std::string& text) {
  const auto wrong =
      fail(exit_code::usage,
           fmt::format("\"{}\" is not ADDRESS:PORT, like 127.0.0.1:8025 or [::1]:8025", shown(text)));
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return wrong;
  listen_address found;
  found.host = text.substr(0, colon);
  if (found.host.starts_with('[') != found.host.ends_with(']') ||
      (!found.host.starts_with('[') && found.host.find(':') != std::string::npos))
    return wrong;
  if (found.host.starts_with('['))
    found.host = found.host.substr(1, found.host.size() - 2);
  const auto* end = text.data() + text.size();
  const auto port = std::from_chars(text.data() + colon + 1, end, found.port);
  if (found.host.empty() || port.ec != std::errc{} || port.ptr != end)
    return wrong;
  if (found.host == "localhost")
    found.host = "127.0.0.1";
  boost::system::error_code fault;
  const auto address = boost::asio::ip::make_address(found.host, fault);
  if (fault)
    return wrong;
  found.is_loopback = address.is_loopback();
  return found;
}

} // namespace sluice::cli
