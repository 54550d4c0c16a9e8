// What the disk form alone has to promise: that acknowledged means kept, whatever ends the process or
// befalls the disk.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/test_disk.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/store.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <utility>

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr campaign_id other_campaign{2};

std::unique_ptr<store> open_on(const temporary_folder& folder, const std::shared_ptr<test_disk>& disk) {
  return expect(open_rocksdb_store(folder.path(), open_mode::read_write, {.files = disk}));
}

std::unique_ptr<store> reopen(const temporary_folder& folder) {
  return expect(open_store(folder.path(), open_mode::read_write));
}

constexpr const char* child_folder_variable = "SLUICE_TEST_FOLDER";
constexpr int child_acknowledges = 3; ///< the descriptor that the child writes a byte to for each answer

/// This executable once more, running nothing but the test that appends for ever.
class killed_process {
public:
  explicit killed_process(const std::filesystem::path& folder) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    acknowledged_ = ends[0];
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], child_acknowledges);
    std::string program = "/proc/self/exe";
    std::string which = "[.killed-process]";
    std::array<char*, 3> arguments{program.data(), which.data(), nullptr};
    auto place = std::string(child_folder_variable) + "=" + folder.string();
    std::vector<char*> environment{place.data()};
    for (auto* variable = environ; *variable != nullptr; ++variable)
      environment.push_back(*variable);
    environment.push_back(nullptr);
    const auto problem =
        ::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    REQUIRE(problem == 0);
  }
  ~killed_process() {
    if (process_ > 0)
      static_cast<void>(kill());
    ::close(acknowledged_);
  }
  killed_process(const killed_process&) = delete;
  killed_process& operator=(const killed_process&) = delete;

  /// Returns when so many were acknowledged, or the child has ended by itself.
  void wait_for_acknowledged(std::size_t count) {
    while (seen_ < count && read_some())
      ;
  }
  /// Kills it and says how many it had acknowledged by then.
  std::size_t kill() {
    ::kill(process_, SIGKILL);
    ::waitpid(std::exchange(process_, 0), nullptr, 0);
    while (read_some())
      ;
    return seen_;
  }

private:
  bool read_some() {
    std::array<char, 4096> marks;
    const auto count = ::read(acknowledged_, marks.data(), marks.size());
    if (count <= 0)
      return false;
    seen_ += static_cast<std::size_t>(count);
    return true;
  }

  int acknowledged_ = -1;
  ::pid_t process_ = 0;
  std::size_t seen_ = 0;
};

result<event_number> append_one(store& to, event_number last, campaign_id where = one_campaign) {
  return append_now(to.journal(), request(where, last, {cancelled_saying(std::to_string(last + 1))}));
}

} // namespace

TEST_CASE("everything is there again after the store was closed and opened") {
  const temporary_folder folder;
  std::string secret;
  audience_info info;
  {
    const auto store = reopen(folder);
    append_many(store->journal(), one_campaign, 0, 10);
    store->snapshots().save(one_campaign, {.number = 10, .state = "ten"});
    expect(store->suppressions().add({{"ann@example.com", "bounced", at_second(1)}}, {}));
    secret = expect(store->tokens().create(role::admin, "root", {{}, at_second(1)})).secret;
    auto writer = expect(store->audiences().begin("people", at_second(1)));
    expect(writer->add({.email = "ann@example.com", .fields = {}}));
    info = expect(writer->commit({}));
  }
  const auto store = reopen(folder);
  CHECK(read_all(store->journal(), one_campaign).size() == 10);
  CHECK(expect(append_one(*store, 10)) == 11);
  CHECK(read_all(store->journal(), one_campaign).size() == 11);
  CHECK(store->snapshots().load(one_campaign) == snapshot{10, "ten"});
  CHECK(expect(store->suppressions().find({"ann@example.com"}, {{}, at_second(1)})).front()->reason ==
        "bounced");
  CHECK(store->tokens().find(secret)->name == "root");
  CHECK(expect(store->audiences().list()) == std::vector{info});
  CHECK(expect(store->audiences().read(info.id, 0, 10)).size() == 1);
}

TEST_CASE("appends that wait when the store is closed are finished and answered") {
  const temporary_folder folder;
  std::vector<std::future<result<event_number>>> answers;
  {
    const auto store = reopen(folder);
    for (event_number last = 0; last < 100; ++last)
      answers.push_back(append_soon(store->journal(), request(one_campaign, last, {cancelled_saying("x")})));
  }
  for (auto& answer : answers)
    CHECK(expect(answer.get()) != 0);
  CHECK(read_all(reopen(folder)->journal(), one_campaign).size() == 100);
}

