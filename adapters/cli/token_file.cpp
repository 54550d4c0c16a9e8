#include "adapters/cli/token_file.hpp"

#include "adapters/cli/private_file.hpp"

namespace sluice::cli {

outcome<std::string>
keep_token_file(token_store& tokens, const std::filesystem::path& folder, timestamp now) {
  const auto file = folder / "token";
  const auto kept = read_private_line(file);
  if (!kept)
    return std::unexpected(kept.error());
  const auto secret = kept->value_or("");
  if (const auto holder = tokens.find(secret); !secret.empty() && holder && holder->role == role::admin)
    return secret;
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
