#include "actors/core/common_words.hpp"

#include "tests/catch.hpp"

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace sluice {
namespace {

/// What a server said of two letters, and what is common to both.
struct pair_of_replies {
  std::string_view server;
  std::string_view one;
  std::string_view other;
  std::string_view common;
};

void check_all(const std::vector<pair_of_replies>& pairs) {
  for (const auto& [server, one, other, common] : pairs) {
    INFO(server);
    CHECK(common_words(one) == common);
    CHECK(common_words(other) == common);
    CHECK(common_words(common) == common);
  }
}

TEST_CASE("acceptances of two letters differ in ids, addresses and measures alone") {
  check_all({
      {"Postfix", "Ok: queued as 4XkTq12fZ9z1", "Ok: queued as A1B2C3D4E5", "Ok: queued as …"},
      {"Postfix, a short id", "Ok: queued as 3F2A1", "Ok: queued as 9C0DE", "Ok: queued as …"},
      {"Exim", "OK id=1dfrvk-000156-Mv", "OK id=1tXyZa-0000000AbCd-1efG", "OK id=…"},
      {"Sendmail", "3A1BaCZt012345 Message accepted for delivery",
       "3A1BaCZu012346 Message accepted for delivery", "… Message accepted for delivery"},
      {"qmail", "ok 1391870346 qp 25436", "ok 1391870347 qp 7112", "ok … qp …"},
      {"KumoMTA", "OK ids=8a5475ccbbc611eda12250ebf67f93bd", "OK ids=0c3f19aebbc611eda12250ebf67f93bd",
       "OK ids=…"},
      {"Haraka", "Message Queued (1B2C3D4E-0F6A-4B7C-8D9E-0F1A2B3C4D5E.1)",
       "Message Queued (AB2C3D4E-0F6A-4B7C-8D9E-0F1A2B3C4DFF.12)", "Message Queued (…)"},
      {"hMailServer", "Queued (0.125 seconds)", "Queued (12.5 seconds)", "Queued (… seconds)"},
      {"PowerMTA", "<20261201.abc@shop.example> message received",
       "<20261202.xyz@shop.example> message received", "<…> message received"},
      {"OpenSMTPD", "deadbeef Message accepted for delivery", "5a6b7c8d Message accepted for delivery",
       "… Message accepted for delivery"},
      {"Microsoft 365",
       "<a1@shop.example> [InternalId=12345678901234, Hostname=BN8PR12MB3.namprd12.prod.outlook.com] 12345 "
       "bytes in "
       "0.456, 26.789 KB/sec Queued mail for delivery",
       "<b2@shop.example> [InternalId=98765432109876, Hostname=DM6PR07MB5.namprd07.prod.outlook.com] 9876 "
       "bytes in "
       "1.002, 9.1 KB/sec Queued mail for delivery",
       "<…> [InternalId=…, Hostname=…] … bytes in …, … KB/sec Queued mail for delivery"},
      {"Gmail", "OK 1733043600 d9443c01a7336-1f1a2b3c4d5si1234567plb.12 - gsmtp",
       "OK 1733043601 af79cd13be357-7b0c1d2e3f4si7654321qkl.345 - gsmtp", "OK … … - gsmtp"},
      {"Amazon SES", "Ok 0100018d0c1f2e3a-4b5c6d7e-8f90-1a2b-3c4d-5e6f70819202-000000",
       "Ok 0100018d0c1f2e3b-4b5c6d7e-8f90-1a2b-3c4d-5e6f70819203-000000", "Ok …"},
      {"SendGrid", "Ok: queued as xKzQbWvTRmKjHgFd", "Ok: queued as l9JXzP2RSsOq8Fw7t0Z1aA",
       "Ok: queued as …"},
  });
}

TEST_CASE("refusals of two letters differ in sessions and addresses alone, and keep what they are about") {
  check_all({
      {"Gmail, no such user",
       "The email account that you tried to reach does not exist. For more information, go to "
       "https://support.google.com/mail/?p=NoSuchUser d9443c01a7336-1f1a2b3c4d5si1234567plb.12 - gsmtp",
       "The email account that you tried to reach does not exist. For more information, go to "
       "https://support.google.com/mail/?p=NoSuchUser af79cd13be357-7b0c1d2e3f4si7654321qkl.345 - gsmtp",
       "The email account that you tried to reach does not exist. For more information, go to "
       "https://support.google.com/mail/?p=NoSuchUser … - gsmtp"},
      {"Gmail, spam", "[192.0.2.1 12] Our system has detected that this message is likely unsolicited mail.",
       "[192.0.2.1 7] Our system has detected that this message is likely unsolicited mail.",
       "[192.0.2.1 …] Our system has detected that this message is likely unsolicited mail."},
      {"Postfix", "<ann@one.example>: Recipient address rejected: User unknown in virtual mailbox table",
       "<bob@two.example>: Recipient address rejected: User unknown in virtual mailbox table",
       "<…>: Recipient address rejected: User unknown in virtual mailbox table"},
      {"Postgrey", "<ann@one.example>: Recipient address rejected: Greylisted for 297 seconds",
       "<bob@two.example>: Recipient address rejected: Greylisted for 12 seconds",
       "<…>: Recipient address rejected: Greylisted for … seconds"},
      {"Exim, a local name", "<ann>: unknown user", "<bob>: unknown user", "<…>: unknown user"},
      {"Microsoft 365",
       "Access denied, traffic not accepted from this IP. "
       "[BN8NAM12FT065.eop-nam12.prod.protection.outlook.com "
       "2026-12-01T09:00:00.123Z 08DC6A0123456789]",
       "Access denied, traffic not accepted from this IP. "
       "[DM6NAM04FT011.eop-nam04.prod.protection.outlook.com "
       "2026-12-01T09:00:01.456Z 08DC6A9876543210]",
       "Access denied, traffic not accepted from this IP. [… … …]"},
      {"mail.ru",
       "spam message rejected. Please visit "
       "http://help.mail.ru/notspam-support/id?c=kBhkZkB3yGzqwE5aXnTvLwQmPc",
       "spam message rejected. Please visit "
       "http://help.mail.ru/notspam-support/id?c=Zq81LkPd02mNbVcXs9QwErTyUi",
       "spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=…"},
      {"Mimecast",
       "Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#550 "
       "[aBcDeFgHiJkLmNoPqRsTuV.uk123]",
       "Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#550 "
       "[ZyXwVuTsRqPoNmLkJiHgFe.uk77]",
       "Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#550 […]"},
      {"KumoMTA", "rejected, session 8a5475ccbbc611eda12250ebf67f93bd",
       "rejected, session 0c3f19aebbc611eda12250ebf67f93bd", "rejected, session …"},
      {"Haraka", "I cannot deliver mail for <ann@one.example>", "I cannot deliver mail for <bob@two.example>",
       "I cannot deliver mail for <…>"},
      {"PowerMTA", "mailbox full (id 1391870346-77)", "mailbox full (id 1391870399-1)",
       "mailbox full (id …)"},
      {"Yahoo",
       "delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0] - "
       "mta1234.mail.ne1.yahoo.com",
       "delivery error: dd This user doesn't have a yahoo.com account (bob@yahoo.com) [0] - "
       "mta4321.mail.gq1.yahoo.com",
       "delivery error: dd This user doesn't have a yahoo.com account (…) [0] - …"},
  });
}

TEST_CASE("what is the same for every letter is left as it is") {
  for (const std::string words :
       {"Messages from 192.0.2.1 temporarily deferred due to user complaints - 4.16.55.1",
        "[2001:db8::25] is on our block list (S3150)",
        "see RFC 5321 section 4.2, code 5.7.26",
        "SMTPUTF8 is required",
        "RP-001 The mail server IP has exceeded the rate limit allowed",
        "[TSS04] Messages temporarily deferred",
        "RESOLVER.RST.AuthRequired; authentication required",
        "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied",
        "TenantAttribution; Relay Access Denied",
        "Blocked by SpamAssassin",
        "rejected as spam",
        "Message size exceeds 10 MB",
        "100 messages per hour at most",
        "blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1",
        "ящик переполнен",
        "",
        "  ",
        "<>",
        "Greylisting in action",
        "the identity is not verified",
        "id mismatch"}) {
    CHECK(common_words(words) == words);
  }
}

TEST_CASE("of its own result it makes the same again, whatever a server says") {
  rc::check([] {
    const auto piece = rc::gen::elementOf(std::vector<std::string>{" ",
                                                                   " ",
                                                                   "<",
                                                                   ">",
                                                                   "[",
                                                                   "]",
                                                                   "(",
                                                                   ")",
                                                                   "=",
                                                                   "@",
                                                                   ":",
                                                                   "/",
                                                                   "://",
                                                                   ".",
                                                                   ",",
                                                                   "-",
                                                                   "id",
                                                                   "as",
                                                                   "queued",
                                                                   "qp",
                                                                   "12",
                                                                   "seconds",
                                                                   "0.456",
                                                                   "192.0.2.1",
                                                                   "2001:db8::25",
                                                                   "4XkTq12fZ9z1",
                                                                   "xKzQbWvTRm",
                                                                   "NoSuchUser",
                                                                   "…",
                                                                   "\xFF",
                                                                   "слово"});
    std::string said;
    for (const auto& one : *rc::gen::container<std::vector<std::string>>(piece))
      said += one;
    const auto common = common_words(said);
    RC_ASSERT(common_words(common) == common);
  });
}

} // namespace
} // namespace sluice
