#pragma once
// How a relay's URL becomes a relay. Adapters register their scheme here, in one place (adapters/relays.cpp).

#include "actors/core/reply_policy.hpp"
#include "actors/relay.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// So many letters in each `period`, kept evenly.
struct relay_limit {
  std::string domain; ///< of recipients, in lower case; empty: all letters together
  std::uint32_t letters = 0;
  milliseconds period{std::chrono::seconds(1)};
  bool operator==(const relay_limit&) const = default;
};

/// "14/s", "600/m", "2000/h", "100000/d", or with a recipient domain before it: "gmail.com 20/s". `invalid_input` that
/// says what is allowed.
result<relay_limit> parse_relay_limit(std::string_view text);
std::string to_string(const relay_limit& limit);

/// What a relay is among several.
struct relay_share {
  std::uint32_t weight = 1;             ///< of the letters that it shares with others
  bool is_standby = false;              ///< it takes letters only while the others fail
  std::vector<std::string> senders{};   ///< domains, or addresses; with `campaigns` those that it serves
  std::vector<std::string> campaigns{}; ///< names; "*" at the end stands for any letters
  bool operator==(const relay_share&) const = default;
};

/// The limits and delays that every relay keeps. RFC 5321 section 4.5.3.2 where a default is its.
struct relay_settings {
  std::string name; ///< of `[relays.NAME]`; empty: the one of `[relay]`
  relay_share share;
  std::string url = "maildir:var/maildir";
  std::string password;      ///< of the URL's user, where the URL has none; never shown
  std::string password_file; ///< its first line is the password; read when the relay is made
  std::string token_file;    ///< its first line is an OAuth 2.0 access token; read at each login
  std::string token_command; ///< a shell's command that prints the token
  milliseconds token_timeout{std::chrono::seconds(30)}; ///< for that command
  std::size_t connections_max = 20;
  /// Letters claimed and not settled: the bound on letters in doubt after a crash. Never less than two a connection.
  std::size_t in_hand = 40;
  std::uint32_t letters_per_second_max = 0;            ///< 0: no limit; all campaigns together
  std::uint32_t letters_per_second_per_domain_max = 0; ///< 0: no limit
  std::vector<relay_limit> limits; ///< beside the two above; one for a domain is instead of theirs
  std::vector<reply_rule> replies; ///< the user's own on whose failure a reply is; before all of ours
  std::uint32_t letters_per_connection_max = 1000; ///< then QUIT and a new one; 0: no limit
  std::string hello_name;                          ///< for EHLO; empty: the machine's name
  std::string ca_file;                             ///< PEM with certificates to trust; empty: the system's
  bool tls_verify = true;
  milliseconds connect_timeout{std::chrono::seconds(30)};
  milliseconds greeting_timeout{std::chrono::minutes(5)};
  milliseconds command_timeout{std::chrono::minutes(5)};
  milliseconds data_timeout{std::chrono::minutes(2)};  ///< DATA's 354
  milliseconds block_timeout{std::chrono::minutes(3)}; ///< each write of the message
  milliseconds end_of_data_timeout{std::chrono::minutes(10)};
  milliseconds idle_timeout{std::chrono::seconds(20)}; ///< a connection without letters is closed
  milliseconds reconnect_delay_first{std::chrono::milliseconds(500)};
  milliseconds reconnect_delay_max{std::chrono::minutes(1)};
};

/// Which server a relay's URL names and as whom it is spoken to, without a password.
std::string server_of(std::string_view url);

/// Makes the relay that `settings.url` names. `invalid_input` for a URL that no adapter knows, with the
/// schemes that there are.
using relay_factory = std::function<result<std::unique_ptr<relay>>(const relay_settings& settings)>;

} // namespace sluice
