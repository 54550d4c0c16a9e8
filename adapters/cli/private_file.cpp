#include "adapters/cli/private_file.hpp"

#include "adapters/cli/text.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace sluice::cli {
namespace {

constexpr unsigned permissions = 07777;
constexpr unsigned of_others = 0077;

std::unexpected<failed> cannot(std::string_view what, const std::filesystem::path& file, int trouble) {
  return fail(exit_code::refused,
              fmt::format("cannot {} {}: {}", what, shown(file.string()),
                          trouble == ELOOP ? "it is a link, and links are not followed here"
                                           : std::strerror(trouble)));
}

} // namespace

outcome<std::optional<std::string>> read_private_line(const std::filesystem::path& file) {
  // Not waiting for whoever writes into a pipe.
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (handle < 0 && (errno == ENOENT || errno == ENOTDIR))
    return std::optional<std::string>{};
  if (handle < 0)
    return cannot("read", file, errno);
  struct stat found{};
  std::array<char, 4096> text{};
  const auto is_plain = ::fstat(handle, &found) == 0 && S_ISREG(found.st_mode);
  const auto bytes = is_plain ? ::read(handle, text.data(), text.size()) : 0;
  const int trouble = errno;
  if (is_plain && found.st_uid == ::geteuid() && (found.st_mode & of_others) != 0)
    ::fchmod(handle, S_IRUSR | S_IWUSR);
  ::close(handle);
  if (!is_plain)
    return fail(exit_code::refused, fmt::format("cannot read {}: it is no plain file", shown(file.string())));
  if (bytes < 0)
    return cannot("read", file, trouble);
  std::string line{text.data(), static_cast<std::size_t>(bytes)};
  line.resize(std::min(line.find('\n'), line.size()));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
    line.pop_back();
  return std::optional(std::move(line));
}

outcome<void> write_privately(const std::filesystem::path& file, const std::string& text) {
  const auto beside = file.string() + ".new";
  // What somebody has put there, or one who was killed here: this one is new, or it is not written.
  ::unlink(beside.c_str());
  const int handle =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool is_written =
      handle >= 0 && ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int trouble = errno;
  if (handle >= 0)
    ::close(handle);
  if (!is_written || ::rename(beside.c_str(), file.c_str()) != 0)
    return cannot("write", file, is_written ? errno : trouble);
  return {};
}

outcome<void> check_is_private(const std::filesystem::path& data_folder) {
  struct stat found{};
  if (::stat(data_folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || (found.st_mode & of_others) == 0)
    return {}; // it is made for its owner alone, or whoever opens it says what is wrong
  const auto name = shown(data_folder.string());
  return fail(exit_code::refused,
              fmt::format("the data folder {} (mode {:04o}) is open to others, and addresses, letters and an "
                          "administrator's token lie in it: chmod 700 {}, or say data_shared = true "
                          "(SLUICE_DATA_SHARED=true) where it is meant to be",
                          name, found.st_mode & permissions, name));
}

} // namespace sluice::cli
