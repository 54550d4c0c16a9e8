#pragma once
// Sends a list of recipients to the engine, with a bar on a terminal, and says what was taken and left out.

#include "adapters/cli/session.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

/// Streams `file` (`-`: standard input) as an audience of that name (empty: the file's name). The answer is the
/// engine's: {id, name, rows, left_out:[{line, reason}…], left_out_total}.
outcome<nlohmann::json> import_audience(session& with, const std::string& file, const std::string& name);

/// What was taken, and what was left out: each reason with its count and line numbers.
std::string import_words(const nlohmann::json& answer);

} // namespace sluice::cli
