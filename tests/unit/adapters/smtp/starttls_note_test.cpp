#include "adapters/smtp/starttls_note.hpp"

#include "adapters/delivery/pace_notes.hpp"
#include "tests/catch.hpp"

using namespace sluice;

TEST_CASE("that a server has spoken TLS is kept beside its pace, and read by who reads only that") {
  const auto alone = with_starttls("");
  CHECK(has_starttls(alone));
  CHECK(decode_pace_notes(alone, moment{}, timestamp{}).value().empty());
  const auto both = with_starttls(
      R"({"v":1,"words":"slower","connections":{"limit":2,"ceiling":4,"probe_delay":1000,"at":0}})");
  CHECK(has_starttls(both));
  CHECK(decode_pace_notes(both, moment{}, timestamp{}).value().connections->limit == 2);
}

TEST_CASE("notes of before, or broken ones, say nothing of TLS") {
  for (const auto* notes :
       {"", "{", "[]", "1", R"({"v":1,"words":""})", R"({"starttls":"yes"})", R"({"starttls":false})"})
    CHECK_FALSE(has_starttls(notes));
}
