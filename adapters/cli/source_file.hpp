#pragma once
// Files that a command reads: whole ones of a sane size, and streams of any (`-` is the standard input).

#include "adapters/cli/exit.hpp"

#include <cstdint>
#include <fstream>
#include <istream>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

/// The whole text, of a campaign file as a rule; 32 MiB at most.
outcome<std::string> read_whole(const std::string& file, std::istream& standard_input);

/// The JSON in it; a mistake is told with file, line and column.
outcome<nlohmann::json> read_json(const std::string& file, std::istream& standard_input);

/// A file that is read piece by piece.
class source_file {
public:
  static outcome<source_file> open(const std::string& file, std::istream& standard_input);
  /// Nothing when reading failed; 0 at the end.
  std::optional<std::size_t> read(char* into, std::size_t bytes_max);
  /// Nothing where it cannot be known (standard input, pipes).
  std::optional<std::uint64_t> size() const { return size_; }
  std::uint64_t taken() const { return taken_; }

private:
  std::ifstream own_;
  std::istream* standard_input_ = nullptr;
  std::optional<std::uint64_t> size_;
  std::uint64_t taken_ = 0;
};

} // namespace sluice::cli
