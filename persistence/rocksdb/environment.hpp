#pragma once
// What the embedded store needs of the world around it. Tests give their own.

#include "messages/time.hpp"
#include "persistence/random_secret.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rocksdb {
class FileSystem;
}

namespace sluice {

/// For how long this process has been running: no jump of the wall clock shows in it.
milliseconds process_running_time();

struct rocksdb_environment {
  std::shared_ptr<rocksdb::FileSystem> files; ///< what the disk is reached through; none: the system's own
  clock_source now = system_now;
  std::function<milliseconds()> running = process_running_time; ///< never goes back
  std::function<result<std::string>()> secret = random_secret;  ///< for a store that has none
  /// Of the store that is copied into this one (persistence/store_copy.hpp); empty: it is no copy's target.
  std::string copied_secret = {};
};

} // namespace sluice
