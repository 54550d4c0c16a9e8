// Ids, statuses, commands, outcomes and error codes as they are written outside: names that others hold on to.
#include "messages/command.hpp"
#include "messages/error.hpp"
#include "messages/id.hpp"
#include "messages/outcome.hpp"
#include "messages/status.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

#include <set>

using namespace sluice;

namespace {

/// The names of an enumeration's first `count` values, each of which must be read back.
template <class Enum, class Parse>
std::vector<std::string> names_of(std::size_t count, Parse parse) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < count; ++at) {
    const auto value = static_cast<Enum>(at);
    names.emplace_back(name_of(value));
    CHECK(parse(names.back()) == value);
  }
  CHECK_FALSE(parse("").has_value());
  CHECK_FALSE(parse("unknown").has_value());
  CHECK_FALSE(parse("Draft").has_value());
  return names;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("every id is read back as it was written, and as a bare number") {
  CHECK(rc::check([](std::uint64_t number) {
    RC_PRE(number != 0);
    RC_ASSERT(parse_campaign_id(to_string(campaign_id{number})) == campaign_id{number});
    RC_ASSERT(parse_campaign_id(std::to_string(number)) == campaign_id{number});
    RC_ASSERT(parse_audience_id(to_string(audience_id{number})) == audience_id{number});
  }));
  CHECK(to_string(campaign_id{17}) == "c17");
  CHECK(to_string(audience_id{4}) == "a4");
}

TEST_CASE("no other text is an id") {
  for (const auto* text : {"", "c", "c0", "0", "c007", "c-1", "-1", "+1", "c+1", "C17", "a17", "cc17", "c17 ",
                           " c17", "c1.5", "c18446744073709551616", "c1e3", "c0x1"}) {
    INFO(text);
    CHECK_FALSE(parse_campaign_id(text).has_value());
  }
  CHECK_FALSE(parse_audience_id("c17").has_value());
}

TEST_CASE("stages, statuses, holds, commands and outcomes have the names of the interfaces") {
  CHECK(names_of<stage>(7, parse_stage) ==
        list{"draft", "moderation", "preparing", "sending", "sent", "cancelled", "rejected"});
  CHECK(names_of<status>(8, parse_status) ==
        list{"draft", "moderation", "preparing", "sending", "paused", "sent", "cancelled", "rejected"});
  CHECK(names_of<hold_reason>(3, parse_hold_reason) == list{"operator", "spam_suspicion", "relay_refuses"});
  CHECK(names_of<command_kind>(command_kind_count, parse_command_kind) ==
        list{"start", "approve", "reject", "pause", "resume", "release", "cancel", "edit", "discard",
             "resend_doubt", "give_up_doubt", "accept_refusals", "retry_refusals"});
  CHECK(names_of<letter_state>(letter_state_count, parse_letter_state) ==
        list{"pending", "in_flight", "accepted", "refused", "deferred", "skipped", "in_doubt"});
}

TEST_CASE("each error code has a name of its own") {
  std::set<std::string_view> names;
  for (std::uint8_t code = 1; code <= 12; ++code)
    names.insert(name_of(static_cast<error_code>(code)));
  CHECK(names.size() == 12);
  CHECK(name_of(error_code::not_allowed_now) == "not_allowed_now");
  CHECK(name_of(static_cast<error_code>(200)) == "internal");
}

TEST_CASE("a hold shows paused over any stage, and lifted shows the stage again") {
  for (const auto where : {stage::moderation, stage::preparing, stage::sending}) {
    CHECK(status_of(where, true) == status::paused);
    CHECK(name_of(status_of(where, false)) == name_of(where));
    CHECK(is_outgoing(where));
    CHECK_FALSE(is_final(where));
  }
  for (const auto where : {stage::sent, stage::cancelled, stage::rejected}) {
    CHECK(is_final(where));
    CHECK_FALSE(is_outgoing(where));
    CHECK(name_of(status_of(where, false)) == name_of(where));
  }
  CHECK_FALSE(is_outgoing(stage::draft));
  CHECK_FALSE(is_final(stage::draft));
}

TEST_CASE("accepted, refused and skipped are final, nothing else") {
  for (std::size_t at = 0; at < letter_state_count; ++at) {
    const auto state = static_cast<letter_state>(at);
    CHECK(is_final(state) == (state == letter_state::accepted || state == letter_state::refused ||
                              state == letter_state::skipped));
  }
}
