#include "adapters/cli/settings.hpp"

#include "actors/core/campaign_state.hpp"
#include "adapters/cli/configuration.hpp"
#include "adapters/cli/setting_values.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/cli/toml_file.hpp"
#include "adapters/relays.hpp"
#include "messages/envelope_sender.hpp"
#include "persistence/stores/open_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace sluice::cli {
namespace {

/// Where a setting lives: `FIELD(node.relay.url)` gives the field of an engine_settings, const or not.
#define FIELD(path) [](auto& settings) -> auto& { return settings.path; }

template <class Value, class Field>
result<void> put(const result<Value>& read, engine_settings& into, Field field) {
  if (!read)
    return std::unexpected(read.error());
  using target = std::remove_reference_t<decltype(field(into))>;
  field(into) = static_cast<target>(*read);
  return {};
}

template <class Field>
setting text_setting(std::string key, Field field, std::string allowed, std::string about) {
  return {std::move(key), std::move(allowed), std::move(about),
          [field](engine_settings& into, const setting_value& value) {
            return put(read_text(value), into, field);
          },
          [field](const engine_settings& from) { return toml_text(without_password(field(from))); }};
}

template <class Field>
setting
whole_setting(std::string key, Field field, std::uint64_t least, std::uint64_t most, std::string about) {
  return {std::move(key), fmt::format("a whole number from {} to {}", least, most), std::move(about),
          [field, least, most](engine_settings& into, const setting_value& value) {
            return put(read_whole_number(value, least, most), into, field);
          },
          [field](const engine_settings& from) { return std::to_string(field(from)); }};
}

template <class Field>
setting
size_setting(std::string key, Field field, std::uint64_t least, std::uint64_t most, std::string about) {
  return {std::move(key), "a size like \"64MiB\", from " + size_words(least), std::move(about),
          [field, least, most](engine_settings& into, const setting_value& value) {
            return put(read_size(value, least, most), into, field);
          },
          [field](const engine_settings& from) { return toml_text(size_words(field(from))); }};
}

template <class Field>
setting number_setting(std::string key, Field field, double most, std::string about) {
  return {std::move(key), fmt::format("a number from 0 to {}", number_words(most)), std::move(about),
          [field, most](engine_settings& into, const setting_value& value) {
            return put(read_number(value, 0, most), into, field);
          },
          [field](const engine_settings& from) { return number_words(field(from)); }};
}

template <class Field>
setting boolean_setting(std::string key, Field field, std::string about) {
  return {std::move(key), "true or false", std::move(about),
          [field](engine_settings& into, const setting_value& value) {
            return put(read_boolean(value), into, field);
          },
          [field](const engine_settings& from) { return std::string{field(from) ? "true" : "false"}; }};
}

template <class Field>
setting file_setting(std::string key, Field field, std::string about) {
  return {std::move(key), "a file", std::move(about),
          [field](engine_settings& into, const setting_value& value) {
            return put(read_text(value), into, field);
          },
          [field](const engine_settings& from) { return toml_text(field(from).string()); }};
}

template <class Field>
setting duration_setting_from(
    milliseconds least, std::string key, Field field, std::string allowed, std::string about) {
  return {std::move(key), std::move(allowed), std::move(about),
          [field, least](engine_settings& into, const setting_value& value) {
            return put(read_duration(value, least), into, field);
          },
          [field](const engine_settings& from) { return toml_text(format_duration(field(from))); }};
}

template <class Field>
setting duration_setting(std::string key, Field field, std::string about) {
  return duration_setting_from(milliseconds{1}, std::move(key), field,
                               "a duration like \"30s\", \"5m\", \"24h\" or \"7d\"", std::move(about));
}

/// From none at all, which is for ever.
template <class Field>
setting term_setting(std::string key, Field field, std::string about) {
  return duration_setting_from(milliseconds{0}, std::move(key), field,
                               "a duration like \"30d\", or \"0s\" for never", std::move(about));
}

/// The same, where a term must not be shorter than `least`.
template <class Field>
setting term_setting_from(milliseconds least, std::string key, Field field, std::string about) {
  auto made = term_setting(std::move(key), field, std::move(about));
  made.allowed =
      fmt::format("a duration like \"30d\", {} or longer, or \"0s\" for never", format_duration(least));
  made.set = [field, least](engine_settings& into, const setting_value& value) -> result<void> {
    const auto term = read_duration(value, milliseconds{0});
    if (term && *term != milliseconds{0} && *term < least)
      return failure(error_code::invalid_input,
                     fmt::format("\"{}\" is not {} or longer, nor \"0s\" for never", shown(value.text),
                                 format_duration(least)));
    return put(term, into, field);
  };
  return made;
}

template <class Field>
setting list_setting(std::string key, Field field, std::string allowed, std::string about) {
  return {std::move(key), std::move(allowed), std::move(about),
          [field](engine_settings& into, const setting_value& value) {
            return put(read_list(value), into, field);
          },
          [field](const engine_settings& from) { return list_words(field(from)); }};
}

setting data_setting() {
  return {"data", "a folder, or rocksdb:FOLDER",
          "where everything is kept: the store, the token, the maildir",
          [](engine_settings& into, const setting_value& value) -> result<void> {
            const auto folder = read_text(value);
            if (!folder || folder->empty())
              return failure(error_code::invalid_input,
                             folder ? "the folder's name is empty" : folder.error().message);
            return put(store_folder(*folder), into,
                       [](auto& settings) -> auto& { return settings.node.data_folder; });
          },
          [](const engine_settings& from) { return toml_text(from.node.data_folder.string()); }};
}

constexpr std::array log_levels{"trace", "debug", "info", "warn", "error", "off"};

setting log_level_setting() {
  return {"log.level", "\"trace\", \"debug\", \"info\", \"warn\", \"error\" or \"off\"",
          "how much is logged to stderr",
          [](engine_settings& into, const setting_value& value) -> result<void> {
            const auto level = read_text(value);
            if (!level || std::ranges::find(log_levels, *level) == log_levels.end())
              return failure(error_code::invalid_input,
                             fmt::format("{} is no log level", toml_text(value.text)));
            into.log_level = *level;
            return {};
          },
          [](const engine_settings& from) { return toml_text(from.log_level); }};
}

struct two_people_word {
  two_people value;
  std::string_view word;
};

constexpr std::array two_people_words{two_people_word{two_people::automatic, "auto"},
                                      two_people_word{two_people::on, "on"},
                                      two_people_word{two_people::off, "off"}};

setting two_people_setting() {
  return {"moderation.two_people", "\"auto\", \"on\" or \"off\"",
          "whether a campaign's author and its last editor are kept from approving it; auto: in a store that "
          "is new, "
          "once two people may approve",
          [](engine_settings& into, const setting_value& value) -> result<void> {
            const auto word = read_text(value);
            const auto* const found =
                std::ranges::find(two_people_words, word.value_or(""), &two_people_word::word);
            if (!word || found == two_people_words.end())
              return failure(error_code::invalid_input,
                             fmt::format("{} is none of them", toml_text(value.text)));
            into.node.moderation.two_people = found->value;
            return {};
          },
          [](const engine_settings& from) {
            return toml_text(
                std::ranges::find(two_people_words, from.node.moderation.two_people, &two_people_word::value)
                    ->word);
          }};
}

setting patterns_setting() {
  auto made = list_setting("moderation.suspicious_patterns", FIELD(node.moderation.suspicious_patterns),
                           "a list of regular expressions (RE2's syntax)",
                           "a campaign with one of these in its texts goes to a moderator");
  made.set = [set = made.set](engine_settings& into, const setting_value& value) -> result<void> {
    if (const auto taken = set(into, value); !taken)
      return taken;
    return check_patterns(into.node.moderation);
  };
  return made;
}

/// Checked where it is said, even where a flag then says another one.
setting listen_setting() {
  auto made = text_setting(
      "listen", FIELD(listen), "ADDRESS:PORT, like \"127.0.0.1:8025\" or \"https://0.0.0.0:8443\"",
      "where the HTTP interface listens; with https:// it speaks TLS (http.tls_certificate)");
  made.set = [set = made.set](engine_settings& into, const setting_value& value) -> result<void> {
    if (const auto taken = set(into, value); !taken)
      return taken;
    if (const auto listen = parse_listen(into.listen); !listen)
      return failure(error_code::invalid_input, listen.error().message);
    return {};
  };
  return made;
}

/// Checked before anything is opened, so that a slip in it is told with its place and leaves nothing behind.
setting relay_setting() {
  auto made = text_setting("relay.url", FIELD(node.relay.url),
                           "a relay: \"smtp://[user:password@]host:port\", \"smtps://…\", "
                           "\"maildir:FOLDER\", \"null:\"",
                           "the sending server");
  made.set = [set = made.set](engine_settings& into, const setting_value& value) -> result<void> {
    if (const auto taken = set(into, value); !taken)
      return taken;
    return check_relay_url(into.node.relay.url);
  };
  return made;
}

/// Not from the command line, where every user of the machine reads it (see configure).
setting password_setting() {
  auto made =
      text_setting(relay_password_key, FIELD(node.relay.password), "the password of the user in relay.url",
                   "better in the environment or in relay.password_file than here");
  made.get = [](const engine_settings& from) {
    return toml_text(from.node.relay.password.empty() ? "" : "***");
  };
  return made;
}

/// Its arguments may be secrets.
setting token_command_setting() {
  auto made = text_setting(
      "relay.token_command", FIELD(node.relay.token_command), "a command of the shell",
      "prints an OAuth 2.0 access token to log in with, or JSON with access_token and expires_in");
  made.get = [](const engine_settings& from) {
    const auto& command = from.node.relay.token_command;
    const auto program = command.substr(0, command.find_first_of(" \t\n"));
    return toml_text(program.size() == command.size() ? command : program + " ***");
  };
  return made;
}

setting limits_setting() {
  return {"relay.limits", R"(a list like ["14/s", "2000/h", "gmail.com 20/s"])",
          "so many letters a second (s), minute (m), hour (h) or day (d), of all or to one recipient domain",
          [](engine_settings& into, const setting_value& value) -> result<void> {
            const auto texts = read_list(value);
            if (!texts)
              return std::unexpected(texts.error());
            std::vector<relay_limit> limits;
            for (const auto& text : *texts) {
              auto limit = parse_relay_limit(text);
              if (!limit)
                return std::unexpected(limit.error());
              limits.push_back(std::move(*limit));
            }
            into.node.relay.limits = std::move(limits);
            return {};
          },
          [](const engine_settings& from) {
            std::vector<std::string> texts;
            for (const auto& limit : from.node.relay.limits)
              texts.push_back(to_string(limit));
            return list_words(texts);
          }};
}

result<reply_rule> read_reply_rule(const setting_value& from) {
  if (from.kind != value_kind::table)
    return failure(error_code::invalid_input, "it is no table");
  std::optional<std::string> pattern;
  std::optional<std::string> meaning;
  for (const auto& field : from.fields) {
    auto* into = field.name == "pattern" ? &pattern : field.name == "meaning" ? &meaning : nullptr;
    if (into == nullptr)
      return failure(error_code::invalid_input, fmt::format("there is no {} in it", toml_text(field.name)));
    if (field.kind != value_kind::text)
      return failure(error_code::invalid_input, fmt::format("{} is not a text in quotes", field.name));
    *into = field.text;
  }
  if (!pattern || !meaning)
    return failure(error_code::invalid_input, fmt::format("{} is missing", pattern ? "meaning" : "pattern"));
  const auto about = parse_reply_about(*meaning);
  if (!about)
    return failure(error_code::invalid_input, fmt::format("{} is no meaning", toml_text(*meaning)));
  reply_rule rule{std::move(*pattern), *about};
  if (const auto good = reply_policy::make(std::span{&rule, 1}); !good)
    return std::unexpected(good.error());
  return rule;
}

result<void> put_reply_rules(engine_settings& into, const setting_value& value) {
  auto& rules = into.node.relay.replies;
  if (value.is_loose) {
    const auto list = read_toml("replies = " + value.text, "replies");
    if (!list || std::ranges::any_of(*list, [](const auto& entry) { return entry.key != "replies"; }))
      return failure(error_code::invalid_input, "it is no list of tables");
    rules.clear();
    for (const auto& entry : *list)
      if (const auto put_one = put_reply_rules(into, entry.value); !put_one)
        return put_one;
    return {};
  }
  if (value.kind == value_kind::list && value.items.empty())
    return {};
  auto rule = read_reply_rule(value);
  if (!rule)
    return std::unexpected(rule.error());
  rules.push_back(std::move(*rule));
  return {};
}

std::string reply_rules_text(const engine_settings& from, std::string_view format) {
  std::vector<std::string> tables;
  for (const auto& rule : from.node.relay.replies)
    tables.push_back(fmt::format(fmt::runtime(format), toml_text(rule.pattern), name_of(rule.meaning)));
  return fmt::format("[{}]", fmt::join(tables, ", "));
}

setting reply_rules_setting() {
  return {"relay.replies",
          "tables like {pattern = \"suspended\", meaning = \"account\"}: a regular expression (RE2's "
          "syntax), and "
          "\"relay\", \"account\", \"sender\", \"pace\" or \"letter\"",
          "whose failure a reply of the relay is, before the engine's own rules",
          put_reply_rules,
          [](const engine_settings& from) {
            return reply_rules_text(from, "{{pattern = {}, meaning = \"{}\"}}");
          },
          [](const engine_settings& from) {
            return reply_rules_text(from, "{{\"pattern\": {}, \"meaning\": \"{}\"}}");
          }};
}

void add_relay(std::vector<setting>& into) {
  constexpr std::uint64_t many = std::numeric_limits<std::uint32_t>::max();
  into.push_back(relay_setting());
  into.push_back(password_setting());
  into.push_back(text_setting("relay.password_file", FIELD(node.relay.password_file), "a file",
                              "its first line is the password of the user in relay.url"));
  into.push_back(text_setting("relay.token_file", FIELD(node.relay.token_file), "a file",
                              "its first line is an OAuth 2.0 access token; read at each login"));
  into.push_back(token_command_setting());
  into.push_back(duration_setting("relay.token_timeout", FIELD(node.relay.token_timeout),
                                  "for relay.token_command to print the token"));
  into.push_back(
      whole_setting("relay.connections", FIELD(node.relay.connections_max), 1, 1000, "connections at most"));
  into.push_back(whole_setting("relay.letters_per_second", FIELD(node.relay.letters_per_second_max), 0, many,
                               "of all campaigns together; 0: no limit"));
  into.push_back(whole_setting("relay.letters_per_second_per_domain",
                               FIELD(node.relay.letters_per_second_per_domain_max), 0, many,
                               "to one recipient domain; 0: no limit"));
  into.push_back(
      whole_setting("relay.in_hand", FIELD(node.relay.in_hand), 1, 10'000,
                    "letters claimed and not settled, so the most in doubt after a crash; never less than "
                    "two a connection"));
  into.push_back(limits_setting());
  into.push_back(reply_rules_setting());
  into.push_back(whole_setting("relay.weight", FIELD(node.relay.share.weight), 1, 1000,
                               "of the letters that several relays share"));
  into.push_back(boolean_setting("relay.standby", FIELD(node.relay.share.is_standby),
                                 "whether it takes letters only while the others fail"));
  into.push_back(
      list_setting("relay.senders", FIELD(node.relay.share.senders),
                   R"(a list like ["shop.example", "news@other.example"])",
                   "sender domains and addresses that it serves; with relay.campaigns empty: all"));
  into.push_back(list_setting("relay.campaigns", FIELD(node.relay.share.campaigns),
                              R"(a list of campaigns' names like ["Invoices*"])",
                              "that it serves; * at the end stands for any letters"));
  into.push_back(whole_setting("relay.letters_per_connection", FIELD(node.relay.letters_per_connection_max),
                               0, many, "then a new one is made; 0: no limit"));
  into.push_back(text_setting("relay.hello_name", FIELD(node.relay.hello_name), "a host name",
                              "what EHLO says; empty: the machine's name"));
  into.push_back(text_setting("relay.ca_file", FIELD(node.relay.ca_file), "a PEM file",
                              "certificates to trust; empty: the system's"));
  into.push_back(boolean_setting("relay.tls_verify", FIELD(node.relay.tls_verify),
                                 "whether the server's certificate is checked where TLS is required"));
  into.push_back(duration_setting("relay.connect_timeout", FIELD(node.relay.connect_timeout), "to connect"));
  into.push_back(duration_setting("relay.greeting_timeout", FIELD(node.relay.greeting_timeout),
                                  "for the server's greeting"));
  into.push_back(duration_setting("relay.command_timeout", FIELD(node.relay.command_timeout),
                                  "for the answer to a command"));
  into.push_back(
      duration_setting("relay.data_timeout", FIELD(node.relay.data_timeout), "for the answer to DATA"));
  into.push_back(
      duration_setting("relay.block_timeout", FIELD(node.relay.block_timeout), "for a piece of a letter"));
  into.push_back(duration_setting("relay.end_of_data_timeout", FIELD(node.relay.end_of_data_timeout),
                                  "for the answer to a whole letter"));
  into.push_back(duration_setting("relay.idle_timeout", FIELD(node.relay.idle_timeout),
                                  "after which a connection without letters is closed"));
  into.push_back(duration_setting("relay.reconnect_delay_first", FIELD(node.relay.reconnect_delay_first),
                                  "after a failed connection; doubled each time"));
  into.push_back(duration_setting("relay.reconnect_delay_max", FIELD(node.relay.reconnect_delay_max),
                                  "the longest of these delays"));
}

/// Tried as a campaign would have it, so that a slip in it does not wait for the first one.
setting envelope_sender_setting() {
  auto made = text_setting("letters.envelope_sender", FIELD(node.letters.envelope_sender),
                           "an address, perhaps with {campaign}, {letter} and {mac}",
                           "the envelope's sender of new campaigns; empty: the address in From");
  made.set = [set = made.set](engine_settings& into, const setting_value& value) -> result<void> {
    if (const auto taken = set(into, value); !taken)
      return taken;
    const auto& sender = into.node.letters.envelope_sender;
    if (sender.empty())
      return {};
    if (const auto parsed = envelope_senders::parse(sender, {}, {}); !parsed)
      return failure(error_code::invalid_input, parsed.error().message);
    return {};
  };
  return made;
}

void add_letters(std::vector<setting>& into) {
  into.push_back(envelope_sender_setting());
  into.push_back(text_setting("letters.precedence", FIELD(node.letters.precedence), "a word like \"bulk\"",
                              "the header Precedence of new campaigns; empty: none"));
  into.push_back(text_setting("letters.auto_submitted", FIELD(node.letters.auto_submitted),
                              "a word like \"auto-generated\"",
                              "the header Auto-Submitted (RFC 3834) of new campaigns; empty: none"));
}

void add_checks(std::vector<setting>& into) {
  into.push_back(boolean_setting("moderation.enabled", FIELD(moderation_enabled),
                                 "whether campaigns are checked at start; false: all pass"));
  into.push_back(whole_setting("moderation.first_campaigns", FIELD(node.moderation.first_campaigns), 0,
                               1'000'000, "of a sender domain that a person looks at; 0: off"));
  into.push_back(number_setting("moderation.role_addresses_percent",
                                FIELD(node.moderation.role_addresses_percent_max), 100,
                                "info@, sales@ … in the audience at most; 100: off"));
  into.push_back(boolean_setting("moderation.requires_unsubscribe",
                                 FIELD(node.moderation.requires_unsubscribe),
                                 "whether a campaign without unsubscribe_url goes to a moderator"));
  into.push_back(
      number_setting("moderation.audience_growth", FIELD(node.moderation.audience_growth_max), 1'000'000,
                     "times the letters that one campaign of the sender has had accepted so far; 0: off"));
  into.push_back(patterns_setting());
  into.push_back(two_people_setting());
  into.push_back(whole_setting("moderation.approvals_needed", FIELD(node.moderation.approvals_needed), 1, 100,
                               "of a campaign that waits for moderators, each by another person"));
  into.push_back(term_setting("moderation.approval_expires", FIELD(node.moderation.approval_expires),
                              "so old an approval is none any more when sending begins"));
  into.push_back(list_setting("moderation.free_mail_domains", FIELD(node.moderation.free_mail_domains),
                              "a list of domains", "no campaign may be sent from these"));
  into.push_back(whole_setting("test_copies.per_hour", FIELD(node.test_copies.per_hour), 0, 1'000'000,
                               "test copies that one token may send; 0: none"));
  into.push_back(list_setting("test_copies.allowed", FIELD(node.test_copies.allowed),
                              "a list of addresses, and domains as \"@example.com\"",
                              "who may get test copies; an empty list: anybody"));
  into.push_back(boolean_setting("suspicion.enabled", FIELD(node.suspicion.enabled),
                                 "whether outcomes are watched and a bad campaign is held"));
  into.push_back(whole_setting("suspicion.window", FIELD(node.suspicion.window), 1, verdicts_max,
                               "outcomes looked back on"));
  into.push_back(whole_setting("suspicion.outcomes_min", FIELD(node.suspicion.outcomes_min), 1, verdicts_max,
                               "before that nothing is concluded"));
  into.push_back(whole_setting("suspicion.trial_letters", FIELD(node.suspicion.trial_letters), 1,
                               verdicts_max, "that leave first after a hold that the engine laid"));
  into.push_back(number_setting("suspicion.refused_percent", FIELD(node.suspicion.refused_percent_max), 100,
                                "refused letters at most; 100: off"));
  into.push_back(number_setting("suspicion.spam_percent", FIELD(node.suspicion.spam_percent_max), 100,
                                "letters refused as spam at most; 100: off"));
}

void add_imports(std::vector<setting>& into) {
  into.push_back(
      number_setting("imports.left_out_percent", FIELD(node.imports.left_out_percent_max), 100,
                     "of a list left out at its import at most, before a campaign may use it without a word; "
                     "repeated addresses do not count; 100: off"));
  into.push_back(
      boolean_setting("imports.odd_local_parts", FIELD(node.imports.takes_odd_local_parts),
                      "whether addresses with a dot before the @, or two dots beside each other, are taken"));
  into.push_back(size_setting("imports.unpacked_bytes", FIELD(node.imports.unpacked_bytes_max), 1U << 20U,
                              1ULL << 40U, "that a list packed with gzip, or an XLSX file, may unpack to"));
}

void add_http(std::vector<setting>& into) {
  constexpr std::uint64_t many = 1'000'000;
  into.push_back(whole_setting(
      "http.connections", FIELD(http.connections.in_all), 8, many,
      "to the HTTP interface at most; half of the open files that the process may have, if that is less"));
  into.push_back(
      whole_setting("http.connections_per_address", FIELD(http.connections.per_address), 1, many,
                    "from one address, or one IPv6 /64; the one that asks nothing for longest gives way"));
  into.push_back(whole_setting("http.connections_per_token", FIELD(http.connections.per_token), 1, many,
                               "with one token; commands are free of it"));
  into.push_back(whole_setting("http.connections_for_commands", FIELD(http.connections.for_commands), 0, many,
                               "of all these, kept for commands; a quarter at most"));
  into.push_back(whole_setting("http.imports", FIELD(http.imports.in_all), 1, 64,
                               "read at once; the others wait for their turn"));
  into.push_back(
      list_setting("http.hosts", FIELD(http.hosts), R"(a list of names like ["mail.shop.example"])",
                   "that a request may call this engine besides its addresses and localhost; \"*\": any"));
  into.push_back(file_setting(
      "http.tls_certificate", FIELD(http.tls_certificate),
      "the certificate (PEM) of listen = \"https://…\", with those behind it; read anew when it changes"));
  into.push_back(file_setting("http.tls_key", FIELD(http.tls_key), "its private key (PEM)"));
  into.push_back(text_setting("oidc.issuer", FIELD(http.oidc.issuer), "a URL",
                              "the provider of OpenID Connect that people sign in through; empty: none"));
  into.push_back(text_setting("oidc.client_id", FIELD(http.oidc.client_id), "a text",
                              "what the provider calls this engine"));
  into.push_back(text_setting("oidc.client_secret_file", FIELD(http.oidc.client_secret_file), "a file",
                              "its first line is the client's secret; empty: the client has none"));
  into.push_back(text_setting("oidc.redirect_url", FIELD(http.oidc.redirect_url), "a URL",
                              "this engine's, with /sign-in/callback, as the provider has it"));
  into.push_back(text_setting("oidc.scopes", FIELD(http.oidc.scopes), "words with blanks between",
                              "what the provider is asked to tell"));
  into.push_back(text_setting("oidc.roles_claim", FIELD(http.oidc.roles_claim), "a claim's name",
                              "which claim says what somebody is; a.b is b in a"));
  into.push_back(
      list_setting("oidc.roles", FIELD(http.oidc.roles), "a list of texts like \"admins=admin\"",
                   "which value of that claim is which role here; the first that somebody has counts"));
  into.push_back(
      duration_setting("oidc.session", FIELD(http.oidc.session), "who signed in does so again after it"));
  into.push_back(duration_setting("oidc.idle", FIELD(http.oidc.idle), "and after so long without a request"));
  into.push_back(boolean_setting("metrics.public", FIELD(http.metrics_public),
                                 "whether other machines read /metrics and /version without a token"));
}

std::vector<setting> make_table() {
  std::vector<setting> all;
  all.push_back(data_setting());
  all.push_back(boolean_setting("data_shared", FIELD(data_shared),
                                "whether a data folder is taken that others on this machine may look into"));
  all.push_back(listen_setting());
  all.push_back(log_level_setting());
  add_relay(all);
  add_letters(all);
  add_checks(all);
  add_imports(all);
  add_http(all);
  all.push_back(duration_setting(
      "retry.delay_first", FIELD(node.retry.delay_first),
      "before a deferred letter is offered again; doubled each time, and spread over up to a quarter more"));
  all.push_back(
      duration_setting("retry.delay_max", FIELD(node.retry.delay_max), "the longest of these delays"));
  all.push_back(duration_setting("retry.give_up_after", FIELD(node.retry.give_up_after),
                                 "then a deferred letter counts as refused"));
  all.push_back(
      term_setting("retention.addresses", FIELD(node.retention.addresses),
                   "so long after the last campaign of a list was over the list is deleted, and with it "
                   "the addresses of letters"));
  all.push_back(term_setting_from(
      campaigns_kept_least, "retention.campaigns", FIELD(node.retention.campaigns),
      "so long after a campaign was over it is removed, with its log; the house's log keeps its counts"));
  all.push_back(size_setting("memory.letters", FIELD(node.letters_bytes_max), 1U << 20U, 1ULL << 40U,
                             "letters made ready and not yet gone may take, all campaigns together"));
  all.push_back(size_setting("attachments.size", FIELD(node.attachment_bytes_max), 1024, 25ULL << 20U,
                             "the largest file that letters may carry"));
  all.push_back(whole_setting("batch.letters", FIELD(node.batch_letters_max), 1, 10'000,
                              "letters that are made ready at a time"));
  all.push_back(whole_setting("batch.ahead", FIELD(node.batches_ahead_max), 1, 100,
                              "batches made ready before a connection takes them"));
  all.push_back(text_setting("store.url", FIELD(node.store),
                             "postgresql://…, as libpq takes it; empty: the data folder",
                             "a database that several engines share"));
  all.push_back(boolean_setting(
      "store.accept_single", FIELD(node.shared.accept_single),
      "whether a database without a synchronous standby is taken, although what it acknowledged "
      "is lost with its disk"));
  all.push_back(text_setting("cluster.name", FIELD(node.shared.node), "a name, another at each engine",
                             "this engine's among those that share the store; empty: the machine's"));
  all.push_back(text_setting("cluster.address", FIELD(node.shared.address), "\"host:port\"",
                             "where the others reach this engine"));
  all.push_back(whole_setting("store.threads", FIELD(node.store_threads), 2, 64,
                              "threads that read the store and make letters ready"));
  return all;
}

} // namespace

