#pragma once
// The file `address` in the data folder: where the engine that runs on it listens, so that the folder's token is sent to
// that one and to nobody who happens to listen there while it does not run. The engine holds a lock on the file (an
// open file description's, F_OFD_SETLK) as long as it runs; the kernel drops it however the process ends.

#include "adapters/cli/exit.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace sluice::cli {

class engine_address {
public:
  /// Writes the file (mode 0600) and holds it as long as this lives.
  static outcome<engine_address> publish(const std::filesystem::path& data_folder, const std::string& url);
  ~engine_address();
  engine_address(engine_address&& other) noexcept;
  engine_address& operator=(engine_address&& other) noexcept;

private:
  explicit engine_address(int handle) : handle_(handle) {}
  int handle_ = -1;
};

/// The URL of the engine that runs on the folder now; nothing where none does, or none that says it.
std::optional<std::string> address_of_running(const std::filesystem::path& data_folder);

/// Where a token comes from: said in words, or the file of a data folder.
struct token_origin {
  std::filesystem::path folder;         ///< empty: it was said
  std::optional<std::string> runs_at{}; ///< where the folder's engine is
};

/// Why a token must not be sent to `url`; nothing where it may. Over https:// it may go anywhere. In clear one that was
/// said goes to this machine, and a folder's to the engine that runs on the folder.
std::optional<failed> why_withheld(const std::string& url, const token_origin& from);

} // namespace sluice::cli
