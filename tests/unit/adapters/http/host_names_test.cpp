#include "adapters/http/host_names.hpp"

#include "tests/catch.hpp"

using namespace sluice;

TEST_CASE("host names: addresses and localhost always, names as they were said, others never") {
  const host_names names({"Mail.Shop.example"});
  for (const auto* ours :
       {"localhost", "localhost:8025", "LocalHost.", "127.0.0.1", "127.0.0.1:8025", "[::1]", "[::1]:8025",
        "192.0.2.1", "mail.shop.example", "MAIL.shop.example.:443"}) {
    INFO(ours);
    CHECK(names.allow(ours));
  }
  for (const auto* other : {"", ":", ":8025", " ", "evil.example", "shop.example", "a.mail.shop.example",
                            "mail.shop.example.evil.example", "localhost.evil.example",
                            "127.0.0.1.evil.example", "localhost@evil.example", "[::1].evil.example",
                            "127.0.0.1:evil.example", "::1", "[", "[]", "127.0.0.1, evil.example"}) {
    INFO(other);
    CHECK_FALSE(names.allow(other));
  }
}

TEST_CASE("host names: a star is any name, and still no empty one") {
  const host_names names({"*"});
  CHECK(names.allow("anything.example:1"));
  CHECK_FALSE(names.allow(""));
}
