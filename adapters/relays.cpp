#include "adapters/relays.hpp"

#include "adapters/maildir/maildir_relay.hpp"
#include "adapters/null/null_relay.hpp"
#include "adapters/smtp/smtp_relay.hpp"

#include <random>

namespace sluice {

namespace {

std::function<double()> random_jitter() {
  return [engine = std::minstd_rand{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{}(engine);
  };
}

result<std::unique_ptr<relay>> make_smtp(const relay_settings& settings) {
  auto server = parse_smtp_url(settings.url);
  if (!server)
    return std::unexpected(server.error());
  return make_smtp_relay(std::move(*server), settings, {.jitter = random_jitter()});
}

result<std::unique_ptr<relay>> make_maildir(const relay_settings& settings) {
  const auto folder = settings.url.substr(settings.url.find(':') + 1);
  if (folder.empty())
    return failure(error_code::invalid_input, "the relay's URL names no folder; expected maildir:PATH");
  return make_maildir_relay(folder, settings, {.jitter = random_jitter()});
}

} // namespace

result<std::unique_ptr<relay>> make_relay(const relay_settings& settings) {
  const auto scheme = settings.url.substr(0, settings.url.find(':'));
  const auto has_scheme = scheme.size() < settings.url.size();
  if (has_scheme && (scheme == "smtp" || scheme == "smtps"))
    return make_smtp(settings);
  if (has_scheme && scheme == "maildir")
    return make_maildir(settings);
  if (settings.url == "null:")
    return make_null_relay(settings);
  if (has_scheme && (scheme == "https" || scheme == "http"))
    return failure(error_code::invalid_input, "webhook relays (https://) are not there yet; use "
                                              "smtp://host:port, smtps://host, maildir:PATH or null:");
  return failure(error_code::invalid_input,
                 "the relay's URL is of no known kind; expected smtp://[user:password@]host:port, "
                 "smtps://host, maildir:PATH or null:");
}

} // namespace sluice
