// Opening a data folder: whose it is, who may write, and what is not ours.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <fstream>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// The store as RocksDB sees it, for changes that no sluice makes.
class bare_database {
public:
  explicit bare_database(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies({}, folder.string(), &names).ok())
      throw std::runtime_error("there is no database");
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names)
      families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    if (!rocksdb::DB::Open({}, folder.string(), families, &families_, &database_).ok())
      throw std::runtime_error("the database cannot be opened");
  }
  ~bare_database() {
    for (auto* family : families_)
      static_cast<void>(!database_->DestroyColumnFamilyHandle(family).ok());
    delete database_;
  }
  bare_database(const bare_database&) = delete;
  bare_database& operator=(const bare_database&) = delete;

  rocksdb::ColumnFamilyHandle* family(std::string_view name) const {
    for (auto* family : families_)
      if (family->GetName() == name)
        return family;
    throw std::runtime_error("there is no such column family");
  }
  rocksdb::DB* operator->() const { return database_; }

private:
  rocksdb::DB* database_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

std::string key_of(event_number number) {
  std::string key(16, '\0');
  key[7] = 1;
  key[15] = static_cast<char>(number);
  return key;
}

error error_opening(const std::filesystem::path& folder, open_mode mode) {
  const auto got = open_store(folder, mode);
  if (got)
    throw std::runtime_error("the store was opened");
  return got.error();
}

} // namespace

TEST_CASE("a new data folder is for its owner alone") {
  const temporary_folder folder;
  const auto data = folder.path() / "some" / "where" / "data";
  static_cast<void>(expect(open_store(data, open_mode::read_write)));
  CHECK(std::filesystem::status(data).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("a second writer is turned away with the folder's name, until the first is gone") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    const auto refusal = error_opening(folder.path(), open_mode::read_write);
    CHECK(refusal.code == error_code::unavailable);
    CHECK(refusal.message.find(folder.path().string()) != std::string::npos);
    CHECK(refusal.message.find("another sluice") != std::string::npos);
  }
  CHECK(open_store(folder.path(), open_mode::read_write));
}

TEST_CASE("a reader sees what was acknowledged, while an engine runs and when none does") {
  const temporary_folder folder;
  {
    const auto engine = expect(open_store(folder.path(), open_mode::read_write));
    append_many(engine->journal(), one_campaign, 0, 20);
    const auto reader = expect(open_store(folder.path(), open_mode::read_only));
    CHECK(read_all(reader->journal(), one_campaign).size() == 20);
    append_many(engine->journal(), one_campaign, 20, 5);
    CHECK(read_all(reader->journal(), one_campaign).size() == 20);
    CHECK(read_all(expect(open_store(folder.path(), open_mode::read_only))->journal(), one_campaign).size() ==
          25);
  }
  const auto reader = expect(open_store(folder.path(), open_mode::read_only));
  CHECK(read_all(reader->journal(), one_campaign).size() == 25);
}

TEST_CASE("a reader changes nothing in the folder and refuses every write") {
  const temporary_folder folder;
  {
    const auto engine = expect(open_store(folder.path(), open_mode::read_write));
    append_many(engine->journal(), one_campaign, 0, 1);
  }
  const auto listing = [&] {
    std::vector<std::pair<std::string, std::uintmax_t>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      files.emplace_back(entry.path().filename().string(), entry.file_size());
    std::ranges::sort(files);
    return files;
  };
  const auto before = listing();
  {
    const auto reader = expect(open_store(folder.path(), open_mode::read_only));
    const auto answer = append_now(reader->journal(), request(one_campaign, 1, {cancelled_saying("no")}));
    CHECK(answer.error().code == error_code::not_permitted);
    CHECK(reader->suppressions().add({{"a@example.com", "x", {}}}, {}).error().code ==
          error_code::not_permitted);
    CHECK(reader->suppressions().remove({"a@example.com"}, "", {}).error().code == error_code::not_permitted);
    CHECK(reader->tokens().create(role::admin, "a", {{}, {}}).error().code == error_code::not_permitted);
    CHECK(reader->audiences().begin("a", {}).error().code == error_code::not_permitted);
    CHECK(reader->next_campaign().error().code == error_code::not_permitted);
    CHECK_FALSE(reader->condition().takes_writes);
    CHECK(reader->condition().why.code == error_code::not_permitted);
    reader->snapshots().save(one_campaign, {.number = 1, .state = "x"});
    CHECK_FALSE(reader->snapshots().load(one_campaign));
  }
  CHECK(listing() == before);
}

TEST_CASE("a folder without a store cannot be opened for reading") {
  const temporary_folder folder;
  CHECK(error_opening(folder.path() / "nothing", open_mode::read_only).code == error_code::not_found);
  CHECK(error_opening(folder.path(), open_mode::read_only).code == error_code::corrupt);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "nothing"));
}

TEST_CASE("a path that cannot be a folder is an error that names it") {
  const temporary_folder folder;
  std::ofstream(folder.path() / "file") << "text";
  const auto refusal = error_opening(folder.path() / "file" / "data", open_mode::read_write);
  CHECK(refusal.code == error_code::storage_failed);
  CHECK(refusal.message.find("file") != std::string::npos);
}

