#pragma once
// The engine's log goes to stderr. The only file that sets the logger up is logging.cpp.

#include <string>

namespace sluice::cli {

/// `level` is one of those that the setting log.level takes.
void log_to_stderr(const std::string& level);
/// Where this process may do all: what is wrong in it, or in what it is told to run, may do all then.
void warn_of_root();

/// A line of the command line's own in that log.
void log_info(const std::string& words);
void log_warning(const std::string& words);

} // namespace sluice::cli
