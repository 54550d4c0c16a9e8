#include "adapters/cli/logging.hpp"

#include "adapters/cli/text.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

namespace sluice::cli {
namespace {

/// The message as `shown` has it: servers' words and names from outside stand in it, and a log is read on terminals.
class shown_message final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& into) override {
    const auto safe = shown({message.payload.data(), message.payload.size()});
    into.append(safe.data(), safe.data() + safe.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<shown_message>();
  }
};

} // namespace

void log_to_stderr(const std::string& level) {
  auto logger =
      std::make_shared<spdlog::logger>("sluice", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  auto pattern = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  pattern->add_flag<shown_message>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %*");
  logger->set_formatter(std::move(pattern));
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void warn_of_root() {
  if (::geteuid() == 0)
    log_warning("this process runs as root and needs nothing of that: give it a user of its own");
}

void log_info(const std::string& words) {
  spdlog::info("{}", words);
}

void log_warning(const std::string& words) {
  spdlog::warn("{}", words);
}

} // namespace sluice::cli
