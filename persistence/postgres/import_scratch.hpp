#pragma once
// Where a node of a shared store puts imports together: an embedded store in a folder of its own, which is there as long as
// somebody imports. Rows of many lists are compared and sorted there, and none of it is seen by others.

#include "persistence/rocksdb/data_folder.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace sluice {

class import_scratch {
public:
  /// The store with its folder, which go together.
  class open_scratch {
  public:
    open_scratch(std::filesystem::path folder, std::unique_ptr<store> in);
    ~open_scratch();
    open_scratch(const open_scratch&) = delete;
    open_scratch& operator=(const open_scratch&) = delete;
    audience_store& audiences() { return store_->audiences(); }
    const std::filesystem::path& folder() const { return folder_; }

  private:
    const std::filesystem::path folder_;
    std::unique_ptr<store> store_;
  };

  /// `folder`: this process's alone, while this lives; what is in it from before is deleted with the first import.
  explicit import_scratch(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// The store that others import with at this moment, or a new one. Any thread.
  result<std::shared_ptr<open_scratch>> open();

private:
  result<void> empty();

  const std::filesystem::path folder_;
  std::mutex mutex_; ///< guards what follows
  std::optional<folder_lock> lock_;
  std::uint64_t opened_ = 0;
  std::weak_ptr<open_scratch> now_;
};

} // namespace sluice
