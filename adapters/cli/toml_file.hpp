#pragma once
// A TOML file as a flat list: dotted keys, values, lines. The only file that knows the TOML library is
// toml_file.cpp.

#include "adapters/cli/settings.hpp"

namespace sluice::cli {

struct toml_entry {
  std::string key; ///< "relay.url"
  setting_value value;
  std::size_t line = 0;
};

/// Entries in the order of their lines; each table of a list of tables (`[[relay.replies]]`) is one of its own. A mistake in the syntax is `invalid_input` with "name:line: ".
result<std::vector<toml_entry>> read_toml(std::string_view text, const std::string& name);

} // namespace sluice::cli
