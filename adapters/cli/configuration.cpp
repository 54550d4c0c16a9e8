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
constexpr std::array other_variables{"SLUICE_URL", "SLUICE_TOKEN", "SLUICE_CONFIG", "SLUICE_CACERT"};
/// A variable as near as this to one of ours is a slip of the pen, not somebody else's.
constexpr std::size_t slip_distance_max = 2;

/// What the key may have been meant for; empty when nothing is near.
std::string nearest_setting(std::string_view key) {
  constexpr std::string_view begin = "relays.";
  const auto dot = key.starts_with(begin) ? key.find('.', begin.size()) : std::string_view::npos;
  if (dot == std::string_view::npos)
    return nearest_key(key);
  const auto name = key.substr(0, dot);
  if (!find_named_relay_setting(fmt::format("{}.url", name)))
    return "relays.NAME.url, with a name of a-z, 0-9 and -";
  const auto nearest = nearest_key(fmt::format("relay{}", key.substr(dot)));
  return nearest.starts_with("relay.") ? fmt::format("{}{}", name, nearest.substr(5)) : nearest;
}

outcome<void> apply_to_relay(configuration& into,
                             const std::string& place,
                             const named_relay_key& key,
                             const std::string& written,
                             const setting_value& value) {
  const auto taken = with_named_relay(into.settings, key.name, [&](engine_settings& as_the_one) {
    return key.which->set(as_the_one, value);
  });
  if (!taken)
    return fail(exit_code::usage, fmt::format("{}: {}: {}; it takes {}", place, written,
                                              taken.error().message, key.which->allowed));
  into.sources[written] = place;
  return {};
}

