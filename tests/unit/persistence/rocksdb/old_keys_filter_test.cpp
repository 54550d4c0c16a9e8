// When the answers of idempotency keys are forgotten.
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include "persistence/key_record_codec.hpp"
#include "persistence/rocksdb/old_keys_filter.hpp"

using namespace sluice;
using namespace sluice::testing;

TEST_CASE("keys are forgotten after their time and not before") {
  old_keys_filter filter;
  const auto is_dropped = [&](timestamp at) {
    const auto value =
        encode_key_record({.key = "k", .what = "pause", .campaign = {1}, .answer = {}, .at = at});
    std::string unused;
    bool changed = false;
    return filter.Filter(0, "k", value, &unused, &changed);
  };
  CHECK_FALSE(is_dropped(at_second(0)));
  filter.saw(at_second(0) + key_kept_for);
  CHECK_FALSE(is_dropped(at_second(0)));
  filter.saw(at_second(1) + key_kept_for);
  filter.saw(at_second(0));
  CHECK(is_dropped(at_second(0)));
  CHECK_FALSE(is_dropped(at_second(1)));
}
