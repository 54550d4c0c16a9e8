#include "messages/cbor.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>
#include <rapidcheck.h>

using namespace sluice;
using bytes = std::vector<std::uint8_t>;

namespace {

template <class Write>
bytes written(Write&& write) {
  bytes into;
  cbor_writer writer(into);
  write(writer);
  return into;
}

} // namespace

TEST_CASE("numbers and texts are written as in the examples of RFC 8949, appendix A") {
  const auto number = [](std::int64_t value) {
    return written([=](cbor_writer& into) { into.integer(value); });
  };
  CHECK(number(0) == bytes{0x00});
  CHECK(number(23) == bytes{0x17});
  CHECK(number(24) == bytes{0x18, 0x18});
  CHECK(number(1000) == bytes{0x19, 0x03, 0xE8});
  CHECK(number(1'000'000) == bytes{0x1A, 0x00, 0x0F, 0x42, 0x40});
  CHECK(number(1'000'000'000'000) == bytes{0x1B, 0x00, 0x00, 0x00, 0xE8, 0xD4, 0xA5, 0x10, 0x00});
  CHECK(number(-1) == bytes{0x20});
  CHECK(number(-1000) == bytes{0x39, 0x03, 0xE7});
  CHECK(written([](cbor_writer& into) { into.text("IETF"); }) == bytes{0x64, 'I', 'E', 'T', 'F'});
  CHECK(written([](cbor_writer& into) { into.text("水"); }) == bytes{0x63, 0xE6, 0xB0, 0xB4});
  CHECK(written([](cbor_writer& into) { into.array(25); }) == bytes{0x98, 0x19});
  CHECK(written([](cbor_writer& into) { into.map(5); }) == bytes{0xA5});
}

TEST_CASE("every number is read back, and as another reader reads it") {
  CHECK(rc::check([] {
    const auto shift = *rc::gen::inRange(0, 64);
    const auto value = *rc::gen::arbitrary<std::uint64_t>() >> shift;
    const auto signed_value = static_cast<std::int64_t>(value);
    const auto number = written([=](cbor_writer& into) { into.number(value); });
    const auto integer = written([=](cbor_writer& into) { into.integer(signed_value); });
    RC_ASSERT(cbor_reader(number).number() == value);
    RC_ASSERT(cbor_reader(integer).integer() == signed_value);
    RC_ASSERT(number == nlohmann::json::to_cbor(value));
    RC_ASSERT(integer == nlohmann::json::to_cbor(signed_value));
  }));
}

TEST_CASE("a number that no signed one can hold is none") {
  CHECK_FALSE(cbor_reader(bytes{0x1B, 0x80, 0, 0, 0, 0, 0, 0, 0}).integer().has_value());
  CHECK_FALSE(cbor_reader(bytes{0x3B, 0x80, 0, 0, 0, 0, 0, 0, 0}).integer().has_value());
  CHECK(cbor_reader(bytes{0x3B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}).integer() == INT64_MIN);
}

TEST_CASE("items of another kind, cut off or without end are not read") {
  const bytes cut_number{0x19, 0x03};
  const bytes cut_text{0x64, 'I', 'E'};
  const bytes latin1{0x61, 0xE9};
  const bytes endless{0x9F, 0xFF};
  const bytes reserved{0x1C};
  CHECK_FALSE(cbor_reader(cut_number).number());
  CHECK_FALSE(cbor_reader(cut_text).text());
  CHECK_FALSE(cbor_reader(latin1).text());
  CHECK_FALSE(cbor_reader(endless).array());
  CHECK_FALSE(cbor_reader(reserved).number());
  CHECK_FALSE(cbor_reader(cut_text).number());
  CHECK_FALSE(cbor_reader(bytes{}).number());
  CHECK_FALSE(cbor_reader(bytes{}).integer());
  CHECK_FALSE(cbor_reader(bytes{}).text());
  CHECK_FALSE(cbor_reader(bytes{}).skip(8));
}

TEST_CASE("what is well-formed is what the format uses, no deeper than allowed") {
  const auto is_fine = [](const nlohmann::json& value, int depth_max = 4) {
    return is_well_formed_cbor(nlohmann::json::to_cbor(value), depth_max);
  };
  CHECK(is_fine({{"a", {1, -1, "text", true, false, nullptr, 1.5, 0.1}}, {"b", UINT64_MAX}}));
  CHECK(is_fine({{{{1}}}}));
  CHECK_FALSE(is_fine({{{{1}}}}, 3));
  CHECK_FALSE(is_well_formed_cbor(bytes{0xC0, 0x60}, 4));       // a tag
  CHECK_FALSE(is_well_formed_cbor(bytes{0x5F, 0xFF}, 4));       // indefinite
  CHECK_FALSE(is_well_formed_cbor(bytes{0xA1, 0x01, 0x01}, 4)); // a key that is a number
  CHECK_FALSE(is_well_formed_cbor(bytes{0xF7}, 4));             // undefined
  CHECK_FALSE(is_well_formed_cbor(bytes{0x00, 0x00}, 4));       // two items
  CHECK_FALSE(is_well_formed_cbor(bytes{}, 4));
}

TEST_CASE("whatever is found well-formed, another reader reads") {
  CHECK(rc::check([](const bytes& noise) {
    if (is_well_formed_cbor(noise, 8))
      RC_ASSERT_FALSE(nlohmann::json::from_cbor(noise).is_discarded());
  }));
}