TEST_CASE("appends for ever, for the test that kills it", "[.killed-process]") {
  const auto* const folder = std::getenv(child_folder_variable);
  REQUIRE(folder != nullptr);
  const auto store = expect(open_store(folder, open_mode::read_write));
  auto writer = expect(store->audiences().begin("broken off", at_second(1)));
  for (event_number last = 0;; ++last) {
    expect(writer->add({.email = std::to_string(last) + "@example.com", .fields = {}}));
    expect(append_one(*store, last));
    REQUIRE(::write(child_acknowledges, "+", 1) == 1);
  }
}

TEST_CASE("what was acknowledged survives kill -9") {
  const temporary_folder folder;
  killed_process child(folder.path());
  child.wait_for_acknowledged(500);
  const auto acknowledged = child.kill();
  CHECK(acknowledged >= 500);
  const auto store = reopen(folder);
  // One more may have been durable with its answer still on the way.
  const auto kept = read_all(store->journal(), one_campaign).size();
  CHECK(kept >= acknowledged);
  CHECK(kept <= acknowledged + 1);
  CHECK(expect(store->audiences().list()).empty());
  CHECK(expect(store->audiences().begin("next", at_second(1))));
}

TEST_CASE("appends that queue while the disk syncs go out in one write and one sync") {
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto store = open_on(folder, disk);
  expect(append_one(*store, 0));
  disk->close_gate();
  auto first = append_soon(store->journal(), request(one_campaign, 1, {cancelled_saying("first")}));
  disk->wait_at_gate();
  const auto syncs_before = disk->log_syncs();
  std::vector<std::future<result<event_number>>> queued;
  for (std::uint64_t id = 10; id < 60; ++id)
    queued.push_back(append_soon(store->journal(), request({id}, 0, {cancelled_saying("queued")})));
  // The same log twice in a group, and one that does not fit: each is judged by what went before it.
  auto again = append_soon(store->journal(), request({10}, 1, {cancelled_saying("again")}));
  auto wrong = append_soon(store->journal(), request({11}, 7, {cancelled_saying("wrong")}));
  disk->open_gate();
  CHECK(expect(first.get()) == 2);
  for (auto& answer : queued)
    CHECK(expect(answer.get()) == 1);
  CHECK(expect(again.get()) == 2);
  CHECK(wrong.get().error().code == error_code::conflict);
  CHECK(disk->log_syncs() == syncs_before + 1);
}

TEST_CASE("over the limit of the queue an append is refused at once, and what is queued goes on") {
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto store = open_on(folder, disk);
  disk->close_gate();
  auto first = append_soon(store->journal(), request(one_campaign, 0, {cancelled_saying("first")}));
  disk->wait_at_gate();
  const std::string large(journal_queue_bytes_max / 8, 'x');
  std::vector<std::future<result<event_number>>> queued;
  for (std::uint64_t id = 10; id < 17; ++id)
    queued.push_back(append_soon(store->journal(), request({id}, 0, {cancelled_saying(large)})));
  auto refused = append_soon(store->journal(), request({99}, 0, {cancelled_saying(large)}));
  REQUIRE(refused.wait_for(std::chrono::seconds(0)) == std::future_status::ready);
  CHECK(refused.get().error().code == error_code::unavailable);
  disk->open_gate();
  CHECK(expect(first.get()) == 1);
  for (auto& answer : queued)
    CHECK(expect(answer.get()) == 1);
}

TEST_CASE("a disk that fails is told of, and the log goes on by itself when it is back") {
  const auto fault = GENERATE(test_disk::fault::sync, test_disk::fault::write, test_disk::fault::full);
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  {
    const auto store = open_on(folder, disk);
    for (event_number last = 0; last < 10; ++last)
      expect(append_one(*store, last));
    disk->fail_with(fault);
    for (int attempt = 0; attempt < 3; ++attempt) {
      const auto answer = append_one(*store, 10);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code == error_code::storage_failed);
    }
    CHECK(store->suppressions().add({{"ann@example.com", "bounced", at_second(1)}}, {}).error().code ==
          error_code::storage_failed);
    CHECK(store->tokens().create(role::admin, "root", {{}, at_second(1)}).error().code ==
          error_code::storage_failed);
    CHECK(expect(store->tokens().list()).empty());
    CHECK(read_all(store->journal(), one_campaign).size() == 10);

    disk->fail_with(test_disk::fault::none);
    CHECK(expect(append_one(*store, 10)) == 11);
    CHECK(expect(append_one(*store, 0, other_campaign)) == 1);
    CHECK(read_all(store->journal(), one_campaign).size() == 11);
    // And what comes after the trouble is as durable as what came before it.
    disk->cut_power();
  }
  disk->lose_unsynced(0);
  const auto store = reopen(folder);
  CHECK(read_all(store->journal(), one_campaign).size() == 11);
  CHECK(read_all(store->journal(), other_campaign).size() == 1);
  CHECK(expect(store->suppressions().list({.now = at_second(1)})).entries.empty());
}

