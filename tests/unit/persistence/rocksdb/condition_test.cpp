// Whether the store takes writes, as /readyz tells it.
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/test_disk.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/rocksdb/store.hpp"

#include <atomic>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// A store with a disk and clocks that the test turns.
class watched_store {
public:
  store* operator->() { return store_.get(); }
  test_disk& disk() { return *disk_; }
  void pass(milliseconds time) { *passed_ = passed_->load() + time; }

  /// Asks, and lets the store try what it wants to try before it is asked again.
  store_condition condition_now() {
    pass(std::chrono::seconds(2));
    static_cast<void>(store_->condition());
    std::promise<void> tried;
    store_->journal().await_appends([&] { tried.set_value(); });
    tried.get_future().wait();
    return store_->condition();
  }

private:
  temporary_folder folder_;
  std::shared_ptr<test_disk> disk_ = std::make_shared<test_disk>();
  std::shared_ptr<std::atomic<milliseconds>> passed_ = std::make_shared<std::atomic<milliseconds>>();
  std::unique_ptr<store> store_ =
      expect(open_rocksdb_store(folder_.path(),
                                open_mode::read_write,
                                {.files = disk_,
                                 .now = [passed = passed_] { return at_second(0) + passed->load(); },
                                 .running = [passed = passed_] { return passed->load(); }}));
};

} // namespace

TEST_CASE("a store whose disk fails says so, since when and why, until a write is taken again") {
  const auto fault = GENERATE(test_disk::fault::sync, test_disk::fault::write, test_disk::fault::full);
  watched_store store;
  append_many(store->journal(), one_campaign, 0, 1);
  CHECK(store->condition().takes_writes);

  store.pass(std::chrono::seconds(10));
  store.disk().fail_with(fault);
  CHECK_FALSE(append_now(store->journal(), request(one_campaign, 1, {cancelled_saying("no")})));
  store.pass(std::chrono::seconds(10));
  CHECK_FALSE(append_now(store->journal(), request(one_campaign, 1, {cancelled_saying("no")})));
  const auto failed = store->condition();
  CHECK_FALSE(failed.takes_writes);
  CHECK(failed.since == at_second(10));
  CHECK(failed.why.code == error_code::storage_failed);

  store.disk().fail_with(test_disk::fault::none);
  CHECK(expect(append_now(store->journal(), request(one_campaign, 1, {cancelled_saying("yes")}))) == 2);
  CHECK(store->condition().takes_writes);
}

TEST_CASE("asking shows what became of the disk meanwhile, also where nobody writes") {
  watched_store store;
  CHECK(store.condition_now().takes_writes);
  store.disk().fail_with(test_disk::fault::full);
  const auto failed = store.condition_now();
  CHECK_FALSE(failed.takes_writes);
  CHECK(failed.why.code == error_code::storage_failed);
  CHECK(store.condition_now().since == failed.since);
  store.disk().fail_with(test_disk::fault::none);
  CHECK(store.condition_now().takes_writes);
}

TEST_CASE("asking often costs the disk one write a second at most") {
  watched_store store;
  CHECK(store.condition_now().takes_writes);
  const auto before = store.disk().log_syncs();
  for (int asked = 0; asked < 100; ++asked)
    CHECK(store->condition().takes_writes);
  append_many(store->journal(), one_campaign, 0, 1);
  CHECK(store.disk().log_syncs() == before + 1);
}
