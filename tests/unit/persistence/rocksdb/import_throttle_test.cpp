// An import that the disk cannot keep up with waits; nobody else does.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/test_disk.hpp"
#include "tests/unit/persistence/rocksdb/house_of.hpp"

#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/journal.hpp"

#include <thread>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// Long enough for any disk; only a test that fails waits for so long.
constexpr auto patience = std::chrono::seconds(60);

recipient large_row(std::size_t number) {
  return {.email = std::to_string(number) + "@example.com", .fields = {{0, std::string(500'000, 'x')}}};
}

} // namespace

TEST_CASE("while tables of an import wait for the disk, appends are answered") {
  constexpr std::size_t rows = 400; // 200 MB: more than RocksDB ever held in memory for an import
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto database = expect(rocksdb_database::open(folder.path(), open_mode::read_write, {.files = disk}));
  house_of house(*database);
  rocksdb_audiences audiences(*database, house.log);
  rocksdb_journal journal(*database);
  disk->close_gate(test_disk::files::tables);

  std::promise<audience_info> imported;
  std::thread importer([&] {
    auto writer = expect(audiences.begin("people", at_second(0)));
    for (std::size_t number = 0; number < rows; ++number)
      expect(writer->add(large_row(number)));
    imported.set_value(expect(writer->commit({})));
  });
  event_number last = 0;
  const auto append_one = [&] {
    auto answer = append_soon(journal, request(one_campaign, last, {cancelled_saying("x")}));
    if (answer.wait_for(patience) != std::future_status::ready)
      return false;
    last = expect(answer.get());
    return true;
  };
  bool answered = true;
  while (answered && database->imports_waiting() == 0)
    answered = append_one();
  for (int more = 0; answered && more < 100; ++more)
    answered = append_one();
  CHECK(database->imports_waiting() == 1);
  disk->open_gate();
  importer.join();
  CHECK(answered);
  CHECK(imported.get_future().get().size == rows);
}

TEST_CASE("an import that waits for a disk that fails is told so") {
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto database = expect(rocksdb_database::open(folder.path(), open_mode::read_write, {.files = disk}));
  house_of house(*database);
  rocksdb_audiences audiences(*database, house.log);
  disk->close_gate(test_disk::files::tables);

  std::promise<error> told;
  std::thread importer([&] {
    auto writer = expect(audiences.begin("people", at_second(0)));
    for (std::size_t number = 0;; ++number)
      if (const auto added = writer->add(large_row(number)); !added)
        return told.set_value(added.error());
  });
  while (database->imports_waiting() == 0)
    std::this_thread::yield();
  disk->fail_with(test_disk::fault::write);
  disk->open_gate();
  importer.join();
  CHECK(told.get_future().get().code == error_code::storage_failed);
  CHECK_FALSE(database->condition().takes_writes);
}
