// The part of a session that proves who we are: AUTH (RFC 4954), by one mechanism after another until the server
// knows one.

#include "adapters/smtp/smtp_connection.hpp"
#include "adapters/smtp/smtp_login.hpp"
#include "messages/base64.hpp"

#include <fmt/ranges.h>

#include <optional>
#include <utility>

namespace sluice {

namespace {

/// RFC 5321 section 4.5.3.1.4: a command line's length; what is longer goes in an answer to 334.
constexpr std::size_t command_bytes_max = 512;
constexpr std::uint16_t code_of_success = 235;
constexpr std::uint16_t code_of_challenge = 334;
constexpr std::uint16_t code_of_refusal = 535;

/// The mechanism was refused, not the login (RFC 4954 section 6): another may do.
bool is_about_mechanism(const reply& said) {
  switch (said.code) {
  case 500: // a command that it does not know
  case 502:
  case 504: // a mechanism that it does not know
  case 534: // one that is too weak
    return true;
  default:
    return said.code / 100 == 5 &&
           (said.enhanced == "5.5.4" || said.enhanced == "5.7.4" || said.enhanced == "5.7.9");
  }
}

notice login_failed(const std::string& mechanism, const error& why) {
  return notice{"login_failed", {{"mechanism", mechanism}, {"fault", why.message}}};
}

bool is_token_mechanism(std::string_view mechanism) {
  return mechanism == "OAUTHBEARER" || mechanism == "XOAUTH2";
}

} // namespace

result<void> smtp_connection::check_login_is_safe() {
  boost::system::error_code ignored; // then it is not loopback
  const auto is_loopback = stream_.socket().remote_endpoint(ignored).address().is_loopback();
  if (may_send_password(profile_.server, stream_.is_tls(), is_loopback))
    return {};
  return trouble(notice{"login_without_tls"});
}

task<result<void>> smtp_connection::log_in() {
  if (auto safe = check_login_is_safe(); !safe)
    co_return safe;
  const auto& server = profile_.server;
  login_identity who{server.user, server.password, {}, server.host, server.port, stream_.binding()};
  const auto has_token = profile_.tokens != nullptr;
  const auto mechanisms =
      login_mechanisms(offers_.auth, {.has_password = !has_token || !server.password.empty(),
                                      .has_token = has_token,
                                      .is_tls = stream_.is_tls(),
                                      .has_binding = who.binding.type != channel_binding::kind::none});
  if (mechanisms.empty()) {
    notice none{"login_not_offered"};
    if (!offers_.auth.empty())
      none.add({"offered", fmt::format("{}", fmt::join(offers_.auth, ", "))});
    co_return trouble(std::move(none));
  }
  for (std::optional<std::size_t> at = 0; at;) {
    auto next = co_await log_in_by(mechanisms, *at, who);
    if (!next)
      co_return std::unexpected(next.error());
    at = *next;
  }
  co_return result<void>{};
}

/// Nothing when we are in; or which mechanism is to be tried instead.
task<result<std::optional<std::size_t>>>
smtp_connection::log_in_by(const std::vector<std::string>& mechanisms, std::size_t at, login_identity& who) {
  const auto& mechanism = mechanisms[at];
  const auto uses_token = is_token_mechanism(mechanism);
  if (uses_token && who.token.empty()) {
    auto token = co_await fetch_token({});
    if (!token)
      co_return std::unexpected(token.error());
    who.token = std::move(*token);
  }
  for (auto may_renew = uses_token;; may_renew = false) {
    auto begun = begin_login(mechanism, who);
    if (!begun)
      co_return trouble(login_failed(mechanism, begun.error()));
    const std::shared_ptr<login_exchange> exchange = std::move(*begun);
    const auto said = co_await converse(mechanism, exchange);
    if (!said)
      co_return std::unexpected(said.error());
    if (said->code == code_of_success && !exchange->is_proven())
      co_return trouble(notice{"login_unproven", {{"mechanism", mechanism}}});
    if (said->code == code_of_success)
      co_return std::optional<std::size_t>{};
    if (is_about_mechanism(*said) && at + 1 < mechanisms.size())
      co_return std::optional(at + 1);
    if (said->code == code_of_refusal)
      if (const auto next = next_after_refusal(mechanisms, at))
        co_return next;
    notice refused{"login_refused", {{"mechanism", mechanism}, {"reply", to_line(*said)}}};
    if (const auto& detail = exchange->refusal(); !detail.empty())
      refused.add({"detail", to_reply({code_of_challenge, detail}).text});
    // A token may have ended since it was fetched: one that is newer is tried at once, in the same session.
    if (may_renew && said->code / 100 == 5) {
      auto newer = co_await fetch_token(who.token);
      if (newer && *newer != who.token) {
        who.token = std::move(*newer);
        continue;
      }
    }
    co_return trouble(std::move(refused));
  }
}

/// Says what the mechanism has to say until the server has made up its mind; its last reply.
task<result<reply>> smtp_connection::converse(const std::string& mechanism,
                                              std::shared_ptr<login_exchange> exchange) {
  const auto timeout = profile_.settings.command_timeout;
  auto command = "AUTH " + mechanism;
  std::optional<std::string> first;
  if (exchange->speaks_first()) {
    auto response = co_await respond(exchange, {});
    if (!response)
      co_return trouble(login_failed(mechanism, response.error()));
    first = to_base64(*response);
    if (command.size() + 1 + first->size() + 2 <= command_bytes_max)
      command += " " + *std::exchange(first, std::nullopt);
  }
  std::string challenge;
  auto said = co_await ask(std::move(command), timeout, &challenge);
  while (said && said->code == code_of_challenge) {
    if (first) {
      said = co_await ask(*std::exchange(first, std::nullopt), timeout, &challenge);
      continue;
    }
    // LOGIN's challenges are for people, and some servers write them in clear.
    auto bytes = mechanism == "LOGIN" ? result<std::string>(challenge) : from_login_base64(challenge);
    if (bytes)
      bytes = co_await respond(exchange, std::move(*bytes));
    if (!bytes) {
      auto failed = login_failed(mechanism, bytes.error());
      failed.add({"reply", to_line(*said)});
      static_cast<void>(co_await ask("*", timeout)); // RFC 4954 section 4: gives up
      co_return trouble(std::move(failed));
    }
    said = co_await ask(to_base64(*bytes), timeout, &challenge);
  }
  co_return said;
}

task<result<std::string>> smtp_connection::respond(std::shared_ptr<login_exchange> exchange,
                                                   std::string challenge) {
  if (!exchange->is_slow())
    co_return exchange->respond(challenge);
  aside_work work = [exchange, challenge = std::move(challenge)] { return exchange->respond(challenge); };
  co_return co_await await_aside(std::move(work), profile_.settings.command_timeout);
}

task<result<std::string>> smtp_connection::await_aside(aside_work work, milliseconds time_max) {
  // The answer may come when nobody waits for it any more, or never.
  const auto answer = std::make_shared<std::optional<result<std::string>>>();
  host_.run_aside(std::move(work), [answer, who = weak_from_this()](result<std::string> got) {
    *answer = std::move(got);
    if (const auto self = who.lock())
      self->wake();
  });
  set_deadline_in(time_max);
  while (!*answer) {
    co_await at_pause_.pause();
    if (has_timed_out_ || is_over_)
      co_return failure(error_code::unavailable, "no answer in time");
  }
  co_return std::move(**answer);
}

task<result<std::string>> smtp_connection::fetch_token(std::string refused) {
  // The source has a limit of its own, and this connection may have to wait for another's to pass first.
  const auto time_max = 2 * profile_.settings.token_timeout;
  aside_work work = [tokens = profile_.tokens, refused = std::move(refused)] { return tokens->get(refused); };
  auto token = co_await await_aside(std::move(work), time_max);
  if (!token)
    co_return trouble(notice{"login_without_token", {{"fault", token.error().message}}});
  co_return token;
}

} // namespace sluice
