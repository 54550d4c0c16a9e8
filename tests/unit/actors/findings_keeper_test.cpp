// What a relay has found of its server, kept over restarts.

#include "actors/findings_keeper.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

using namespace sluice;

namespace {

/// Finds what the test says, and keeps what it is told to go on from.
class finding_relay final : public relay {
public:
  std::shared_ptr<campaign_queue> open(campaign_id, const letter_route&, report_sink) override {
    return nullptr;
  }
  std::size_t connections_max() const override { return 1; }
  void stop() override {}
  std::string identity() const override { return server; }
  std::string findings() const override { return found; }
  result<void> recall(std::string_view before) override {
    if (before == "unreadable")
      return failure(error_code::corrupt, "cannot be read");
    recalled = before;
    return {};
  }

  std::string server = "smtp://shop@mail.example:587";
  std::string found;
  std::string recalled;
};

/// Takes no writes, until it does.
class full_notes final : public note_store {
public:
  result<void> save(std::string_view, std::string_view text) override {
    ++tries;
    if (is_full)
      return failure(error_code::storage_failed, "the disk is full");
    kept = text;
    return {};
  }
  result<std::optional<std::string>> load(std::string_view) const override { return kept; }

  bool is_full = true;
  int tries = 0;
  std::optional<std::string> kept;
};

} // namespace

TEST_CASE("what a relay found is kept when it has changed, and the next one to that server goes on from it") {
  const auto store = make_memory_store();
  finding_relay first;
  findings_keeper keeper(first, store->notes(), "");
  keeper.recall();
  CHECK(first.recalled.empty());
  keeper.keep();
  CHECK_FALSE(store->notes().load("relay/ smtp://shop@mail.example:587").value());
  first.found = "14 a second";
  keeper.keep();
  CHECK(store->notes().load("relay/ smtp://shop@mail.example:587").value() == "14 a second");

  finding_relay second;
  findings_keeper(second, store->notes(), "").recall();
  CHECK(second.recalled == "14 a second");
}

TEST_CASE("what was found of one server, or as one user, is not taken for another's") {
  const auto store = make_memory_store();
  finding_relay first;
  first.found = "14 a second";
  findings_keeper(first, store->notes(), "").keep();

  finding_relay another;
  another.server = "smtp://other@mail.example:587";
  findings_keeper(another, store->notes(), "").recall();
  CHECK(another.recalled.empty());
  finding_relay named;
  findings_keeper(named, store->notes(), "bulk").recall();
  CHECK(named.recalled.empty());
}

TEST_CASE("nothing is kept any more when the server's bound is gone") {
  const auto store = make_memory_store();
  finding_relay one;
  findings_keeper keeper(one, store->notes(), "");
  one.found = "14 a second";
  keeper.keep();
  one.found.clear();
  keeper.keep();
  CHECK_FALSE(store->notes().load("relay/ smtp://shop@mail.example:587").value());
}

TEST_CASE("a note that cannot be read is passed over, and replaced by the next one") {
  const auto store = make_memory_store();
  finding_relay one;
  REQUIRE(store->notes().save("relay/ smtp://shop@mail.example:587", "unreadable"));
  findings_keeper keeper(one, store->notes(), "");
  keeper.recall();
  CHECK(one.recalled.empty());
  one.found = "14 a second";
  keeper.keep();
  CHECK(store->notes().load("relay/ smtp://shop@mail.example:587").value() == "14 a second");
}

TEST_CASE("what a full disk did not take is written when it takes it") {
  full_notes notes;
  finding_relay one;
  findings_keeper keeper(one, notes, "");
  one.found = "14 a second";
  keeper.keep();
  keeper.keep();
  CHECK(notes.tries == 2);
  CHECK_FALSE(notes.kept);
  notes.is_full = false;
  keeper.keep();
  CHECK(notes.kept == "14 a second");
  keeper.keep();
  CHECK(notes.tries == 3);
}

TEST_CASE("a relay that finds nothing worth keeping has no note") {
  full_notes notes;
  finding_relay one;
  one.server.clear();
  one.found = "something";
  findings_keeper keeper(one, notes, "");
  keeper.recall();
  keeper.keep();
  CHECK(notes.tries == 0);
}
