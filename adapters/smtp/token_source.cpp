#include "adapters/smtp/token_source.hpp"

#include "adapters/smtp/secret_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t printed_bytes_max = 64 * 1024;
/// A token is not used so shortly before its end: it is to last until the server has looked at it.
constexpr milliseconds token_margin = std::chrono::minutes(1);

std::unexpected<error> no_token(std::string why) {
  return failure(error_code::unavailable, std::move(why));
}

/// RFC 6750 section 2.1: no space, no control character, nothing that would end it.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char one) { return one > 0x20 && one < 0x7F; });
}

class descriptor {
public:
  explicit descriptor(int number = -1) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }
  int get() const { return number_; }
  void reset(int number) {
    close();
    number_ = number;
  }
  void close() {
    if (number_ >= 0)
      ::close(std::exchange(number_, -1));
  }

private:
  int number_;
};

struct spawn_settings {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};

  /// Input is empty, output is the pipe, no other file of ours is the command's; no signal is blocked or ignored in it, and
  /// it has a process group of its own, so that it can be killed with its children.
  explicit spawn_settings(int output) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  spawn_settings(const spawn_settings&) = delete;
  spawn_settings& operator=(const spawn_settings&) = delete;
  ~spawn_settings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

/// A command under way. It is dead and gone when this is.
class running_command {
public:
  result<void> start(const std::string& command) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      return no_token(std::string{"no pipe: "} + std::strerror(errno));
    output_.reset(ends[0]);
    descriptor theirs(ends[1]);
    const spawn_settings with(theirs.get());
    std::string shell = "sh";
    std::string option = "-c";
    auto text = command;
    std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    if (const auto fault =
            ::posix_spawn(&process_, "/bin/sh", &with.files, &with.attributes, arguments.data(), environ);
        fault != 0) {
      process_ = -1;
      return no_token(std::string{"the command cannot be run: "} + std::strerror(fault));
    }
    end_.reset(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
    if (end_.get() < 0)
      return no_token(std::string{"the command cannot be watched: "} + std::strerror(errno));
    return {};
  }

  ~running_command() {
    if (process_ < 0)
      return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  /// All that it prints until it ends.
  result<std::string> printed(milliseconds time_max) {
    const auto deadline = std::chrono::steady_clock::now() + time_max;
    std::string text;
    while (true) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
      if (left <= milliseconds{0})
        return no_token("the command prints no token in time");
      std::array<pollfd, 2> waits{{{end_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}}};
      const auto wait_ms = static_cast<int>(std::min(left, milliseconds{1'000'000}).count());
      if (::poll(waits.data(), waits.size(), wait_ms) < 0 && errno != EINTR)
        return no_token(std::string{"the command cannot be waited for: "} + std::strerror(errno));
      if (waits[1].revents != 0 && !read_some(text))
        output_.close();
      if (text.size() > printed_bytes_max)
        return no_token("the command prints more than a token");
      // What it printed before it ended is there by then; a child that it left behind may hold the pipe for ever.
      if (waits[0].revents != 0 && waits[1].revents == 0)
        break;
    }
    if (const auto status = reap(); status != 0)
      return no_token(WIFEXITED(status)
                          ? "the command ends with exit code " + std::to_string(WEXITSTATUS(status))
                          : "the command is ended by a signal");
    return text;
  }

private:
  bool read_some(std::string& into) {
    std::array<char, 4096> part{};
    const auto got = ::read(output_.get(), part.data(), part.size());
    if (got > 0)
      into.append(part.data(), static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && errno == EINTR);
  }

  int reap() {
    int status = 0;
    ::kill(
        -process_,
        SIGKILL); // what it left behind; it has ended itself, and its number is its own until it is waited for
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }

  pid_t process_ = -1;
  descriptor output_;
  descriptor end_; ///< can be read from when the process ends
};

} // namespace

result<std::string> run_by_shell(const std::string& command, milliseconds time_max) {
  running_command running;
  if (auto started = running.start(command); !started)
    return std::unexpected(started.error());
  return running.printed(time_max);
}

result<access_token> read_access_token(std::string_view printed) {
  access_token token;
  const auto begin = std::min(printed.find_first_not_of(" \t\r\n"), printed.size());
  if (printed.substr(begin).starts_with('{')) {
    const auto answer = nlohmann::json::parse(printed, nullptr, false);
    if (!answer.is_object() || !answer.contains("access_token") || !answer["access_token"].is_string())
      return no_token("what should be a token is JSON without access_token");
    token.text = answer["access_token"].get<std::string>();
    constexpr std::int64_t seconds_max = 10LL * 365 * 24 * 60 * 60;
    if (const auto lifetime = answer.find("expires_in"); lifetime != answer.end() && lifetime->is_number())
      token.lifetime = std::chrono::seconds(static_cast<std::int64_t>(
          std::clamp(lifetime->get<double>(), 0.0, static_cast<double>(seconds_max))));
  } else {
    token.text = first_line(printed);
  }
  if (!is_token(token.text))
    return no_token(token.text.empty() ? "there is no token on the first line"
                                       : "what should be a token has characters that no token has");
  return token;
}

result<std::string> token_source::get(std::string_view refused) {
  const auto runs = runs_.load();
  const std::lock_guard guard(mutex_);
  if (from_.command.empty()) {
    const auto line = read_secret_file(from_.file);
    if (!line)
      return std::unexpected(line.error());
    auto token = read_access_token(*line);
    if (!token)
      return std::unexpected(token.error());
    return std::move(token->text);
  }
  if (!kept_.empty() && kept_ != refused && from_.now() < kept_until_)
    return kept_;
  // Who waited for a run that failed does not run it once more, or many would wait for each other's failures.
  if (runs_.load() != runs && !fault_.empty())
    return no_token(fault_);
  return fresh_token();
}

result<std::string> token_source::fresh_token() {
  kept_.clear();
  auto token = run_command();
  fault_ = token ? std::string{} : token.error().message;
  ++runs_;
  if (!token)
    return std::unexpected(token.error());
  const auto now = from_.now();
  kept_until_ =
      token->lifetime == milliseconds::max() ? steady_time::max() : now + token->lifetime - token_margin;
  kept_ = std::move(token->text);
  return kept_;
}

result<access_token> token_source::run_command() {
  const auto printed = from_.run(from_.command, from_.time_max);
  if (!printed)
    return std::unexpected(printed.error());
  return read_access_token(*printed);
}

} // namespace sluice
