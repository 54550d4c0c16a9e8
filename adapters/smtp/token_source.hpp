#pragma once
// Where the OAuth 2.0 access tokens come from that a relay logs in with: a file, or a command that prints them.

#include "messages/error.hpp"
#include "messages/time.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice {

/// Runs a command by the shell and gives what it prints; an error when it fails, prints too much or takes longer than
/// that, when it is killed with all that it began. Blocks.
using command_runner = std::function<result<std::string>(const std::string& command, milliseconds time_max)>;

/// The system's /bin/sh. The command's errors go to our own stderr.
result<std::string> run_by_shell(const std::string& command, milliseconds time_max);

/// What a command printed: a token on its first line, or JSON as a token endpoint answers (RFC 6749 section 5.1).
struct access_token {
  std::string text;
  milliseconds lifetime = milliseconds::max(); ///< from now on; what was not told is never over
};
result<access_token> read_access_token(std::string_view printed);

using steady_time = std::chrono::steady_clock::time_point;

/// Shared by the connections of a relay. Any thread; blocks, so that several that ask together have the command run once.
class token_source {
public:
  struct settings {
    std::string file;
    std::string command; ///< instead of the file
    milliseconds time_max{std::chrono::seconds(30)};
    command_runner run = run_by_shell;
    std::function<steady_time()> now = [] { return std::chrono::steady_clock::now(); };
  };
  explicit token_source(settings from) : from_(std::move(from)) {}

  /// The file is read anew each time. The command's token is kept until its lifetime is nearly over or it is the one that
  /// the server `refused`.
  result<std::string> get(std::string_view refused = {});

private:
  result<std::string> fresh_token();
  result<access_token> run_command();

  settings from_;
  std::atomic<std::uint64_t> runs_{0}; ///< of the command, that are over
  std::mutex mutex_;
  std::string fault_; ///< of the last one; empty: it gave a token
  std::string kept_;
  steady_time kept_until_ = steady_time::min();
};

} // namespace sluice
