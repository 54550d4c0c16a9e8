#include "adapters/cli/token_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::cli {
namespace {

/// Written beside and renamed, so that a reader never sees half of it.
outcome<void> write_privately(const std::filesystem::path& file, const std::string& text) {
  const auto beside = file.string() + ".new";
  const int handle = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const bool is_written = handle >= 0 && ::fchmod(handle, S_IRUSR | S_IWUSR) == 0 &&
                          ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int trouble = errno;
  if (handle >= 0)
    ::close(handle);
  if (!is_written || ::rename(beside.c_str(), file.c_str()) != 0)
    return fail(exit_code::refused, fmt::format("cannot write {}: {}", file.string(),
                                                std::strerror(is_written ? errno : trouble)));
  return {};
}

} // namespace

outcome<std::string>
keep_token_file(token_store& tokens, const std::filesystem::path& folder, timestamp now) {
  const auto file = folder / "token";
  std::string kept;
  std::getline(std::ifstream{file} >> std::ws, kept);
  if (const auto holder = tokens.find(kept); !kept.empty() && holder && holder->role == role::admin) {
    ::chmod(file.c_str(), S_IRUSR | S_IWUSR);
    return kept;
  }
  if (const auto revoked = tokens.revoke(local_token_name, {{}, now});
      !revoked && revoked.error().code != error_code::not_found)
    return refusal(revoked.error());
  const auto made = tokens.create(role::admin, local_token_name, {{}, now});
  if (!made)
    return refusal(made.error());
  if (const auto written = write_privately(file, made->secret + '\n'); !written)
    return std::unexpected(written.error());
  return made->secret;
}

} // namespace sluice::cli
