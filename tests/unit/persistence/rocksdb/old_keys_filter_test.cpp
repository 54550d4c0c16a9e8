// When the answers of idempotency keys are forgotten.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/key_record_codec.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/journal.hpp"

#include <rocksdb/write_batch.h>

#include <atomic>
#include <optional>

using namespace sluice;
using namespace sluice::testing;

namespace {

/// A journal with its keys, which engines run on one after the other.
class keys_of_engines {
public:
  keys_of_engines() { restart(); }

  void restart() {
    journal_.reset();
    database_.reset();
    *running_ = milliseconds{0};
    database_ = expect(
        rocksdb_database::open(folder_.path(), open_mode::read_write,
                               {.files = {}, .running = [running = running_] { return running->load(); }}));
    journal_.emplace(*database_);
  }
  void run_for(milliseconds time) { *running_ = running_->load() + time; }

  void give(std::string key, timestamp at) {
    append_request asked = request(one_campaign, expect(journal_->head(one_campaign)).number, {});
    asked.key = record(std::move(key), at);
    expect(append_now(*journal_, std::move(asked)));
  }
  /// As an engine that knew no running time did.
  void give_as_before(const std::string& key, timestamp at) {
    auto value = encode_key_record(record(key, at), milliseconds{0});
    value.erase(9, 8);
    value.erase(0, 1);
    rocksdb::WriteBatch batch;
    batch.Put((*database_)[family::keys], key, value);
    expect(database_->write(batch, durability::synced));
  }
  void compact() {
    rocksdb::CompactRangeOptions whole;
    whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    REQUIRE(database_->db().CompactRange(whole, (*database_)[family::keys], nullptr, nullptr).ok());
  }
  bool knows(std::string_view key) const { return expect(journal_->find_key(key)).has_value(); }

private:
  static key_record record(std::string key, timestamp at) {
    return {.key = std::move(key), .what = "pause", .campaign = one_campaign, .answer = {}, .at = at};
  }

  temporary_folder folder_;
  std::shared_ptr<std::atomic<milliseconds>> running_ = std::make_shared<std::atomic<milliseconds>>();
  std::unique_ptr<rocksdb_database> database_;
  std::optional<rocksdb_journal> journal_;
};

constexpr milliseconds day = std::chrono::hours(24);

} // namespace

TEST_CASE("a jump of the clock makes no key older") {
  keys_of_engines engine;
  engine.give("before", at_second(0));
  engine.run_for(std::chrono::minutes(1));
  engine.give("after the jump", at_second(0) + 400 * day);
  engine.compact();
  CHECK(engine.knows("before"));
  CHECK(engine.knows("after the jump"));
}

TEST_CASE("a key is forgotten once engines have run for its time, and not before") {
  keys_of_engines engine;
  engine.give("first", at_second(0));
  engine.run_for(20 * day);
  engine.give("second", at_second(1));
  engine.restart();
  engine.run_for(10 * day);
  engine.compact();
  CHECK(engine.knows("first"));
  engine.run_for(milliseconds{1});
  engine.compact();
  CHECK_FALSE(engine.knows("first"));
  CHECK(engine.knows("second"));
}

TEST_CASE("a key of before the running time was known counts as given at its beginning") {
  keys_of_engines engine;
  engine.give_as_before("old", at_second(0) - 400 * day);
  engine.compact();
  CHECK(engine.knows("old"));
  engine.run_for(30 * day);
  engine.compact();
  CHECK(engine.knows("old"));
  engine.run_for(milliseconds{1});
  engine.compact();
  CHECK_FALSE(engine.knows("old"));
}
