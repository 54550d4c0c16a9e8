#pragma once
// The configuration file that a command goes by.

#include "adapters/cli/configuration.hpp"
#include "adapters/cli/session.hpp"

namespace sluice::cli {

/// `said` (--config) or SLUICE_CONFIG, which must be there; or sluice.toml in the current folder, which need not.
outcome<std::optional<configuration_file>> read_configuration_file(session& with, const std::string& said);

} // namespace sluice::cli