TEST_CASE("a store of before that was opened on a full disk begins the house's log with its first change, be "
          "it a token") {
  const temporary_folder folder;
  expect(rocksdb_database::open(folder.path(), open_mode::read_write, {}));
  const auto disk = std::make_shared<test_disk>();
  disk->fail_with(test_disk::fault::logs_full);
  const auto store = open_on(folder, disk);
  CHECK(store->house().last_number() == 0);
  CHECK(store->tokens().create(role::admin, "olga", {}).error().code == error_code::storage_failed);
  disk->fail_with(test_disk::fault::none);
  expect(store->tokens().create(role::admin, "olga", {}));
  CHECK(store->house().last_number() == 2);
}

TEST_CASE("an import that the disk did not take whole cannot be committed") {
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  const auto store = open_on(folder, disk);
  {
    auto writer = expect(store->audiences().begin("people", at_second(1)));
    expect(writer->add({.email = "ann@example.com", .fields = {}}));
    disk->fail_with(test_disk::fault::full);
    CHECK(writer->commit({}).error().code == error_code::storage_failed);
    disk->fail_with(test_disk::fault::none);
    CHECK_FALSE(writer->commit({}));
    CHECK(expect(store->audiences().list()).empty());
  }
  auto writer = expect(store->audiences().begin("people", at_second(1)));
  expect(writer->add({.email = "ann@example.com", .fields = {}}));
  CHECK(expect(writer->commit({})).size == 1);
}

TEST_CASE("a bit that flips in the log behind which acknowledged events lie is told, and is not taken for a "
          "torn tail") {
  const temporary_folder folder;
  {
    const auto store = reopen(folder);
    for (event_number last = 0; last < 20; ++last)
      expect(append_one(*store, last));
  }
  std::filesystem::path log;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (entry.path().extension() == ".log")
      log = entry.path();
  const auto bytes = std::filesystem::file_size(log);
  const auto flip = [&](std::uintmax_t at) {
    std::fstream file(log, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const auto flipped = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(flipped);
  };
  for (std::uintmax_t at = 0; at < bytes * 4 / 5; at += 7) {
    flip(at);
    for (const auto mode : {open_mode::read_only, open_mode::read_write}) {
      const auto opened = open_store(folder.path(), mode);
      INFO("byte " << at << " of " << bytes);
      REQUIRE_FALSE(opened);
      CHECK(opened.error().code == error_code::corrupt);
      CHECK(opened.error().message.find(log.string()) != std::string::npos);
    }
    flip(at);
  }
  CHECK(std::filesystem::file_size(log) == bytes);
  // What nobody can tell from a tail that a power cut tore.
  flip(bytes - 1);
  CHECK(read_all(reopen(folder)->journal(), one_campaign).size() == 19);
}

TEST_CASE("what was acknowledged survives a power cut, whatever reached the disk of the rest") {
  const auto kept_percent = GENERATE(0U, 30U, 50U, 99U, 100U);
  const temporary_folder folder;
  const auto disk = std::make_shared<test_disk>();
  audience_info info;
  {
    const auto store = open_on(folder, disk);
    for (event_number last = 0; last < 20; ++last)
      expect(append_one(*store, last));
    auto writer = expect(store->audiences().begin("people", at_second(1)));
    for (int number = 0; number < 1'000; ++number)
      expect(writer->add({.email = std::to_string(number) + "@example.com", .fields = {}}));
    info = expect(writer->commit({}));
    for (event_number last = 20; last < 30; ++last)
      expect(append_one(*store, last));
    auto broken_off = expect(store->audiences().begin("broken off", at_second(1)));
    for (int number = 0; number < 1'000; ++number)
      expect(broken_off->add({.email = std::to_string(number) + "@example.com", .fields = {}}));
    // A write that is not synced: the tail that the cut tears.
    store->snapshots().save(one_campaign, {.number = 30, .state = std::string(1'000, 's')});
    disk->cut_power();
  }
  disk->lose_unsynced(kept_percent);
  const auto store = reopen(folder);
  CHECK(read_all(store->journal(), one_campaign).size() == 30);
  CHECK(expect(store->audiences().list()) == std::vector{info});
  CHECK(expect(store->audiences().read(info.id, 0, 2'000)).size() == 1'000);
  CHECK(expect(store->audiences().find(info.id, "777@example.com")) == letter_index{777});
  CHECK(expect(append_one(*store, 30)) == 31);
}
