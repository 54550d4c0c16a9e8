#include "persistence/rocksdb/info_log.hpp"

#include "messages/time.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>

namespace sluice {

namespace {

constexpr std::size_t notes_bytes_max = 4UL * 1024 * 1024;
constexpr std::size_t line_bytes_max = 4096; ///< longer lines are cut

} // namespace

rocksdb_info_log::rocksdb_info_log(const std::filesystem::path& folder) :
    rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {
  std::error_code ignored;
  std::filesystem::rename(folder / "LOG", folder / "LOG.old", ignored);
  descriptor_ = ::open((folder / "LOG").c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
}

rocksdb_info_log::~rocksdb_info_log() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

void rocksdb_info_log::Logv(const char* format, std::va_list arguments) {
  char text[line_bytes_max];
  const auto length = std::vsnprintf(text, sizeof text, format, arguments);
  if (length <= 0)
    return;
  const auto line = format_timestamp(system_now()) + " " + text + "\n";
  const std::lock_guard guard(mutex_);
  if (descriptor_ < 0 || bytes_ >= notes_bytes_max)
    return;
  if (const auto written = ::write(descriptor_, line.data(), line.size()); written > 0)
    bytes_ += static_cast<std::size_t>(written);
}

} // namespace sluice