const std::vector<setting>& settings_table() {
  static const auto table = make_table();
  return table;
}

const setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find(settings_table(), key, &setting::key);
  return found == settings_table().end() ? nullptr : &*found;
}

std::optional<named_relay_key> find_named_relay_setting(std::string_view key) {
  constexpr std::string_view begin = "relays.";
  const auto dot = key.find('.', begin.size());
  if (!key.starts_with(begin) || dot == std::string_view::npos)
    return std::nullopt;
  const auto name = key.substr(begin.size(), dot - begin.size());
  const auto is_name =
      !name.empty() && name.size() <= relay_name_bytes_max &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  const auto* which = find_setting("relay" + std::string{key.substr(dot)});
  if (!is_name || which == nullptr)
    return std::nullopt;
  return named_relay_key{std::string{name}, which};
}

std::string variable_name(const setting& which) {
  return variable_name_of(which.key);
}

std::string variable_name_of(std::string_view key) {
  std::string name = "SLUICE_";
  for (const char c : key)
    name += c == '.' || c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const auto changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_key(std::string_view key) {
  // More than half the letters changed is no slip of the pen any more.
  auto nearest = key.size() / 2 + 1;
  std::string found;
  for (const auto& each : settings_table()) {
    // The last part alone counts too: `connections` means relay.connections.
    const auto last = std::string_view{each.key}.substr(each.key.rfind('.') + 1);
    const auto distance = std::min(edit_distance(key, each.key), edit_distance(key, last) + 1);
    if (distance < nearest) {
      nearest = distance;
      found = each.key;
    }
  }
  return found;
}

} // namespace sluice::cli
