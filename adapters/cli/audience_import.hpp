#pragma once
// Sends a list of recipients to the engine, with a bar on a terminal, and says what was taken and left out.

#include "adapters/cli/session.hpp"
#include "adapters/cli/syntax.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

/// What may be said of a list beside its name; empty: the engine finds it out.
struct list_reading_words {
  std::string encoding;
  std::string sheet;
  std::string email_column;
  bool has_no_header = false;
};

/// Adds --encoding, --sheet, --email-column and --no-header.
void add_list_options(command_syntax to, list_reading_words& into);

/// Streams `file` (`-`: standard input) as an audience of that name (empty: the file's name). The answer is the
/// engine's: {id, name, rows, left_out:[{line, reason, cell}…], left_out_total, read, notices}. `replacements`: see
/// uploaded_files.
outcome<nlohmann::json> import_audience(session& with,
                                        const std::string& file,
                                        const std::string& name,
                                        const list_reading_words& said,
                                        const std::string& replacements = {});

/// What was taken, how it was read, and what was left out: each reason with its count and line numbers.
std::string import_words(const nlohmann::json& answer);

/// Of an audience as the engine shows it: how it was read, and what was left out. Empty where that was not kept.
std::string kept_import_words(const nlohmann::json& audience);

} // namespace sluice::cli
