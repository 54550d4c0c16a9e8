#pragma once
// Columns of a list whose cells name files of a folder: each recipient's own attachment. The files are uploaded before the
// list is, and the engine puts their ids in the place of the names (adapters/import/README.md).

#include "adapters/cli/audience_import.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::cli {

/// What --attachments and --attachments-missing say.
struct attachment_column_words {
  std::vector<std::string> columns; ///< COLUMN=FOLDER
  std::string missing;              ///< "leave-empty", "refuse" or nothing, which is the same
};

/// Adds both options.
void add_attachment_options(command_syntax to, attachment_column_words& into);

/// The files that a list names, uploaded.
struct uploaded_files {
  std::string
      replacements; ///< JSON Lines {"column", "file", "id"}, for the engine; empty where no column was said
  std::uint64_t count = 0;
  std::vector<std::string> missing; ///< "line 7: ann.pdf: …", where they are left empty; the first of them
  std::uint64_t missing_total = 0;
};

/// Puts into an import's answer how many files were uploaded, where columns were said: `attachments` {files, missing}.
void add_files(nlohmann::json& answer, const uploaded_files& files);

/// Reads the whole list before anything is sent, so that a file that is missing is told with its line and nothing has been
/// done by then. Each file is uploaded once, however many rows name it. Wrong usage: a folder or a column that there is
/// not, a name that leads out of the folder, and, unless they are to be left empty, files that are missing.
outcome<uploaded_files> upload_named_files(session& with,
                                           const std::string& list,
                                           const list_reading_words& reading,
                                           const attachment_column_words& said);

} // namespace sluice::cli
