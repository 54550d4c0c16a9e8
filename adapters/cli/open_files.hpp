#pragma once
// How many files and connections this process may hold open at once. The usual limit of 1024 is one crowd
// of idle HTTP clients away from a store that cannot open its next file.

#include <cstddef>

namespace sluice::cli {

/// Raises the limit as far as it goes without anybody's leave; the limit that is in force then.
std::size_t raise_open_files_limit();

} // namespace sluice::cli