/// Puts one value in force. `place` is where it was written: "sluice.toml:4".
outcome<void>
apply(configuration& into, const std::string& place, std::string_view key, const setting_value& value) {
  if (const auto of_one = find_named_relay_setting(key))
    return apply_to_relay(into, place, *of_one, std::string{key}, value);
  const auto* known = find_setting(key);
  if (known == nullptr) {
    const auto nearest = nearest_setting(key);
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

/// "relays.second.password_file" for "SLUICE_RELAYS_SECOND_PASSWORD_FILE". A name's "-" is "_" there.
std::optional<std::string> key_of_named_variable(std::string_view name) {
  constexpr std::string_view begin = "SLUICE_RELAYS_";
  constexpr std::string_view begin_of_one = "SLUICE_RELAY_";
  if (!name.starts_with(begin))
    return std::nullopt;
  const auto rest = name.substr(begin.size());
  std::optional<std::string> found;
  std::size_t longest = 0;
  for (const auto& each : settings_table()) {
    const auto variable = variable_name(each);
    if (!variable.starts_with(begin_of_one))
      continue;
    const auto what = std::string_view{variable}.substr(begin_of_one.size() - 1); // with the "_" before it
    if (what.size() < longest || !rest.ends_with(what) || rest.size() == what.size())
      continue;
    auto relay = std::string{rest.substr(0, rest.size() - what.size())};
    for (auto& c : relay)
      c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    longest = what.size();
    found = fmt::format("relays.{}{}", relay, std::string_view{each.key}.substr(each.key.find('.')));
  }
  return found;
}

outcome<void> apply_environment(configuration& into, const environment& variables) {
  for (const auto& [name, text] : variables) {
    if (!name.starts_with("SLUICE_") || std::ranges::find(other_variables, name) != other_variables.end())
      continue;
    const auto& table = settings_table();
    const auto known =
        std::ranges::find_if(table, [&](const setting& each) { return variable_name(each) == name; });
    const auto of_relay = key_of_named_variable(name);
    const auto done = known != table.end() ? apply(into, name, known->key, loose(text))
                      : of_relay           ? apply(into, name, *of_relay, loose(text))
                                           : judge_unknown(into, name);
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

/// "relay.url", or "relays.NAME.url" of one of several.
std::string key_of(const relay_settings& of, std::string_view what) {
  return of.name.empty() ? fmt::format("relay.{}", what) : fmt::format("relays.{}.{}", of.name, what);
}

/// The ways in which a relay's password and token can be said: one of each at most, and all with a user. Relays that
/// nobody logs in to pass them over.
outcome<void> check_login(const configuration& all, const relay_settings& relay) {
  const auto one_of_two = [&](std::string_view first, std::string_view other) {
    return wrong_together(all, key_of(relay, first),
                          fmt::format("is set, and {} too: one of the two", key_of(relay, other)));
  };
  if (!relay.password.empty() && !relay.password_file.empty())
    return one_of_two("password_file", "password");
  if (!relay.token_command.empty() && !relay.token_file.empty())
    return one_of_two("token_file", "token_command");
  const auto server = parse_smtp_url(relay.url);
  if (!server)
    return {};
  const std::array<std::pair<std::string_view, const std::string*>, 4> said{
      {{"password", &relay.password},
       {"password_file", &relay.password_file},
       {"token_file", &relay.token_file},
       {"token_command", &relay.token_command}}};
  for (const auto& [what, value] : said) {
    if (value->empty())
      continue;
    if (server->user.empty())
      return wrong_together(
          all, key_of(relay, what),
          fmt::format("is set, and {} names no user: smtp://user@host", key_of(relay, "url")));
    if (!server->password.empty() && what.starts_with("password"))
      return wrong_together(
          all, key_of(relay, what),
          fmt::format("is set, and {} has a password too: one of the two", key_of(relay, "url")));
  }
  return {};
}

outcome<void> check_relay(const configuration& all, const relay_settings& relay) {
  if (auto right = check_login(all, relay); !right)
    return right;
  if (relay.reconnect_delay_first > relay.reconnect_delay_max)
    return wrong_together(all, key_of(relay, "reconnect_delay_first"),
                          fmt::format("is longer than {}", key_of(relay, "reconnect_delay_max")));
  return {};
}

/// Where relays have names, `[relay]` is there only if it has a URL.
outcome<void> check_relays(const configuration& all) {
  const auto& node = all.settings.node;
  if (!node.relay.url.empty())
    if (auto right = check_relay(all, node.relay); !right)
      return right;
  auto has_primary = !node.relay.url.empty() && !node.relay.share.is_standby;
  for (const auto& one : node.relays) {
    if (one.url.empty())
      return fail(exit_code::usage, fmt::format("[relays.{}] has no url", one.name));
    if (auto right = check_relay(all, one); !right)
      return right;
    has_primary = has_primary || !one.share.is_standby;
  }
  if (!has_primary)
    return fail(exit_code::usage, "every relay is a standby: one at least is to take letters by itself");
  if (node.relay.url.empty())
    for (const auto& [key, place] : all.sources)
      if (key.starts_with("relay."))
        return fail(
            exit_code::usage,
            fmt::format("{}: {} is set, and relay.url is not: settings of the relays that have names stand "
                        "under [relays.NAME]",
                        place, key));
  return {};
}

/// Values that are each right and do not go together.
outcome<void> check_together(const configuration& all) {
  const auto& node = all.settings.node;
  if (auto right = check_relays(all); !right)
    return right;
  const auto& http = all.settings.http;
  const auto has_tls = parse_listen(all.settings.listen)->is_tls;
  if (has_tls && (http.tls_certificate.empty() || http.tls_key.empty()))
    return wrong_together(all, "listen", "is https://, which needs http.tls_certificate and http.tls_key");
  if (!has_tls && !(http.tls_certificate.empty() && http.tls_key.empty()))
    return wrong_together(all, http.tls_certificate.empty() ? "http.tls_key" : "http.tls_certificate",
                          "is set, and listen is not https://ADDRESS:PORT");
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
    const auto of_one = find_named_relay_setting(flag.key);
    if (flag.key == relay_password_key || (of_one && of_one->which->key == relay_password_key))
      return fail(
          exit_code::usage,
          fmt::format(
              "{}: {} is not taken from the command line, where every user of the machine can read it; "
              "set {} or {}_file",
              flag.flag, flag.key, variable_name_of(flag.key), flag.key));
    if (const auto taken = apply(all, flag.flag, flag.key, loose(flag.text)); !taken)
      return std::unexpected(taken.error());
  }
  // The embedded default lies beside the store, wherever that is.
  if (!all.sources.contains("relay.url") && !all.settings.node.relays.empty())
    all.settings.node.relay.url.clear();
  else if (!all.sources.contains("relay.url"))
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

namespace {

struct shown_setting {
  std::string key;
  std::string value;
  std::string source;
};

/// All that is in force. Settings of `[relay]` only where it is there.
std::vector<shown_setting> shown_settings(const configuration& from, bool as_json) {
  std::vector<shown_setting> all;
  const auto add = [&](const engine_settings& settings, const setting& each, std::string key) {
    const auto& get = as_json && each.get_json ? each.get_json : each.get;
    auto source = source_of(from, key);
    all.push_back({std::move(key), get(settings), std::move(source)});
  };
  const auto is_of_relay = [](const setting& each) { return each.key.starts_with("relay."); };
  for (const auto& each : settings_table())
    if (!is_of_relay(each) || !from.settings.node.relay.url.empty())
      add(from.settings, each, each.key);
  auto settings = from.settings;
  for (const auto& relay : from.settings.node.relays)
    with_named_relay(settings, relay.name, [&](const engine_settings& as_the_one) {
      for (const auto& each : settings_table())
        if (is_of_relay(each))
          add(as_the_one, each, key_of(relay, std::string_view{each.key}.substr(each.key.find('.') + 1)));
      return true;
    });
  return all;
}

} // namespace

std::string configuration_words(const configuration& from) {
  const auto all = shown_settings(from, false);
  std::size_t width = 0;
  for (const auto& one : all)
    width = std::max(width, display_width(fmt::format("{} = {}", one.key, one.value)));
  width = std::min<std::size_t>(width, 60);
  std::string words;
  for (const auto& one : all)
    words += fmt::format("{}  # {}\n", padded(fmt::format("{} = {}", one.key, one.value), width), one.source);
  return words;
}

std::string configuration_json(const configuration& from) {
  std::string words = "[";
  for (const auto& one : shown_settings(from, true))
    words += fmt::format("{}\n  {{\"key\": {}, \"value\": {}, \"from\": {}}}", words.size() > 1 ? "," : "",
                         toml_text(one.key), one.value, toml_text(one.source));
  return words + "\n]\n";
}

outcome<listen_address> parse_listen(const std::string& said) {
  const auto wrong = fail(
      exit_code::usage,
      fmt::format(
          "\"{}\" is not ADDRESS:PORT, like 127.0.0.1:8025 or [::1]:8025, perhaps with https:// before it",
          shown(said)));
  listen_address found;
  found.is_tls = said.starts_with("https://");
  const auto text = said.substr(found.is_tls ? 8 : said.starts_with("http://") ? 7 : 0);
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return wrong;
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
