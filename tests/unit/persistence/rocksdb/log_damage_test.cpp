// What looking through the write-ahead log costs; what it finds is in durability_test.cpp.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/rocksdb/log_damage.hpp"

#include <rocksdb/db.h>

#include <fstream>
#include <sstream>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// The most memory that the process had at once since `begin`, or null where the kernel does not tell.
class peak_memory {
public:
  peak_memory() {
    std::ofstream("/proc/self/clear_refs") << 5; // VmHWM begins anew
    before_ = kibibytes("VmRSS:");
  }
  std::uint64_t grown_kibibytes() const {
    const auto peak = kibibytes("VmHWM:");
    return peak > before_ ? peak - before_ : 0;
  }

private:
  static std::uint64_t kibibytes(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with(name))
        return std::stoull(line.substr(name.size()));
    throw std::runtime_error("the kernel does not tell " + name);
  }
  std::uint64_t before_ = 0;
};

} // namespace

TEST_CASE("a write-ahead log of any size is looked through in little memory") {
  const temporary_folder folder;
  constexpr std::size_t log_bytes = 64U << 20U;
  const std::string value(1U << 20U, 'v');
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 4 * log_bytes;
    options.avoid_flush_during_shutdown = true;
    rocksdb::DB* opened = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder.path().string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> database(opened);
    for (std::size_t written = 0; written < log_bytes; written += value.size())
      REQUIRE(database->Put({}, std::to_string(written), value).ok());
  }
  const peak_memory memory;
  CHECK(check_log_damage(folder.path(), 0));
  CHECK(memory.grown_kibibytes() < log_bytes / 1024 / 8);
}
