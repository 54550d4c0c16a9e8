#include "adapters/cli/token_file.hpp"

#include <algorithm>
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

/// What the command line needs to do everything on this machine.
bool is_for_the_file(const token_info& one, timestamp now) {
  return one.role == role::admin && !one.has_expired(now) && !one.is_superseded && !one.scope.is_limited();
}

/// The secret of it is lost: it is rotated. Where it was revoked, its name is not given again: the next is "local 2".
outcome<token_store::created_token> make_local_token(token_store& tokens, timestamp now) {
  const auto all = tokens.list();
  if (!all)
    return refusal(all.error());
  for (auto number = 1;; ++number) {
    const auto name =
        number == 1 ? std::string{local_token_name} : fmt::format("{} {}", local_token_name, number);
    const auto known = std::ranges::find(*all, name, &token_info::name);
    auto made = known != all->end() && is_for_the_file(*known, now)
                    ? tokens.rotate(known->id, std::nullopt, std::nullopt, {{}, now})
                    : tokens.create({role::admin, name, {}, {}}, {{}, now});
    if (made)
      return *std::move(made);
    if (made.error().code != error_code::conflict)
      return refusal(made.error());
  }
}

} // namespace

outcome<std::string>
keep_token_file(token_store& tokens, const std::filesystem::path& folder, timestamp now) {
  const auto file = folder / "token";
  std::string kept;
  std::getline(std::ifstream{file} >> std::ws, kept);
  if (const auto holder = tokens.find(kept); !kept.empty() && holder && is_for_the_file(*holder, now)) {
    ::chmod(file.c_str(), S_IRUSR | S_IWUSR);
    return kept;
  }
  const auto made = make_local_token(tokens, now);
  if (!made)
    return std::unexpected(made.error());
  if (const auto written = write_privately(file, made->secret + '\n'); !written)
    return std::unexpected(written.error());
  return made->secret;
}

} // namespace sluice::cli
