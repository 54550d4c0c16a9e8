#include "adapters/cli/token_file.hpp"

#include "adapters/cli/private_file.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace sluice::cli {
namespace {

/// What the command line needs to do everything on this machine.
bool is_for_the_file(const token_info& one, timestamp now) {
  return one.role == role::admin && !one.has_expired(now) && !one.is_superseded && !one.scope.is_limited();
}

/// The secret of it is lost: it is rotated. Where it was revoked, its name is not given again: the next is "local 2".
outcome<token_store::created_token>
make_local_token(token_store& tokens, timestamp now, const std::string& first_name) {
  const auto all = tokens.list();
  if (!all)
    return refusal(all.error());
  for (auto number = 1;; ++number) {
    const auto name = number == 1 ? first_name : fmt::format("{} {}", first_name, number);
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

outcome<std::string> keep_token_file(token_store& tokens,
                                     const std::filesystem::path& folder,
                                     timestamp now,
                                     const std::string& name) {
  const auto file = folder / "token";
  const auto kept = read_private_line(file);
  if (!kept)
    return std::unexpected(kept.error());
  const auto secret = kept->value_or("");
  if (const auto holder = tokens.find(secret); !secret.empty() && holder && is_for_the_file(*holder, now))
    return secret;
  const auto made = make_local_token(tokens, now, name);
  if (!made)
    return std::unexpected(made.error());
  if (const auto written = write_privately(file, made->secret + '\n'); !written)
    return std::unexpected(written.error());
  return made->secret;
}

} // namespace sluice::cli
