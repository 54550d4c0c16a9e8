#include "persistence/postgres/import_scratch.hpp"

#include "persistence/rocksdb/store.hpp"

#include <fmt/format.h>

#include <exception>

namespace sluice {

import_scratch::open_scratch::open_scratch(std::filesystem::path folder, std::unique_ptr<store> in) :
    folder_(std::move(folder)), store_(std::move(in)) {}

import_scratch::open_scratch::~open_scratch() {
  store_.reset();
  std::error_code ignored; // the next start deletes it
  std::filesystem::remove_all(folder_, ignored);
}

result<std::shared_ptr<import_scratch::open_scratch>> import_scratch::open() {
  const std::lock_guard guard(mutex_);
  if (auto open_now = now_.lock())
    return open_now;
  // The standard library's file functions throw where they run out of memory.
  try {
    if (auto emptied = empty(); !emptied)
      return std::unexpected(emptied.error());
    // Each in a folder of its own: the one before may be on its way out.
    const auto folder = folder_ / fmt::format("{}", ++opened_);
    auto made = open_rocksdb_store(folder, open_mode::read_write);
    if (!made)
      return std::unexpected(made.error());
    auto opened = std::make_shared<open_scratch>(folder, *std::move(made));
    now_ = opened;
    return opened;
  } catch (const std::exception& problem) {
    return failure(error_code::storage_failed,
                   fmt::format("cannot put an import together in {}: {}", folder_.string(), problem.what()));
  }
}

result<void> import_scratch::empty() {
  if (lock_)
    return {};
  auto locked = folder_lock::take(folder_);
  if (!locked)
    return std::unexpected(locked.error());
  for (const auto& one : std::filesystem::directory_iterator(folder_))
    if (one.is_directory())
      std::filesystem::remove_all(one.path());
  lock_ = *std::move(locked);
  return {};
}

} // namespace sluice
