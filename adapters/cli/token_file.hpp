#pragma once
// The file `token` in the data folder: an administrator's token for the commands that are typed on the same
// machine, readable by its owner only.

#include "adapters/cli/exit.hpp"
#include "messages/time.hpp"
#include "persistence/tokens.hpp"

#include <filesystem>
#include <string>

namespace sluice::cli {

inline constexpr const char* local_token_name = "local";

/// The secret in the file, if it is still an administrator's; otherwise that of a new token of that name, which takes the
/// place of an older one.
outcome<std::string> keep_token_file(token_store& tokens,
                                     const std::filesystem::path& folder,
                                     timestamp now,
                                     const std::string& name = local_token_name);

} // namespace sluice::cli
