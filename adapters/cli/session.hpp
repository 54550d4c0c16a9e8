#pragma once
// What every command gets: the console, what was said for all commands (--url, --token, --data, --json), and
// the engine behind them.

#include "adapters/cli/console.hpp"
#include "adapters/cli/engine_client.hpp"
#include "adapters/cli/exit.hpp"
#include "messages/id.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace sluice::cli {

inline constexpr const char* default_url = "http://127.0.0.1:8025";
inline constexpr const char* default_data_folder = "var";

/// What may be said with any command; empty where it was not said.
struct common_options {
  std::string url;
  std::string token;
  std::string data;
  std::string ca_file;
  bool json = false;
};

class session {
public:
  session(console& around, common_options options);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  console& io() { return io_; }
  const common_options& options() const { return options_; }
  bool wants_json() const { return options_.json; }

  /// The engine at --url, SLUICE_URL or the default, with the token of --token, SLUICE_TOKEN or the file
  /// `token` in the data folder (--data, SLUICE_DATA or var), where it may be sent there (engine_address.hpp).
  engine_client& engine();

  /// --data or SLUICE_DATA as it was given, the URL of a store or the path of its folder; empty when neither was.
  std::string store_said() const;
  /// The folder of it; empty where it lives in none, or nothing was said.
  std::filesystem::path data_folder_said() const;

  /// The words to type for a command against this same engine: `./sluice pause c1 --url …`.
  std::string hint(const std::string& command) const;

private:
  std::string url() const;
  engine_credentials credentials() const;

  console& io_;
  common_options options_;
  std::unique_ptr<engine_client> engine_;
};

/// The id, or wrong usage with an example.
outcome<campaign_id> campaign_of(const std::string& text);
outcome<audience_id> audience_of(const std::string& text);

} // namespace sluice::cli
