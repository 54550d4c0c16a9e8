#include "messages/time.hpp"

#include "messages/utf8.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

std::string read_and_written(std::string_view text) {
  const auto moment = parse_timestamp(text);
  return moment ? format_timestamp(*moment) : moment.error().message;
}

} // namespace

TEST_CASE("a moment is written in UTC with a Z, and with its milliseconds where there are any") {
  CHECK(format_timestamp(timestamp{}) == "1970-01-01T00:00:00Z");
  CHECK(format_timestamp(timestamp{1'796'115'600s}) == "2026-12-01T09:00:00Z");
  CHECK(format_timestamp(timestamp{1'796'115'600s + 250ms}) == "2026-12-01T09:00:00.250Z");
  CHECK(format_timestamp(timestamp{-1ms}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("every moment of the years 0 to 9999 is read back as it was written") {
  CHECK(rc::check([] {
    // -62167219200 s is the beginning of the year 0, 253402300800 s that of the year 10000.
    const timestamp moment{
        milliseconds{*rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000)}};
    const auto read = parse_timestamp(format_timestamp(moment));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == moment);
  }));
}

TEST_CASE("any offset is taken and turned into UTC") {
  CHECK(read_and_written("2026-12-01T12:00:00+03:00") == "2026-12-01T09:00:00Z");
  CHECK(read_and_written("2026-12-31T20:30:00-05:30") == "2027-01-01T02:00:00Z");
  CHECK(read_and_written("2026-03-01T00:30:00+01:00") == "2026-02-28T23:30:00Z");
  CHECK(read_and_written("2026-12-01T09:00:00-00:00") == "2026-12-01T09:00:00Z");
}

TEST_CASE("what RFC 3339 leaves open is taken: small letters, a space, fractions of any length") {
  CHECK(read_and_written("2026-12-01t09:00:00z") == "2026-12-01T09:00:00Z");
  CHECK(read_and_written("2026-12-01 09:00:00Z") == "2026-12-01T09:00:00Z");
  CHECK(read_and_written("2026-12-01T09:00:00.5Z") == "2026-12-01T09:00:00.500Z");
  CHECK(read_and_written("2026-12-01T09:00:00.123999999999999999999Z") == "2026-12-01T09:00:00.123Z");
}

TEST_CASE("leap years are those of the calendar, leap seconds those at the end of a day in UTC") {
  CHECK(parse_timestamp("2028-02-29T00:00:00Z").has_value());
  CHECK(parse_timestamp("2000-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("2026-02-29T00:00:00Z").has_value());
  CHECK_FALSE(parse_timestamp("1900-02-29T00:00:00Z").has_value());
  CHECK(read_and_written("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
  CHECK(read_and_written("2017-01-01T02:59:60+03:00") == "2017-01-01T00:00:00Z");
  CHECK_FALSE(parse_timestamp("2026-12-01T09:00:60Z").has_value());
  CHECK_FALSE(parse_timestamp("2016-12-31T23:59:60+03:00").has_value());
}

TEST_CASE("what is no time is refused with words that say how to write one") {
  for (const auto* text : {"",
                           "now",
                           "tomorrow",
                           "2026-12-01",
                           "2026-12-01T09:00:00",
                           "2026-12-01T09:00Z",
                           "2026-13-01T09:00:00Z",
                           "2026-00-01T09:00:00Z",
                           "2026-04-31T09:00:00Z",
                           "2026-12-00T09:00:00Z",
                           "2026-12-01T24:00:00Z",
                           "2026-12-01T09:60:00Z",
                           "2026-12-01T09:00:61Z",
                           "2026-12-01T09:00:00.Z",
                           "2026-12-01T09:00:00+0300",
                           "2026-12-01T09:00:00+24:00",
                           "2026-12-01T09:00:00+03:60",
                           "2026-12-01T09:00:00Z ",
                           " 2026-12-01T09:00:00Z",
                           "26-12-01T09:00:00Z",
                           "+2026-12-01T09:00:00Z",
                           "2026-12-1T09:00:00Z",
                           "12026-12-01T09:00:00Z",
                           "2026-12-01T09:00:00,5Z",
                           "0000-01-01T00:00:00+01:00",
                           "9999-12-31T23:59:59-01:00"}) {
    INFO(text);
    const auto read = parse_timestamp(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == error_code::invalid_input);
    CHECK(read.error().message.find("2026-12-01T09:00:00Z (RFC 3339)") != std::string::npos);
  }
}

TEST_CASE("any text may be given for a time or a duration, and what is said of it can be shown") {
  CHECK(rc::check([](const std::string& text) {
    if (const auto read = parse_timestamp(text); !read)
      RC_ASSERT(is_utf8(read.error().message) && read.error().message.size() < 300);
    if (const auto read = parse_duration(text); !read)
      RC_ASSERT(is_utf8(read.error().message) && read.error().message.size() < 300);
  }));
}

TEST_CASE("a duration is written in the largest whole unit that says it exactly") {
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(30min) == "30m");
  CHECK(format_duration(90min) == "90m");
  CHECK(format_duration(24h) == "24h");
  CHECK(format_duration(36h) == "36h");
  CHECK(format_duration(24h * 7) == "7d");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(0ms) == "0s");
}

TEST_CASE("every duration is read back as it was written") {
  CHECK(rc::check([] {
    const milliseconds unit{*rc::gen::element<std::int64_t>(1, 1000, 60'000, 3'600'000, 86'400'000)};
    const auto duration = *rc::gen::inRange<std::int64_t>(0, 100'000) * unit;
    RC_ASSERT(*parse_duration(format_duration(duration)) == duration);
  }));
}

TEST_CASE("what is no duration is refused") {
  for (const auto* text :
       {"", "5", "s", "-5s", "-0s", "+5s", "5 s", " 5s", "5s ", "1.5h", "1h30m", "5S", "5w", "0x5s",
        "9223372036854775808ms", "9223372036854775807d", "99999999999999999999s"}) {
    INFO(text);
    const auto read = parse_duration(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == error_code::invalid_input);
  }
}
