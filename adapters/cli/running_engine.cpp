#include "adapters/cli/running_engine.hpp"

#include "adapters/cli/open_files.hpp"
#include "adapters/cli/private_file.hpp"
#include "adapters/cli/token_file.hpp"
#include "adapters/http/http_server.hpp"
#include "adapters/relays.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>

namespace sluice::cli {
namespace {

/// What the moderation settings come to when all of it is switched off.
moderation_settings without_checks(moderation_settings settings) {
  settings.first_campaigns = 0;
  settings.role_addresses_percent_max = 100;
  settings.requires_unsubscribe = false;
  settings.audience_growth_max = 0;
  settings.suspicious_patterns.clear();
  return settings;
}

/// The limits that leave the store and the relay the files and connections that they need, however many clients come.
connection_limits within(std::size_t open_files_max, connection_limits wanted) {
  wanted.in_all = std::min(wanted.in_all, open_files_max / 2);
  wanted.for_commands = std::min(wanted.for_commands, wanted.in_all / 4);
  wanted.closing = std::min(wanted.closing, open_files_max / 16);
  return wanted;
}

/// What the house's log has of a start. Passwords are shown nowhere.
house::engine_started start_of(const configuration& with) {
  static const engine_settings defaults;
  house::engine_started start{.version = SLUICE_VERSION, .relays = {}, .settings = {}};
  const auto& node = with.settings.node;
  if (!node.relay.url.empty())
    start.relays.push_back({{}, without_password(node.relay.url)});
  for (const auto& one : node.relays)
    start.relays.push_back({one.name, without_password(one.url)});
  for (const auto& [key, from] : with.sources)
    if (const auto* const one = find_setting(key);
        one != nullptr && one->get(with.settings) != one->get(defaults))
      start.settings.push_back({key, one->get(with.settings)});
  return start;
}

std::string url_of(const listen_address& where, std::uint16_t port) {
  const bool is_v6 = where.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", where.is_tls ? "https" : "http",
                     is_v6 ? fmt::format("[{}]", where.host) : where.host, port);
}

} // namespace

namespace {

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("node");
}

} // namespace

outcome<std::unique_ptr<running_engine>> running_engine::start(const configuration& with, page_files page) {
  const auto where = parse_listen(with.settings.listen);
  if (!where)
    return std::unexpected(where.error());
  auto settings = with.settings.node;
  if (!with.settings.moderation_enabled)
    settings.moderation = without_checks(std::move(settings.moderation));
  auto http = with.settings.http;
  http.address = where->host;
  http.port = where->port;
  http.is_tls = where->is_tls;
  http.page = page;
  http.connections = within(raise_open_files_limit(), http.connections);
  if (auto checked = check(http.oidc); !checked)
    return refusal(checked.error());
  if (auto free = http_server::can_listen(http); !free)
    return refusal(free.error());
  if (!with.settings.data_shared)
    if (auto is_private = check_is_private(settings.data_folder); !is_private)
      return std::unexpected(is_private.error());
  std::unique_ptr<running_engine> made(new running_engine);
  settings.start = start_of(with);
  const auto is_shared = !settings.store.empty() && is_shared_store(settings.store);
  if (!settings.store.empty() && !is_shared)
    return refusal(
        {error_code::invalid_input,
         "store.url is for a database that engines share (postgresql://…); a folder is named by data"});
  if (settings.shared.node.empty())
    settings.shared.node = machine_name();
  auto opened = node::open(settings, make_relay);
  if (!opened)
    return refusal(opened.error());
  made->node_ = std::move(*opened);
  // Each engine has a token of its own for its machine: another's must not be rotated away.
  const auto token_name = is_shared ? fmt::format("{} at {}", local_token_name, settings.shared.node)
                                    : std::string{local_token_name};
  auto token =
      keep_token_file(made->node_->store().tokens(), settings.data_folder, made->node_->now(), token_name);
  if (!token)
    return std::unexpected(token.error());
  made->token_ = std::move(*token);
  auto listening = http_server::start(*made->node_, http);
  if (!listening)
    return refusal(listening.error());
  made->http_ = std::move(*listening);
  made->url_ = url_of(*where, made->http_->port());
  auto address = engine_address::publish(settings.data_folder, made->url_);
  if (!address)
    return std::unexpected(address.error());
  made->address_ = std::move(*address);
  return made;
}

running_engine::~running_engine() {
  stop();
}

void running_engine::stop() {
  if (http_)
    http_->stop();
  http_.reset();
  if (node_)
    node_->stop();
}

} // namespace sluice::cli
