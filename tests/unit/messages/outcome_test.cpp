// Replies that real servers give: which of them say "spam".
#include "messages/outcome.hpp"

#include "tests/catch.hpp"

using namespace sluice;

namespace {

bool is_spam(std::uint16_t code, const char* enhanced, const char* text) {
  INFO(code << " " << enhanced << " " << text);
  return is_spam_refusal({code, enhanced, text});
}

} // namespace

TEST_CASE("refusals for policy and reputation are those for spam") {
  CHECK(is_spam(550, "5.7.1", "Service unavailable; client host blocked"));
  CHECK(is_spam(550, "5.7.0", "rejected"));
  CHECK(is_spam(550, "5.7.26", "This mail has been blocked because the sender is unauthenticated"));
  CHECK(is_spam(550, "5.7.28", "unusual rate"));
  CHECK(is_spam(554, "5.7.9", "Message not accepted for policy reasons"));
  CHECK(is_spam(550, "5.7.511", "Access denied, banned sender"));
  CHECK(is_spam(550, "5.7.606", "Access denied, banned sending IP"));
  CHECK(is_spam(550, "", "spam message rejected"));
  CHECK(is_spam(554, "5.5.0", "Message considered SPAM"));
  CHECK(is_spam(554, "", "Service unavailable; [192.0.2.1] blocked using zen.spamhaus.org"));
  CHECK(is_spam(554, "", "Your IP is on our Black-List"));
  CHECK(is_spam(550, "", "listed in dnsbl.example"));
  CHECK(is_spam(554, "", "poor sender reputation"));
  CHECK(is_spam(550, "5.6.0", "rejected: unsolicited mail"));
  CHECK(is_spam(554, "", "Reject due to policy restrictions"));
}

TEST_CASE("refusals for other reasons are not") {
  CHECK_FALSE(is_spam(550, "5.1.1", "User unknown"));
  CHECK_FALSE(is_spam(550, "", "no such user <info@marble.example>"));
  CHECK_FALSE(is_spam(550, "5.2.1", "The mailbox is blocked"));
  CHECK_FALSE(is_spam(552, "5.2.2", "Mailbox full"));
  CHECK_FALSE(is_spam(530, "5.7.11", "Encryption required"));
  CHECK_FALSE(is_spam(535, "5.7.8", "Authentication credentials invalid"));
  CHECK_FALSE(is_spam(554, "5.3.4", "Message too big"));
  CHECK_FALSE(is_spam(550, "5.7", "cut off"));
  CHECK_FALSE(is_spam(550, "5.7.", "cut off"));
  CHECK_FALSE(is_spam(550, "5.70.1", "another subject"));
  CHECK_FALSE(is_spam(550, "5.7.1x", "no code"));
}

TEST_CASE("only a permanent answer is a refusal") {
  CHECK_FALSE(is_spam(451, "4.7.1", "Greylisted, suspected spam"));
  CHECK_FALSE(is_spam(250, "2.0.0", "queued, spam score 0.1"));
  CHECK_FALSE(is_spam(0, "", "suppressed: complained of spam"));
}
