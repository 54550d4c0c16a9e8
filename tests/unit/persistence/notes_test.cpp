// Notes, in both forms of the store.

#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("a note is loaded as it was saved last, and gone when nothing is in it") {
  any_store store(every_kind());
  auto& notes = store->notes();
  CHECK_FALSE(expect(notes.load("relay/ one")));
  expect(notes.save("relay/ one", "first"));
  expect(notes.save("relay/ one", std::string("sec\0ond", 7)));
  expect(notes.save("relay/ other", "another"));
  CHECK(expect(notes.load("relay/ one")) == std::string("sec\0ond", 7));
  CHECK(expect(notes.load("relay/ other")) == "another");
  expect(notes.save("relay/ one", ""));
  CHECK_FALSE(expect(notes.load("relay/ one")));
}

TEST_CASE("a note that is too large is refused, and what was there stays") {
  any_store store(every_kind());
  expect(store->notes().save("one", "first"));
  const auto refused = store->notes().save("one", std::string(note_bytes_max + 1, 'x'));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::invalid_input);
  CHECK(expect(store->notes().load("one")) == "first");
}

TEST_CASE("notes are there when the store is opened again, and for who only reads") {
  temporary_folder folder;
  expect(expect(open_store(folder.path() / "data", open_mode::read_write))->notes().save("one", "first"));
  {
    const auto reader = expect(open_store(folder.path() / "data", open_mode::read_only));
    CHECK(expect(reader->notes().load("one")) == "first");
    const auto refused = reader->notes().save("one", "second");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == error_code::not_permitted);
  }
  CHECK(expect(expect(open_store(folder.path() / "data", open_mode::read_write))->notes().load("one")) ==
        "first");
}
