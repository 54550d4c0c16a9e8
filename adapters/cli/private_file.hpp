#pragma once
// Files that are for nobody else: read without following links, and written as new ones, so that whoever may write in the
// same folder has no other file read or overwritten in their place.

#include "adapters/cli/exit.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace sluice::cli {

/// The first line without blanks at its end; nothing where there is no such file. A link, and what is no plain file, is
/// refused. One of ours that is open to others is closed to them.
outcome<std::optional<std::string>> read_private_line(const std::filesystem::path& file);

/// With mode 0600, in place of what was there. Written beside and renamed, so that a reader never sees half of it.
outcome<void> write_privately(const std::filesystem::path& file, const std::string& text);

/// Refuses a data folder that is there already and that others may look into: addresses, letters and an administrator's
/// token lie in it. It is not closed to them here: whoever opened it meant something by it, and what could be read may
/// have been read.
outcome<void> check_is_private(const std::filesystem::path& data_folder);

} // namespace sluice::cli
