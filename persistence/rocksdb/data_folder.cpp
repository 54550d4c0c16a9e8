#include "persistence/rocksdb/data_folder.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace sluice {

namespace {

std::unexpected<error> system_failure(std::string_view doing, const std::filesystem::path& path, int code) {
  const auto why = code == ELOOP ? std::string{"it is a link, and links are not followed here"}
                                 : std::generic_category().message(code);
  return failure(error_code::storage_failed, fmt::format("cannot {} {}: {}", doing, path.string(), why));
}

/// A new folder is only as durable as its entry in the folder above it.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return;
  ::fsync(descriptor);
  ::close(descriptor);
}

result<void> make_folder(const std::filesystem::path& folder) {
  const auto whole = std::filesystem::absolute(folder).lexically_normal();
  const auto target = whole.has_filename() ? whole : whole.parent_path();
  std::error_code problem;
  if (std::filesystem::is_directory(target, problem))
    return {};
  std::filesystem::create_directories(target.parent_path(), problem);
  if (problem)
    return system_failure("make the folder", target.parent_path(), problem.value());
  if (::mkdir(target.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return system_failure("make the data folder", target, errno);
  sync_folder(target.parent_path());
  return {};
}

std::string read_holder(int descriptor) {
  char text[32];
  const auto length = ::pread(descriptor, text, sizeof text - 1, 0);
  if (length <= 0)
    return "unknown";
  text[length] = '\0';
  const auto process = std::strtoul(text, nullptr, 10);
  return process == 0 ? "unknown" : std::to_string(process);
}

/// Who holds it, for the message that others get; a lock without it is as good.
void write_holder(int descriptor) {
  const auto text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(descriptor, 0) == 0)
    static_cast<void>(!::pwrite(descriptor, text.data(), text.size(), 0));
}

} // namespace

result<folder_lock> folder_lock::take(const std::filesystem::path& folder) {
  if (auto made = make_folder(folder); !made)
    return std::unexpected(made.error());
  const auto path = folder / "sluice.lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (descriptor < 0)
    return system_failure("write in the data folder: cannot open", path, errno);
  folder_lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return system_failure("lock", path, errno);
    return failure(error_code::unavailable,
                   fmt::format("the data folder {} is in use by another sluice (process {}); stop that one, "
                               "or give this one a folder of its own",
                               folder.string(), read_holder(descriptor)));
  }
  write_holder(descriptor);
  return lock;
}

folder_lock::~folder_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

folder_lock::folder_lock(folder_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

folder_lock& folder_lock::operator=(folder_lock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

} // namespace sluice
