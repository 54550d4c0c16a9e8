#include "actors/audit/why.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using sluice::examples::t0;

namespace {

/// A letter of a campaign that is sending, and all that is said of it; a test changes what it is about.
struct question {
  campaign_view campaign = view_of(examples::sending(1000), t0 + 1min);
  letter_row letter{.index = 450,
                    .email = "ann@d1.example",
                    .last_reply = {},
                    .message_id = {},
                    .changed_at = {},
                    .retry_at = {}};
  letter_circumstances around{.suppressed = {}, .wait = {}, .now = t0 + 1min};

  std::vector<letter_reason> reasons() const { return why_letter(campaign, letter, around); }
  letter_reason only() const {
    const auto all = reasons();
    REQUIRE(all.size() == 1);
    return all.front();
  }
  std::vector<std::string> codes() const {
    std::vector<std::string> found;
    for (const auto& one : reasons())
      found.emplace_back(one.code);
    return found;
  }
  void becomes(letter_state state, reply said = {}) {
    letter.state = state;
    letter.changed_at = t0 + 30s;
    letter.last_reply = std::move(said);
  }
};

using codes = std::vector<std::string>;

} // namespace

TEST_CASE("a letter behind a trial waits for it, one that is refused for now for others or a person") {
  question asked;
  asked.campaign.trial = trial_view{50, {{0, 50}}, 10, 0, 0};
  CHECK(asked.codes() == codes{"trial"});
  CHECK_THAT(asked.only().text, ContainsSubstring("50 letters leave first after the hold"));
  asked.campaign.trial->begun = {{0, 49}, {450, 451}};
  CHECK(asked.codes() == codes{"waiting"});
  asked.campaign.trial.reset();
  asked.becomes(letter_state::deferred, {554, "5.7.1", "no"});
  asked.letter.is_refused_for_now = true;
  CHECK(asked.codes() == codes{"refused_for_now"});
  CHECK_THAT(asked.only().text, ContainsSubstring("554 5.7.1 no") && ContainsSubstring("sluice refusals"));
}

TEST_CASE("what became of a letter is told with the relay's words, and nothing else with it") {
  question asked;
  asked.campaign.hold = hold{"nina", hold_reason::operator_request, "typo", t0};
  asked.around.suppressed = suppression{"ann@d1.example", "bounced", t0};
  asked.becomes(letter_state::accepted, {250, "2.0.0", "queued as 1"});
  CHECK(asked.only().code == "accepted");
  CHECK_THAT(asked.only().text, ContainsSubstring("2026-12-01T09:00:30Z: 250 2.0.0 queued as 1"));
  asked.becomes(letter_state::refused, {550, "5.1.1", "no such user"});
  CHECK(asked.only().code == "refused");
  CHECK_THAT(asked.only().text, ContainsSubstring("550 5.1.1 no such user"));
  asked.becomes(letter_state::skipped, {0, "", "suppressed: bounced"});
  CHECK(asked.only().code == "skipped");
  CHECK_THAT(asked.only().text, ContainsSubstring(": suppressed: bounced"));
  asked.becomes(letter_state::claimed);
  CHECK(asked.only().code == "in_flight");
}

TEST_CASE("a letter that nothing keeps waits for its turn on a connection") {
  question asked;
  CHECK(asked.only().code == "waiting");
  asked.letter.attempts = 2;
  asked.letter.last_reply = {0, "", "the connection broke"};
  CHECK_THAT(asked.only().text, ContainsSubstring("tried 2 times and came back: the connection broke"));
}

TEST_CASE("a hold says who laid it, when and why") {
  question asked;
  asked.campaign.hold = hold{"nina", hold_reason::operator_request, "a typo", t0};
  CHECK(asked.only().code == "paused");
  CHECK_THAT(asked.only().text, ContainsSubstring("c1 is paused since 2026-12-01T09:00:00Z by nina: a typo"));
  asked.campaign.hold = hold{"", hold_reason::spam_suspicion, "12% refused", t0};
  CHECK_THAT(asked.only().text, ContainsSubstring("on suspicion of spam: 12% refused"));
}

TEST_CASE("a draft, moderation and the start in the future are told, the last with its time") {
  question asked;
  asked.campaign.t0.reset();
  asked.campaign.stage = stage::draft;
  CHECK(asked.only().code == "draft");
  CHECK_THAT(asked.only().text, ContainsSubstring("sluice start c1"));
  asked.campaign.stage = stage::moderation;
  asked.campaign.moderation_reasons = {"large audience", "new sender"};
  CHECK(asked.only().code == "moderation");
  CHECK_THAT(asked.only().text, ContainsSubstring("waits for a moderator: large audience; new sender"));
  asked.campaign.stage = stage::preparing;
  asked.campaign.t0 = t0 + 2h;
  CHECK(asked.only().code == "preparing");
  CHECK(asked.only().until == t0 + 2h);
}

