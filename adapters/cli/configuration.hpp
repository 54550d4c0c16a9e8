#pragma once
// What is in force, and where each value came from: flags win, then the environment, then the file, then the
// defaults.

#include "adapters/cli/exit.hpp"
#include "adapters/cli/settings.hpp"
#include "adapters/cli/terminal.hpp"

#include <map>
#include <optional>

namespace sluice::cli {

/// A file's text and the name to complain with.
struct configuration_file {
  std::string name;
  std::string text;
};

/// A key that was set on the command line, and how that was written: {"--listen", "listen", "…"}.
struct flag_value {
  std::string flag;
  std::string key;
  std::string text;
};

struct configuration {
  engine_settings settings;
  std::map<std::string, std::string> sources; ///< key → "sluice.toml:4", "SLUICE_RELAY_URL", "--listen"
  std::vector<std::string> warnings;          ///< variables that look like ours and are none
};

/// Wrong usage for a wrong key or value, with its place and what is allowed; nothing half-taken is used.
outcome<configuration> configure(const std::optional<configuration_file>& file,
                                 const environment& variables,
                                 const std::vector<flag_value>& flags);

/// `key = value` taken apart, as --set has it.
outcome<flag_value> parse_assignment(const std::string& text);

/// Every key with its value and where it came from, as a file that could be read again.
std::string configuration_words(const configuration& from);
/// The same for programs: [{key, value, from}…], as JSON text.
std::string configuration_json(const configuration& from);

/// "127.0.0.1:8025", "[::1]:8025" or "https://0.0.0.0:8443" taken apart.
struct listen_address {
  std::string host;
  std::uint16_t port = 0;
  bool is_loopback = false;
  bool is_tls = false;
};
outcome<listen_address> parse_listen(const std::string& said);

} // namespace sluice::cli
