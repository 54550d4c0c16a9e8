#include "adapters/http/guess_limiter.hpp"

#include "tests/catch.hpp"

#include <string>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr guess_limits three_then_one_in_six{.at_once = 3, .for_each = 6s, .addresses_max = 4};

} // namespace

TEST_CASE("wrong tokens: so many at once, then one in a while, and the rest hears when") {
  guess_limiter limiter(three_then_one_in_six);
  const timestamp begin{1h};
  for (int count = 0; count < 3; ++count)
    CHECK_FALSE(limiter.on_wrong_token("@192.0.2.1", begin));
  CHECK(limiter.on_wrong_token("@192.0.2.1", begin) == milliseconds(6s));
  CHECK(limiter.on_wrong_token("@192.0.2.1", begin + 4s) == milliseconds(2s));
  CHECK_FALSE(limiter.on_wrong_token("@192.0.2.2", begin));
  CHECK_FALSE(limiter.on_wrong_token("@192.0.2.1", begin + 6s));
  CHECK(limiter.on_wrong_token("@192.0.2.1", begin + 6s) == milliseconds(6s));
}

TEST_CASE("wrong tokens: one that waits long enough begins anew, and is not remembered") {
  guess_limiter limiter(three_then_one_in_six);
  for (int count = 0; count < 9; ++count)
    limiter.on_wrong_token("@192.0.2.1", timestamp{1h});
  limiter.on_wrong_token("@192.0.2.2", timestamp{2h});
  CHECK(limiter.addresses() == 1);
  for (int count = 0; count < 3; ++count)
    CHECK_FALSE(limiter.on_wrong_token("@192.0.2.1", timestamp{2h}));
}

TEST_CASE("wrong tokens: a clock that is set back keeps nobody longer than a full measure") {
  guess_limiter limiter(three_then_one_in_six);
  for (int count = 0; count < 3; ++count)
    limiter.on_wrong_token("@192.0.2.1", timestamp{2h});
  CHECK(limiter.on_wrong_token("@192.0.2.1", timestamp{1h}) == milliseconds(6s));
  CHECK_FALSE(limiter.on_wrong_token("@192.0.2.1", timestamp{1h + 18s}));
}

TEST_CASE("wrong tokens: of too many addresses those with the fewest guesses are forgotten") {
  guess_limiter limiter(three_then_one_in_six);
  const timestamp now{1h};
  for (int count = 0; count < 3; ++count)
    limiter.on_wrong_token("@192.0.2.1", now);
  for (int number = 0; number < 1000; ++number)
    limiter.on_wrong_token("@198.51.100." + std::to_string(number), now);
  CHECK(limiter.addresses() == 4);
  CHECK(limiter.on_wrong_token("@192.0.2.1", now));
}