TEST_CASE("a letter of a later part says which part and when, until the campaign is released") {
  question asked;
  asked.campaign = view_of(examples::sending(1000, examples::spec_in_parts(200, 30min)), t0 + 1min);
  CHECK(asked.only().code == "part");
  CHECK(asked.only().until == t0 + 60min);
  CHECK_THAT(asked.only().text, ContainsSubstring("the 3. one, is due at 2026-12-01T10:00:00Z"));
  asked.letter.index = 199;
  CHECK(asked.only().code == "waiting");
  asked.letter.index = 450;
  asked.campaign.released_at = t0 + 30s;
  CHECK(asked.only().code == "waiting");
}

TEST_CASE("a deferred letter says when it is tried again and what the relay said, until that time has come") {
  question asked;
  asked.becomes(letter_state::deferred, {451, "4.7.1", "greylisted"});
  asked.letter.retry_at = t0 + 5min;
  CHECK(asked.only().code == "deferred");
  CHECK(asked.only().until == t0 + 5min);
  CHECK_THAT(asked.only().text, ContainsSubstring("451 4.7.1 greylisted"));
  asked.around.now = t0 + 5min;
  CHECK(asked.only().code == "waiting");
}

TEST_CASE("a recipient who was suppressed since is told of before the letter is skipped") {
  question asked;
  asked.around.suppressed = suppression{"ann@d1.example", "unsubscribed", t0};
  CHECK(asked.only().code == "suppressed");
  CHECK_THAT(asked.only().text, ContainsSubstring("ann@d1.example is suppressed (unsubscribed)"));
}

TEST_CASE("a letter in doubt says what to do where a person must, and that it leaves again where not") {
  question asked;
  asked.becomes(letter_state::in_doubt);
  asked.campaign.spec.on_doubt = doubt_policy::hold;
  CHECK(asked.only().code == "in_doubt");
  CHECK_THAT(asked.only().text, ContainsSubstring("sluice doubt c1 --resend"));
  asked.campaign.spec.on_doubt = doubt_policy::resend;
  CHECK_THAT(asked.only().text, ContainsSubstring("leaves again by itself"));
}

TEST_CASE("a relay that is away is told of with its trouble, in place of its limits") {
  question asked;
  asked.campaign.relay_trouble = relay_trouble{t0 + 10s, "connection refused"};
  asked.around.wait = relay_wait{.domain_letters = 3, .domain_limit = "100/h"};
  CHECK(asked.only().code == "relay_away");
  CHECK_THAT(asked.only().text, ContainsSubstring("since 2026-12-01T09:00:10Z: connection refused"));
}

TEST_CASE("the relay's limits are told of, the domain's before the one on all letters") {
  question asked;
  asked.around.wait =
      relay_wait{.domain_letters = 3, .domain_limit = "100/h", .is_rate_limited = true, .limit = "20/s"};
  CHECK(asked.codes() == codes{"domain_limit", "rate_limit"});
  CHECK_THAT(asked.reasons()[0].text,
             ContainsSubstring("letters to d1.example have a limit of 100/h, and 3 letters wait"));
  CHECK_THAT(asked.reasons()[1].text, ContainsSubstring("a limit of 20/s"));
  asked.around.wait = relay_wait{.domain_letters = 0, .domain_limit = "1/s"};
  CHECK(asked.only().code == "waiting");
}

TEST_CASE("of several reasons the one that decides first comes first") {
  question asked;
  asked.campaign = view_of(examples::sending(1000, examples::spec_in_parts(200, 30min)), t0 + 1min);
  asked.campaign.hold = hold{"nina", hold_reason::operator_request, "", t0};
  asked.campaign.relay_trouble = relay_trouble{t0, "connection refused"};
  CHECK(asked.codes() == codes{"paused", "part", "relay_away"});
  asked.around.suppressed = suppression{"ann@d1.example", "bounced", t0};
  CHECK(asked.codes() == codes{"suppressed", "paused", "part", "relay_away"});
}

TEST_CASE("after the end of a campaign nothing but the end is told") {
  question asked;
  asked.around.suppressed = suppression{"ann@d1.example", "bounced", t0};
  asked.campaign.relay_trouble = relay_trouble{t0, "connection refused"};
  asked.campaign.stage = stage::cancelled;
  CHECK(asked.only().code == "cancelled");
  asked.campaign.stage = stage::rejected;
  asked.campaign.moderation_words = "not our style";
  CHECK(asked.only().code == "rejected");
  CHECK_THAT(asked.only().text, ContainsSubstring("\"not our style\""));
}