TEST_CASE("another program's database is left alone") {
  const temporary_folder folder;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* database = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder.path().string(), &database).ok());
    const std::unique_ptr<rocksdb::DB> owner(database);
    REQUIRE(database->Put({}, "theirs", "value").ok());
  }
  CHECK(error_opening(folder.path(), open_mode::read_write).code == error_code::corrupt);
  CHECK(error_opening(folder.path(), open_mode::read_only).code == error_code::corrupt);
  std::vector<std::string> names;
  REQUIRE(rocksdb::DB::ListColumnFamilies({}, folder.path().string(), &names).ok());
  CHECK(names == std::vector<std::string>{"default"});
}

TEST_CASE("a first start that was cut short is gone on with") {
  const temporary_folder folder;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* database = nullptr;
    REQUIRE(rocksdb::DB::Open(options, folder.path().string(), &database).ok());
    delete database;
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  append_many(store->journal(), one_campaign, 0, 1);
}

TEST_CASE("a store of a newer format is refused, and the message says so") {
  const temporary_folder folder;
  static_cast<void>(expect(open_store(folder.path(), open_mode::read_write)));
  {
    const bare_database bare(folder.path());
    REQUIRE(bare->Put({}, "format", "2").ok());
  }
  for (const auto mode : {open_mode::read_write, open_mode::read_only}) {
    const auto refusal = error_opening(folder.path(), mode);
    CHECK(refusal.code == error_code::corrupt);
    CHECK(refusal.message.find("newer") != std::string::npos);
  }
}

TEST_CASE("a store that lost its CURRENT file is not taken for an empty folder") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    append_many(store->journal(), one_campaign, 0, 1);
  }
  std::filesystem::remove(folder.path() / "CURRENT");
  CHECK(error_opening(folder.path(), open_mode::read_write).code == error_code::corrupt);
}

TEST_CASE("a changed, removed or shortened record is found, with its campaign and number") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    append_many(store->journal(), one_campaign, 0, 9);
  }
  struct damage {
    std::string_view what;
    std::function<void(const bare_database&)> done;
    event_number shows_at;
  };
  const auto change = [](const bare_database& bare, std::size_t offset) {
    std::string value;
    REQUIRE(bare->Get({}, bare.family("events"), key_of(4), &value).ok());
    value.at(offset) = static_cast<char>(value.at(offset) ^ 1);
    REQUIRE(bare->Put({}, bare.family("events"), key_of(4), value).ok());
  };
  const auto what = GENERATE(0, 1, 2, 3, 4);
  const std::vector<damage> damages{
      {"a bit of the body flipped", [&](const auto& bare) { change(bare, 40); }, 4},
      {"a bit of the stored hash flipped", [&](const auto& bare) { change(bare, 3); }, 4},
      {"a record removed",
       [&](const auto& bare) { REQUIRE(bare->Delete({}, bare.family("events"), key_of(4)).ok()); }, 4},
      {"a record cut short",
       [&](const auto& bare) { REQUIRE(bare->Put({}, bare.family("events"), key_of(4), "short").ok()); }, 4},
      {"the first record removed",
       [&](const auto& bare) { REQUIRE(bare->Delete({}, bare.family("events"), key_of(1)).ok()); }, 1},
  };
  const auto& damage = damages.at(static_cast<std::size_t>(what));
  INFO(damage.what);
  {
    const bare_database bare(folder.path());
    damage.done(bare);
  }
  const auto store = expect(open_store(folder.path(), open_mode::read_only));
  const auto fault = error_reading(store->journal(), one_campaign);
  CHECK(fault.code == error_code::corrupt);
  CHECK(fault.message.find("c1") != std::string::npos);
  const auto names = [&](event_number number) {
    return fault.message.find("event " + std::to_string(number)) != std::string::npos;
  };
  // A changed body may still be an event; then the record behind it does not fit.
  CHECK((names(damage.shows_at) || names(damage.shows_at + 1)));
  CHECK(read_all(store->journal(), one_campaign, 7).size() == 3);
  std::vector<event_number> raw;
  expect(store->journal().read_raw(one_campaign, 1, [&](const raw_record& one) {
    raw.push_back(one.number);
    return true;
  }));
  CHECK(raw.size() >= 8);
  CHECK(raw.back() == 9);
}

TEST_CASE("damage in the audiences' table stops imports, and nothing else") {
  const temporary_folder folder;
  {
    const auto store = expect(open_store(folder.path(), open_mode::read_write));
    auto writer = expect(store->audiences().begin("people", at_second(0)));
    for (int number = 0; number < 1'000; ++number)
      expect(writer->add({.email = std::to_string(number) + "@example.com", .fields = {}}));
    expect(writer->commit({}));
    append_many(store->journal(), one_campaign, 0, 5);
  }
  std::size_t tables = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().extension() == ".sst") {
      ++tables;
      std::fstream table(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
      table.seekp(12); // in the first block, which holds the next audience's id
      table.put('\xff');
    }
  REQUIRE(tables == 1);
  const auto store = expect(open_store(folder.path(), open_mode::read_write));
  CHECK(store->audiences().begin("next", at_second(1)).error().code == error_code::corrupt);
  append_many(store->journal(), one_campaign, 5, 5);
  CHECK(read_all(store->journal(), one_campaign).size() == 10);
}
