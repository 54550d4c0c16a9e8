#include "actors/claim_room.hpp"

#include "tests/catch.hpp"

using namespace sluice;

namespace {

struct counted_calls {
  std::size_t calls = 0;
  std::function<void()> counter() {
    return [this] { ++calls; };
  }
};

} // namespace

TEST_CASE("campaigns together claim no more than there is room for, and hear when there is some") {
  claim_room room(40);
  counted_calls one_hears;
  counted_calls other_hears;
  claim_room::share one(room, one_hears.counter());
  claim_room::share other(room, other_hears.counter());
  CHECK(one.take(30, 0) == 30);
  one.set(30);
  CHECK(other.take(25, 0) == 10);
  other.set(10);
  CHECK(other.take(15, 10) == 0);
  CHECK(other_hears.calls == 0);
  one.set(20);
  CHECK(other_hears.calls == 1);
  CHECK(other.take(15, 10) == 10);
  CHECK(one_hears.calls == 0);
}

TEST_CASE(
    "a campaign's own outcomes make room for its claims in the same append, and for others only behind it") {
  claim_room room(40);
  claim_room::share one(room, [] {});
  claim_room::share other(room, [] {});
  CHECK(one.take(40, 0) == 40);
  one.set(40);
  SECTION("all are settled, and as many are claimed") {
    CHECK(one.take(40, 0) == 40);
    CHECK(other.take(1, 0) == 0);
  }
  SECTION("all are settled, and none is claimed") {
    CHECK(one.take(0, 0) == 0);
    CHECK(other.take(40, 0) == 0);
    one.set(0);
    CHECK(other.take(40, 0) == 40);
  }
}

TEST_CASE("a claim of a part waits until it is worth an append, the whole of it does not") {
  claim_room room(40);
  counted_calls hears;
  claim_room::share one(room, [] {});
  claim_room::share other(room, hears.counter());
  CHECK(one.take(37, 0) == 37);
  CHECK(other.take(3, 0) == 3);
  other.set(0);
  CHECK(other.take(4, 0) == 0);
  one.set(31);
  CHECK(hears.calls == 0);
  one.set(30);
  CHECK(hears.calls == 1);
}

TEST_CASE("who wants few does not go before those who wait") {
  claim_room room(40);
  counted_calls few_hears;
  claim_room::share one(room, [] {});
  claim_room::share many(room, [] {});
  claim_room::share few(room, few_hears.counter());
  CHECK(one.take(35, 0) == 35);
  CHECK(many.take(25, 0) == 0);
  CHECK(few.take(1, 0) == 0);
  one.set(25);
  CHECK(few_hears.calls == 1);
  CHECK(many.take(25, 0) == 15);
}

TEST_CASE("who waits is told once, also where the room is that of a campaign that ended") {
  claim_room room(4);
  counted_calls hears;
  claim_room::share waits(room, hears.counter());
  {
    claim_room::share ends(room, [] {});
    CHECK(ends.take(4, 0) == 4);
    ends.set(4);
    CHECK(waits.take(2, 0) == 0);
    CHECK(waits.take(2, 0) == 0);
    claim_room::share is_gone(room, [] { FAIL("it is gone"); });
    CHECK(is_gone.take(1, 0) == 0);
  }
  CHECK(hears.calls == 1);
  CHECK(waits.take(2, 0) == 2);
}

TEST_CASE("what a dead process had claimed counts until it is settled, even where it is more than there is "
          "room for") {
  claim_room room(10);
  claim_room::share one(room, [] {});
  claim_room::share other(room, [] {});
  one.set(25);
  CHECK(other.take(1, 0) == 0);
  one.set(5);
  CHECK(other.take(5, 0) == 5);
}
