#pragma once
// The folder that a store lives in: made for its owner alone (mode 0700), and held by one writer at a time
// through a lock on the file `sluice.lock`, which the kernel drops when the process ends however it ends.

#include "messages/error.hpp"

#include <filesystem>

namespace sluice {

/// The right to write in a data folder, held as long as this lives.
class folder_lock {
public:
  folder_lock() = default;
  /// Makes the folder if it is not there and takes the lock. `unavailable` when somebody else has it (the
  /// message names the folder and the process), `storage_failed` otherwise.
  static result<folder_lock> take(const std::filesystem::path& folder);
  ~folder_lock();
  folder_lock(folder_lock&& other) noexcept;
  folder_lock& operator=(folder_lock&& other) noexcept;

private:
  explicit folder_lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

} // namespace sluice
