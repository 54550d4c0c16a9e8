#include "adapters/relays.hpp"

#include "adapters/maildir/maildir_relay.hpp"
#include "adapters/null/null_relay.hpp"
#include "adapters/smtp/secret_file.hpp"
#include "adapters/smtp/smtp_relay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace sluice {

namespace {

std::function<double()> random_jitter() {
  return [engine = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{}(engine);
  };
}

enum class relay_kind : std::uint8_t { smtp, maildir, null };

result<relay_kind> kind_of(const std::string& url) {
  const auto scheme = url.substr(0, url.find(':'));
  const auto has_scheme = scheme.size() < url.size();
  if (has_scheme && (scheme == "smtp" || scheme == "smtps"))
    return relay_kind::smtp;
  if (has_scheme && scheme == "maildir") {
    if (url.size() == scheme.size() + 1)
      return failure(error_code::invalid_input, "the relay's URL names no folder; expected maildir:PATH");
    return relay_kind::maildir;
  }
  if (url == "null:")
    return relay_kind::null;
  if (has_scheme && (scheme == "https" || scheme == "http"))
    return failure(error_code::invalid_input, "webhook relays (https://) are not there yet; use "
                                              "smtp://host:port, smtps://host, maildir:PATH or null:");
  return failure(error_code::invalid_input,
                 "the relay's URL is of no known kind; expected smtp://[user:password@]host:port, "
                 "smtps://host, maildir:PATH or null:");
}

/// The URL with the password that stands beside it, if there is one.
result<smtp_url> server_of(const relay_settings& settings) {
  auto server = parse_smtp_url(settings.url);
  if (!server)
    return server;
  auto password = settings.password;
  if (!settings.password_file.empty()) {
    auto read = read_secret_file(settings.password_file);
    if (!read)
      return failure(error_code::invalid_input, "the relay's password_file: " + read.error().message);
    password = std::move(*read);
  }
  if (password.empty())
    return server;
  if (server->user.empty())
    return failure(error_code::invalid_input,
                   "there is a password for the relay and its URL names no user; expected smtp://user@host");
  if (password.find('\0') != std::string::npos)
    return failure(error_code::invalid_input, "the relay's password cannot hold a NUL");
  server->password = std::move(password);
  return server;
}

result<std::unique_ptr<relay>> make_smtp(const relay_settings& settings) {
  auto server = server_of(settings);
  if (!server)
    return std::unexpected(server.error());
  return make_smtp_relay(std::move(*server), settings, {.jitter = random_jitter()});
}

result<std::unique_ptr<relay>> make_maildir(const relay_settings& settings) {
  const auto folder = settings.url.substr(settings.url.find(':') + 1);
  return make_maildir_relay(folder, settings, {.jitter = random_jitter()});
}

} // namespace

result<std::unique_ptr<relay>> make_relay(const relay_settings& settings) {
  const auto kind = kind_of(settings.url);
  if (!kind)
    return std::unexpected(kind.error());
  switch (*kind) {
  case relay_kind::smtp:
    return make_smtp(settings);
  case relay_kind::maildir:
    return make_maildir(settings);
  case relay_kind::null:
    break;
  }
  return make_null_relay(settings);
}

result<void> check_relay_url(const std::string& url) {
  const auto kind = kind_of(url);
  if (!kind)
    return std::unexpected(kind.error());
  if (*kind == relay_kind::smtp)
    if (const auto read = parse_smtp_url(url); !read)
      return std::unexpected(read.error());
  return {};
}

std::string without_password(std::string_view url) {
  const auto start = url.find("://");
  if (start == std::string_view::npos)
    return std::string{url};
  const auto authority = url.substr(start + 3, url.substr(start + 3).find('/'));
  const auto at = authority.rfind('@');
  const auto colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
    return std::string{url};
  return fmt::format("{}***{}", url.substr(0, start + 3 + colon + 1), url.substr(start + 3 + at));
}

std::vector<relay_view> relays_of(node& engine) {
  auto all = engine.relays();
  const auto& settings = engine.settings();
  for (auto& one : all) {
    const auto named = std::ranges::find(settings.relays, one.name, &relay_settings::name);
    one.url = without_password(named == settings.relays.end() ? settings.relay.url : named->url);
  }
  return all;
}

} // namespace sluice
