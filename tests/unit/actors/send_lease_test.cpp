// May this node send?
#include "tests/catch.hpp"

#include "actors/claim_room.hpp"
#include "actors/send_lease.hpp"

using namespace sluice;
using namespace std::chrono_literals;

TEST_CASE("who shares its store with nobody may always send") {
  const send_lease lease;
  CHECK(lease.may_send());
}

TEST_CASE("who shares it may send for two seconds from when a confirmed beat was sent") {
  beat_moment now = 10s;
  send_lease lease;
  lease.limit([&] { return now; });
  CHECK_FALSE(lease.may_send());
  lease.renew(9500ms); // its answer came at 10 s
  CHECK(lease.may_send());
  now = 11499ms;
  CHECK(lease.may_send());
  now = 11500ms;
  CHECK_FALSE(lease.may_send());
  lease.renew(11400ms);
  CHECK(lease.may_send());
  lease.revoke();
  CHECK_FALSE(lease.may_send());
}

TEST_CASE("a node that may not send claims nothing, and is told when it may") {
  claim_room room(10);
  room.set_open(false);
  int told = 0;
  claim_room::share one(room, [&] { ++told; });
  CHECK(one.take(3, 0) == 0);
  CHECK(told == 0);
  room.set_open(true);
  CHECK(told == 1);
  CHECK(one.take(3, 0) == 3);
}
