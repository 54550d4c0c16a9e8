#include "actors/core/reply_policy.hpp"

#include "tests/catch.hpp"

#include <array>
#include <ostream>

namespace sluice {

std::ostream& operator<<(std::ostream& out, const reply_meaning& meaning) {
  out << name_of(meaning.about);
  if (meaning.is_about_connections)
    out << ", connections";
  if (meaning.is_session_full)
    out << ", a full session";
  if (meaning.period)
    out << ", each " << format_duration(*meaning.period);
  return out;
}

namespace {

using enum reply_about;

/// "550 5.7.1 words" as a session would have read it.
reply said(std::string_view line) {
  reply made;
  made.code = static_cast<std::uint16_t>(std::stoi(std::string(line.substr(0, 3))));
  auto rest = line.size() > 4 ? line.substr(4) : std::string_view{};
  const auto end = std::min(rest.find(' '), rest.size());
  const auto first = rest.substr(0, end);
  if (first.size() >= 5 && first[1] == '.' &&
      first.find_first_not_of("0123456789.") == std::string_view::npos) {
    made.enhanced = first;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  made.text = rest;
  return made;
}

reply_meaning about(reply_about what) {
  return {what, false, std::nullopt, false};
}

reply_meaning each(reply_about what, milliseconds period) {
  return {what, false, period, false};
}

constexpr milliseconds day = std::chrono::days(1);
constexpr milliseconds hour = std::chrono::hours(1);
constexpr milliseconds minute = std::chrono::minutes(1);
const reply_meaning connections{pace, true, std::nullopt, false};
const reply_meaning full_session{relay, false, std::nullopt, true};

struct example {
  smtp_step step;
  std::string_view line;
  std::string_view source; ///< whose words they are
  reply_meaning meaning;
};

void check_all(std::span<const example> examples) {
  const reply_policy policy;
  for (const auto& one : examples) {
    INFO(one.source << " at " << name_of(one.step) << ": " << one.line);
    CHECK(policy.judge(said(one.line), one.step) == one.meaning);
  }
}

constexpr auto greeting = smtp_step::greeting;
constexpr auto hello = smtp_step::hello;
constexpr auto tls = smtp_step::tls;
constexpr auto login = smtp_step::login;
constexpr auto mail = smtp_step::mail;
constexpr auto rcpt = smtp_step::recipient;
constexpr auto data = smtp_step::data;
constexpr auto after_message = smtp_step::end_of_data;

TEST_CASE("who names a rate or connections speaks of the pace, at whatever step") {
  const std::array examples{
      example{greeting, "421 4.7.0 mail.example Error: too many connections from 192.0.2.1", "Postfix",
              connections},
      example{rcpt, "450 4.7.1 Error: too much mail from 192.0.2.1", "Postfix", about(pace)},
      example{rcpt, "450 4.7.1 Error: too many recipients from 192.0.2.1", "Postfix", about(pace)},
      example{mail, "450 4.7.1 Error: too much mail from 192.0.2.1", "Postfix", about(pace)},
      example{tls, "421 4.7.0 mx.example Error: too many new TLS sessions from 192.0.2.1", "Postfix",
              connections},
      example{greeting, "421 4.3.2 All server ports are busy", "Postfix (postscreen)", connections},
      example{greeting, "421 4.7.0 Too many concurrent SMTP connections from this host", "Exim", connections},
      example{greeting, "421 Too many concurrent SMTP connections; please try again later.", "Exim",
              connections},
      example{greeting, "421 Too much load; please try again later.", "Exim", about(pace)},
      example{rcpt, "451 4.7.1 Please slow down", "Exim", about(pace)},
      example{greeting, "421 4.3.2 Connection rate limit exceeded.", "Sendmail", connections},
      example{greeting, "421 4.3.2 Too many open connections.", "Sendmail", connections},
      example{mail, "452 4.3.2 Connection rate limit exceeded.", "Sendmail", connections},
      example{greeting, "421 Too many concurrent connections", "Haraka", connections},
      example{rcpt, "451 Rate limit exceeded", "Haraka", about(pace)},
      example{mail, "450 Too many messages; slow down.", "Haraka", about(pace)},
      example{greeting, "421 4.3.2 too many connections, slow down", "KumoMTA", connections},
      example{mail, "451 4.4.5 try again later", "KumoMTA", about(pace)},
      example{mail, "421 4.3.2 load shedding. Try later", "KumoMTA", about(pace)},
      example{greeting, "421 Too many concurrent sessions from your IP", "PowerMTA", connections},
      example{mail, "421 4.3.2 rate limit exceeded, slow down", "PowerMTA", about(pace)},
      example{greeting, "421 Too many connections from your host. Please try again later.", "hMailServer",
              connections},
      example{greeting, "421 4.3.0 Too many sessions opened from your address", "OpenSMTPD", connections},
      example{after_message, "454 Throttling failure: Maximum sending rate exceeded", "Amazon SES",
              about(pace)},
      example{mail, "454 4.3.0 Throttling failure: Maximum SigV2 SMTP sending rate exceeded", "Amazon SES",
              about(pace)},
      example{mail, "421 Too many concurrent SMTP connections from this IP address", "Amazon SES",
              connections},
      example{after_message, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "Microsoft 365",
              connections},
      example{after_message,
              "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending",
              "Microsoft 365", connections},
      example{mail,
              "421 4.3.2 The maximum number of concurrent server connections has exceeded a limit, closing "
              "transmission channel",
              "Exchange", connections},
      example{mail,
              "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing "
              "transmission channel",
              "Exchange", connections},
      example{mail, "421 4.4.2 Message submission rate for this client has exceeded the configured limit",
              "Exchange", about(pace)},
      example{mail, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)",
              "Microsoft 365", about(pace)},
      example{mail,
              "421 RP-001 The mail server IP connecting to the server has exceeded the rate limit allowed.",
              "Outlook.com", about(pace)},
      example{
          mail,
          "421 RP-002 The mail server IP connecting has exceeded the rate limit allowed on this connection.",
          "Outlook.com", about(pace)},
      example{
          greeting,
          "421 RP-003 The mail server IP connecting to the server has exceeded the connection limit allowed.",
          "Outlook.com", connections},
      example{after_message,
              "421 4.7.28 [192.0.2.1] Our system has detected an unusual rate of unsolicited mail "
              "originating from your IP address. To "
              "protect our users from spam, mail sent from your IP address has been temporarily rate "
              "limited. - gsmtp",
              "Gmail", about(pace)},
      example{greeting,
              "421 4.7.0 [192.0.2.1] Our system has detected an unusual rate of unsolicited mail originating "
              "from your IP address.",
              "Gmail", about(pace)},
      example{mail, "421 4.4.5 Server busy, try again later. - gsmtp", "Gmail", about(pace)},
      example{
          rcpt,
          "450 4.2.1 Peak SMTP relay limit exceeded for this customer. This is a temporary error. - gsmtp",
          "Gmail's relay", about(pace)},
      example{mail,
              "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or "
              "user complaints - 4.16.55.1",
              "Yahoo", about(pace)},
      example{
          greeting,
          "421 4.7.0 [TS01] Messages from 192.0.2.1 temporarily deferred due to user complaints - 4.16.55.1",
          "Yahoo", about(pace)},
      example{mail, "421 Message from (192.0.2.1) temporarily deferred", "SendGrid", about(pace)},
      example{greeting, "450 too frequent connects from 198.51.100.135, please try again later.", "SendGrid",
              connections},
      example{rcpt, "450 ratelimit exceeded", "Selectel", about(pace)},
      example{mail, "451 4.7.1 Ratelimit exceeded for mailbox news@shop.example. Try again later.", "mail.ru",
              about(pace)},
      example{rcpt, "451 4.7.1 Sorry, your IP is sending too fast. Please try again later.", "Yandex",
              about(pace)},
      example{greeting, "421 4.7.1 Too many connections from your IP address. (rate control)", "Yandex",
              connections},
      example{rcpt, "450 4.7.1 Rate limit exceeded: 100 messages per minute", "policyd", each(pace, minute)},
      example{rcpt, "451 4.7.1 Message rate exceeded, 500 an hour at most", "a policy server",
              each(pace, hour)},
      example{greeting, "554 5.7.1 Too many connections from your host", "a firewall", connections},
      example{mail, "451 4.3.2 System not accepting network messages", "RFC 3463", about(pace)},
      example{mail, "421 4.7.26 This mail has been rate limited because it is unauthenticated. - gsmtp",
              "Gmail", about(pace)},
      example{mail, "450 4.1.0 Try again later", "some server", about(pace)},
      example{mail, "451 Temporary local problem - please try later", "Exim", about(pace)},
      example{mail, "450 4.7.1 Please try again", "Postfix", about(pace)},
      example{mail, "450 4.1.8 <news@shop.example>: Sender address rejected: Domain not found", "Postfix",
              about(pace)},
      example{rcpt, "450 4.1.8 <news@shop.example>: Sender address rejected: Domain not found", "Postfix",
              about(pace)},
      example{rcpt, "451 4.1.8 Domain of sender address news@shop.example does not resolve", "Sendmail",
              about(pace)},
  };
  check_all(examples);
}

TEST_CASE("what comes before the first letter, or ends the session, is about the relay") {
  const std::array examples{
      example{greeting, "554 5.7.1 No SMTP service here", "Postfix", about(relay)},
      example{greeting, "421 4.3.2 Service not available, closing transmission channel", "RFC 5321",
              about(relay)},
      example{greeting, "550 5.7.1 Access denied", "Sendmail", about(relay)},
      example{greeting,
              "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
              "Postfix", about(relay)},
      example{greeting,
              "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT "
              "succeed.",
              "Yahoo", about(relay)},
      example{hello, "501 EHLO Invalid domain address.", "hMailServer", about(relay)},
      example{hello, "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", "Exim", about(relay)},
      example{tls, "454 4.7.0 TLS not available due to local problem", "Postfix", about(relay)},
      example{tls, "454 TLS currently unavailable", "Exim", about(relay)},
      example{login, "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", "Postfix", about(relay)},
      example{login, "535 Incorrect authentication data", "Exim", about(relay)},
      example{login, "535 5.7.8 Username and Password not accepted. - gsmtp", "Gmail", about(relay)},
      example{login,
              "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
              "Microsoft 365", about(relay)},
      example{login, "534 5.7.9 Application-specific password required. - gsmtp", "Gmail", about(relay)},
      example{login, "454 4.7.0 Temporary authentication failure", "Postfix", about(relay)},
      example{login, "451 Authentication failed: Maximum credits exceeded", "SendGrid", about(relay)},
      example{login, "432 4.7.12 A password transition is needed", "RFC 4954", about(relay)},
      example{mail, "432 4.7.12 A password transition is needed", "RFC 4954", about(relay)},
      example{mail, "530 5.7.0 Authentication required", "RFC 4954", about(relay)},
      example{mail, "530 5.7.0 Must issue a STARTTLS command first", "Postfix", about(relay)},
      example{rcpt, "530 5.7.1 Authentication required", "Zimbra", about(relay)},
      example{mail, "530 5.7.57 Client not authenticated to send mail.", "Microsoft 365", about(relay)},
      example{mail, "530 SMTP authentication is required.", "hMailServer", about(relay)},
      example{mail, "550 5.7.0 Must issue a STARTTLS command first", "Gmail", about(relay)},
      example{rcpt, "550 5.7.1 Session encryption is required", "Postfix", about(relay)},
      example{mail, "538 5.7.11 Encryption required for requested authentication mechanism", "RFC 4954",
              about(relay)},
      example{rcpt, "503 5.5.1 Error: need MAIL command", "Postfix", about(relay)},
      example{data, "503 5.5.1 RCPT first", "Exim", about(relay)},
      example{mail, "503 You must authenticate first", "qmail", about(relay)},
      example{rcpt, "421 4.3.0 Temporary System Problem. Try again later. - gsmtp", "Gmail", about(relay)},
      example{after_message, "421 4.4.2 Timeout - closing connection. - gsmtp", "Gmail", about(relay)},
      example{mail, "421 Connection timeout", "hMailServer", about(relay)},
      example{rcpt, "421 4.7.0 mx.example Error: too many errors", "Postfix", about(relay)},
      example{rcpt, "421 4.3.2 Service shutting down", "KumoMTA", about(relay)},
      example{mail, "421 too many messages in this connection", "Exim", full_session},
      example{mail, "451 4.3.0 Error: queue file write error", "Postfix", about(relay)},
      example{after_message, "451 4.3.0 Error: queue file write error", "Postfix", about(relay)},
      example{mail, "452 4.3.1 Insufficient system storage", "Postfix", about(relay)},
      example{mail, "452 4.3.1 Insufficient system resources", "Exchange", about(relay)},
      example{after_message, "452 4.3.1 Insufficient system resources", "Exchange", about(relay)},
      example{mail, "452 4.4.5 Insufficient disk space; try again later", "Sendmail", about(relay)},
      example{rcpt, "451 4.3.5 Server configuration error", "Postfix", about(relay)},
      example{data, "502 5.5.2 Error: command not recognized", "Postfix", about(relay)},
      example{data, "500 5.5.1 Command unrecognized", "Sendmail", about(relay)},
      example{data, "501 5.5.4 Syntax: DATA", "Postfix", about(relay)},
      example{mail, "502 5.5.1 Unrecognized command", "Gmail", about(relay)},
      example{rcpt, "450 4.7.1 Client host rejected: cannot find your hostname", "Postfix", about(relay)},
      example{rcpt, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
              "Postfix", about(relay)},
      example{rcpt, "554 5.7.1 <mail.example>: Helo command rejected: Access denied", "Postfix",
              about(relay)},
      example{after_message,
              "550 5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup. "
              "- gsmtp",
              "Gmail", about(relay)},
      example{mail, "452 Too many messages this session", "some server", full_session},
      example{mail, "452 4.5.3 Too many recipients: Too many messages sent", "OpenSMTPD", full_session},
      example{rcpt, "452 4.5.3 Too many recipients: Too many recipients", "OpenSMTPD", about(letter)},
      example{rcpt, "500 5.3.3 Unrecognized command", "Exchange", about(relay)},
  };
  check_all(examples);
}

TEST_CASE("quota, relaying and a login's rights are the account's") {
  const std::array examples{
      example{after_message,
              "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go "
              "to … - gsmtp",
              "Gmail", each(account, day)},
      example{mail, "550 5.4.5 Daily SMTP relay sending limit exceeded for this customer. - gsmtp",
              "Gmail's relay", each(account, day)},
      example{rcpt, "550 5.7.1 Daily SMTP relay limit exceeded for this customer. - gsmtp", "Gmail's relay",
              each(account, day)},
      example{after_message, "454 Throttling failure: Daily message quota exceeded", "Amazon SES",
              each(account, day)},
      example{mail, "454 4.5.0 Throttling failure: Daily message quota exceeded", "Amazon SES",
              each(account, day)},
      example{rcpt, "550 5.4.5 Quota", "RFC 3463", about(account)},
      example{after_message,
              "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process "
              "message due to a permanent "
              "exception with message The message can't be submitted because the sender's submission quota "
              "was exceeded.",
              "Microsoft 365", about(account)},
      example{after_message,
              "554 5.2.2 mailbox full; "
              "STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
              "Microsoft 365", about(account)},
      example{rcpt,
              "550 5.1.90 Your message can't be sent because you've reached your daily limit for message "
              "recipients",
              "Microsoft 365", each(account, day)},
      example{rcpt,
              "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its daily limit",
              "Microsoft 365", each(account, day)},
      example{rcpt,
              "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for "
              "external recipients",
              "Microsoft 365", each(account, day)},
      example{after_message, "550 5.7.705 Access denied, tenant has exceeded threshold.", "Microsoft 365",
              about(account)},
      example{after_message, "550 5.7.708 Access denied, traffic not accepted from this IP.", "Microsoft 365",
              about(account)},
      example{after_message,
              "550 5.7.501 Access denied, spam abuse detected. The sending account has been banned",
              "Microsoft 365", about(account)},
      example{rcpt,
              "550 Domain shop.example has exceeded the max emails per hour (151/150 (100%)) allowed. "
              "Message discarded.",
              "Exim of cPanel", each(account, hour)},
      example{rcpt,
              "550 Domain shop.example has exceeded the max defers and failures per hour (5/5 (100%)) "
              "allowed. Message discarded.",
              "Exim of cPanel", each(account, hour)},
      example{rcpt,
              "554 5.7.1 <a@one.example>: Recipient address rejected: You have exceeded your Outmail quota",
              "Prolateral", about(account)},
      example{rcpt,
              "451 4.7.1 <a@one.example>: Recipient address rejected: Hourly sending limit of 200 exceeded",
              "policyd", each(account, hour)},
      example{mail, "452 4.7.1 Sending quota exceeded, try tomorrow", "a hoster", about(account)},
      example{after_message, "550 5.7.1 Your monthly sending limit has been reached", "a mail service",
              about(account)},
      example{rcpt, "454 4.7.1 <a@one.example>: Relay access denied", "Postfix", about(account)},
      example{rcpt, "554 5.7.1 <a@one.example>: Relay access denied", "Postfix", about(account)},
      example{rcpt, "550 relay not permitted", "Exim", about(account)},
      example{rcpt, "550 5.7.1 <a@one.example>... Relaying denied. Proper authentication required.",
              "Sendmail", about(account)},
      example{rcpt, "550 5.7.1 Relaying denied. IP name lookup failed [192.0.2.1]", "Sendmail",
              about(account)},
      example{rcpt, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "qmail",
              about(account)},
      example{rcpt, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "Exchange",
              about(account)},
      example{rcpt, "550 5.7.64 TenantAttribution; Relay Access Denied", "Microsoft 365", about(account)},
      example{rcpt, "550 Delivery is not allowed to this address.", "hMailServer", about(account)},
      example{rcpt, "550 I cannot deliver mail for <a@one.example>", "Haraka", about(account)},
      example{rcpt, "550 5.7.1 relaying not permitted", "KumoMTA", about(account)},
      example{rcpt, "550 5.7.1 relaying denied", "PowerMTA", about(account)},
      example{rcpt, "550 not permitted to relay", "a hoster", about(account)},
      example{
          rcpt,
          "550 Invalid credentials for relay [192.0.2.1]. The IP address you've registered doesn't match.",
          "Gmail's relay", about(account)},
      example{rcpt, "550 5.7.1 Authentication required", "a hoster", about(account)},
      example{rcpt, "553 SMTP AUTH is required", "a hoster", about(account)},
      example{rcpt, "554 5.7.1 Please log in first", "a hoster", about(account)},
      example{mail, "550 5.7.1 Client was not authenticated", "Exchange", about(account)},
      example{rcpt, "553 5.7.1 <news@shop.example>: Sender address rejected: not owned by user shop",
              "Postfix", about(account)},
      example{rcpt, "553 5.7.1 <news@shop.example>: Sender address rejected: not logged in", "Postfix",
              about(account)},
      example{rcpt, "553 5.7.1 Sender address rejected: not owned by auth user.", "Yandex", about(account)},
      example{rcpt, "550 message sending for this account is disabled", "mail.ru", about(account)},
      example{after_message, "550 5.7.1 Your account has been suspended", "a mail service", about(account)},
      example{after_message,
              "554 Sending paused for this account. For more information, please check the inbox of the "
              "email address associated",
              "Amazon SES", about(account)},
      example{after_message, "554 5.7.1 Account disabled", "Mailgun", about(account)},
      example{mail, "550 5.7.1 Your account is suspended for unpaid invoices", "a mail service",
              about(account)},
      example{after_message,
              "550 Domain shop.example is not allowed to send: Free accounts are for test purposes only.",
              "Mailgun", about(account)},
      example{after_message, "451 Authentication failed: Maximum credits exceeded", "SendGrid",
              about(account)},
      example{after_message,
              "550 5.7.28 [192.0.2.1] Our system has detected an unusual rate of unsolicited mail. - gsmtp",
              "Gmail", about(account)},
      example{rcpt, "454 4.7.1 Relaying temporarily denied", "some server", about(account)},
      example{rcpt, "550 Ip frequency limited", "QQ", about(account)},
      example{after_message,
              "554 Access denied: User `arn:aws:iam::1:user/x` is not authorized to perform "
              "`ses:SendRawEmail` on resource",
              "Amazon SES", about(account)},
      example{mail, "550 5.7.1 Too many messages sent in the last hour", "a hoster", each(account, hour)},
      example{mail, "550 Maximum daily message count of 500 reached", "a hoster", each(account, day)},
      example{mail,
              "550 5.7.0 The limit on the number of allowed outgoing messages was exceeded. Try again later.",
              "Plesk", about(account)},
      example{mail, "550 5.7.1 Email quota exceeded", "a hoster", about(account)},
      example{after_message, "550 5.7.1 Account is not authorized to send mail", "a hoster", about(account)},
      example{rcpt, "451 4.7.1 <a@one.example>: Recipient address rejected: Quota exceeded", "policyd",
              about(account)},
      example{rcpt, "550 5.7.1 Rate limit exceeded: 300 per hour", "a hoster", each(account, hour)},
  };
  check_all(examples);
}

TEST_CASE("a refusal of MAIL, and words on the sender, are the sender's; but size and parameters are not") {
  const std::array examples{
      example{mail, "550 5.7.1 Sender rejected", "Postfix", about(sender)},
      example{mail,
              "553 5.1.8 <news@shop.example>... Domain of sender address news@shop.example does not exist",
              "Sendmail", about(sender)},
      example{mail, "501 5.1.7 Bad sender address syntax", "Postfix", about(sender)},
      example{mail, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "Exchange",
              about(sender)},
      example{mail, "553 5.7.1 Sender address rejected: not owned by auth user.", "Yandex", about(sender)},
      example{mail, "550 not local sender over smtp", "mail.ru", about(sender)},
      example{mail, "501 from domain not trusted", "Selectel", about(sender)},
      example{mail, "550 5.5.0 Bad sender", "some server", about(sender)},
      example{rcpt, "550 5.1.8 Access denied, bad outbound sender", "Microsoft 365", about(sender)},
      example{rcpt, "550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
              "Microsoft 365", about(sender)},
      example{after_message, "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
              "Microsoft 365", about(sender)},
      example{after_message,
              "554 5.2.252 SendAsDenied; shop@shop.example not allowed to send as news@shop.example",
              "Microsoft 365", about(sender)},
      example{rcpt,
              "550 5.1.0 <news@shop.example>: Sender address rejected: User unknown in local recipient table",
              "Postfix", about(sender)},
      example{rcpt, "550 5.7.1 <news@shop.example>: Sender address rejected: Access denied", "Postfix",
              about(sender)},
      example{rcpt, "550 Sender verify failed", "Exim", about(sender)},
      example{after_message,
              "554 Message rejected: Email address is not verified. The following identities failed the "
              "check in region EU-WEST-1: "
              "news@shop.example",
              "Amazon SES", about(sender)},
      example{after_message,
              "550 The from address does not match a verified Sender Identity. Mail cannot be sent until "
              "this error is resolved.",
              "SendGrid", about(sender)},
      example{after_message,
              "550 5.7.1 Unauthenticated email from shop.example is not accepted due to domain's DMARC "
              "policy. - gsmtp",
              "Gmail", about(sender)},
      example{after_message,
              "550 5.7.26 This mail has been blocked because the sender is unauthenticated. - gsmtp", "Gmail",
              about(sender)},
      example{after_message,
              "550 5.7.509 Access denied, sending domain shop.example does not pass DMARC verification",
              "Microsoft 365", about(sender)},
      example{after_message, "554 5.7.9 Message not accepted for policy reasons. DMARC check failed", "Yahoo",
              about(sender)},
      example{rcpt, "550 5.7.1 Sender domain shop.example is not authenticated", "a mail service",
              about(sender)},
      example{
          rcpt,
          "554 5.7.1 Service unavailable; Sender address [news@shop.example] blocked using dbl.spamhaus.org",
          "Postfix", about(sender)},
      example{rcpt, "550 From domain must match authenticated domain", "a hoster", about(sender)},
      example{after_message,
              "550 5.7.27 Your email has been blocked because the sender is unauthenticated. - gsmtp",
              "Gmail", about(sender)},
      example{after_message, "550 5.7.23 SPF validation failed", "RFC 7372", about(sender)},
      example{after_message, "550 5.7.1 You are not allowed to send from this address", "a mail service",
              about(sender)},
      example{mail, "552 5.3.4 Message size exceeds fixed maximum message size", "Postfix", about(letter)},
      example{mail, "552 message size exceeds maximum permitted", "Exim", about(letter)},
      example{mail, "552 5.2.3 Message size exceeds fixed maximum message size (20480000)", "Sendmail",
              about(letter)},
      example{mail, "553 5.6.7 SMTPUTF8 is required", "RFC 6531", about(letter)},
      example{mail, "550 5.6.7 Non-ASCII addresses not permitted", "RFC 6531", about(letter)},
      example{mail, "555 5.5.4 Unsupported option: SIZE=1000", "Postfix", about(letter)},
      example{mail, "501 5.5.4 BODY=8BITMIME requires EHLO", "Sendmail", about(letter)},
      example{mail, "501 5.1.7 local part too long", "some server", about(letter)},
      example{mail, "450 internationalized mailbox name not supported", "some server", about(letter)},
      example{mail, "504 5.5.4 Unsupported parameter", "some server", about(letter)},
  };
  check_all(examples);
}

TEST_CASE("everything else from RCPT on is the letter's") {
  const std::array examples{
      example{rcpt, "550 5.1.1 The email account that you tried to reach does not exist. - gsmtp", "Gmail",
              about(letter)},
      example{rcpt, "550 5.2.1 The email account that you tried to reach is disabled. - gsmtp", "Gmail",
              about(letter)},
      example{rcpt, "450 4.2.1 The user you are trying to contact is receiving mail too quickly. - gsmtp",
              "Gmail", about(letter)},
      example{rcpt,
              "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents "
              "additional messages from being "
              "delivered. - gsmtp",
              "Gmail", about(letter)},
      example{rcpt,
              "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents "
              "additional messages",
              "Gmail", about(letter)},
      example{rcpt, "452 4.2.2 The recipient's inbox is out of storage space. - gsmtp", "Gmail",
              about(letter)},
      example{rcpt, "552 5.2.2 The email account that you tried to reach is over quota. - gsmtp", "Gmail",
              about(letter)},
      example{rcpt, "452 4.5.3 Your message has too many recipients. - gsmtp", "Gmail", about(letter)},
      example{rcpt, "452 4.5.3 Error: too many recipients", "Postfix", about(letter)},
      example{after_message, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "Microsoft 365",
              about(letter)},
      example{rcpt,
              "450 4.2.0 <a@one.example>: Recipient address rejected: Greylisted, see "
              "http://postgrey.schweikert.ch/",
              "Postgrey", about(letter)},
      example{rcpt, "451 4.7.1 Greylisting in action, please come back later", "a milter", about(letter)},
      example{rcpt, "451 Please try again later.", "hMailServer", about(letter)},
      example{rcpt, "451 4.7.1 [GL01] Message from (192.0.2.1) temporarily deferred - 4.16.51", "Yahoo",
              about(letter)},
      example{rcpt, "451 4.7.650 The mail server [192.0.2.1] has been temporarily greylisted", "Outlook.com",
              about(letter)},
      example{rcpt,
              "550 5.1.1 <a@one.example>: Recipient address rejected: User unknown in virtual mailbox table",
              "Postfix", about(letter)},
      example{rcpt, "550 Unrouteable address", "Exim", about(letter)},
      example{rcpt, "550 5.1.1 <a@one.example>... User unknown", "Sendmail", about(letter)},
      example{rcpt, "550 sorry, no mailbox here by that name (#5.1.1)", "qmail", about(letter)},
      example{rcpt, "550 Unknown user", "hMailServer", about(letter)},
      example{rcpt, "550 Invalid recipient: <a@one.example>", "OpenSMTPD", about(letter)},
      example{rcpt, "550 No such user!", "mail.ru", about(letter)},
      example{rcpt, "550 5.7.1 No such user!", "Yandex", about(letter)},
      example{rcpt, "554 delivery error: dd This user doesn't have a yahoo.com account (a@one.example) [0]",
              "Yahoo", about(letter)},
      example{rcpt,
              "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@one.example not found by SMTP address "
              "lookup",
              "Exchange", about(letter)},
      example{rcpt, "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", "Exchange",
              about(letter)},
      example{rcpt, "550 5.7.134 Sender must be authenticated to send to this recipient", "Microsoft 365",
              about(letter)},
      example{rcpt, "550 5.4.1 Recipient address rejected: Access denied.", "Microsoft 365", about(letter)},
      example{rcpt, "550 user quota exceeded", "mail.ru", about(letter)},
      example{rcpt, "452 4.1.1 <a@one.example> mailbox full", "Zimbra", about(letter)},
      example{rcpt, "552 Requested mail action aborted: exceeded storage allocation", "RFC 5321",
              about(letter)},
      example{rcpt, "550 5.7.1 Mailbox is protected by the recipient's list", "some server", about(letter)},
      example{rcpt, "550 5.7.1 Your message was blocked by the recipient", "some server", about(letter)},
      example{
          rcpt,
          "550 Requested action not taken: mailbox unavailable - sender not authorised to send to this group",
          "some server", about(letter)},
      example{rcpt,
              "550 SC-001 (SNT004-MC1F43) Unfortunately, messages from 192.0.2.1 weren't sent. Part of their "
              "network is on our block list (S3150)",
              "Outlook.com", about(letter)},
      example{rcpt, "451 4.7.1 Temporarily rejected. Try again later.", "some server", about(letter)},
      example{rcpt, "550 The user's mailbox has exceeded the limit of messages per day", "some server",
              about(letter)},
      example{rcpt, "550 Recipient has exceeded receive limit per hour", "some server", about(letter)},
      example{rcpt, "450 4.7.3 Organization queue quota exceeded", "Microsoft 365", about(letter)},
      example{rcpt, "550 quota exceeded", "some server", about(letter)},
      example{
          rcpt,
          "450 4.7.1 <a@one.example>: Recipient address rejected: unverified address: Address lookup failed",
          "Postfix", about(letter)},
      example{rcpt, "451 4.3.0 <a@one.example>: Temporary lookup failure", "Postfix", about(letter)},
      example{rcpt, "550 Account disabled", "some server", about(letter)},
      example{after_message, "554 Message rejected: recipient address is not verified (sandbox)",
              "a mail service", about(letter)},
      example{after_message, "552 5.3.4 Message too big for system", "Gmail", about(letter)},
      example{after_message, "554 5.4.6 Too many hops", "Postfix", about(letter)},
      example{after_message,
              "550 5.7.1 [192.0.2.1 12] Our system has detected that this message is likely unsolicited "
              "mail. - gsmtp",
              "Gmail", about(letter)},
      example{after_message,
              "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=…", "mail.ru",
              about(letter)},
      example{after_message, "554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc",
              "Yandex", about(letter)},
      example{after_message, "554 5.7.1 Blocked by SpamAssassin", "Postfix", about(letter)},
      example{after_message, "451 4.3.0 Mail server temporarily rejected message. - gsmtp", "Gmail",
              about(letter)},
      example{after_message, "500 Line too long", "hMailServer", about(letter)},
      example{after_message, "554 Transaction failed", "RFC 5321", about(letter)},
      example{data, "554 5.5.1 Error: no valid recipients", "Postfix", about(letter)},
  };
  check_all(examples);
}

TEST_CASE("a user's rule comes before all of ours") {
  const std::array<reply_rule, 3> rules{
      {{"Unknown Sender-Pool", sender}, {"^550 5\\.1\\.1 ", account}, {"pool exhausted", pace}}};
  const auto policy = reply_policy::make(rules);
  REQUIRE(policy);
  CHECK(policy->judge(said("550 5.7.1 unknown sender-pool 7"), rcpt) == about(sender));
  CHECK(policy->judge(said("550 5.1.1 no such user"), rcpt) == about(account));
  CHECK(policy->judge(said("550 5.1.2 no such domain"), rcpt) == about(letter));
  CHECK(policy->own_rule(said("550 5.1.1 no such user")) == 1);
  CHECK_FALSE(policy->own_rule(said("550 5.1.2 no such domain")));
  CHECK(policy->judge(said("421 4.3.0 pool exhausted, 20 per minute"), greeting) == each(pace, minute));
  CHECK(policy->judge(said("421 4.3.0 pool exhausted: too many connections"), greeting) == connections);
}

TEST_CASE("a rule that cannot be read is refused and named") {
  for (const auto* pattern : {"(unclosed", ""}) {
    const std::array<reply_rule, 1> rules{{{pattern, letter}}};
    const auto made = reply_policy::make(rules);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_input);
    CHECK(made.error().notice.code == "pattern_invalid");
  }
}

TEST_CASE("only a code that is about the mailbox makes a refusal final at once") {
  for (const auto* line : {"550 5.1.1 no such user", "550 5.1.2 no such domain", "553 5.1.3 bad address",
                           "551 5.1.6 moved", "556 5.1.10 null MX", "550 5.2.1 disabled", "552 5.2.2 full",
                           "550 sorry, no mailbox here by that name (#5.1.1)"}) {
    INFO(line);
    CHECK(is_about_mailbox(said(line)));
  }
  for (const auto* line :
       {"450 4.1.1 try later", "450 5.1.1 a transient reply", "550 5.7.1 spam", "550 no such user",
        "550 5.1.11 x", "550 5.2.3 too large", "554 5.1.0 other", "550 see section (5) of our rules"}) {
    INFO(line);
    CHECK_FALSE(is_about_mailbox(said(line)));
  }
}

TEST_CASE("steps and meanings have names, both ways") {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(smtp_step::end_of_data); ++i) {
    const auto step = static_cast<smtp_step>(i);
    CHECK(parse_smtp_step(name_of(step)) == step);
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(letter); ++i) {
    const auto meaning = static_cast<reply_about>(i);
    CHECK(parse_reply_about(name_of(meaning)) == meaning);
  }
  CHECK(name_of(smtp_step::end_of_data) == "end_of_data");
  CHECK_FALSE(parse_smtp_step("rset"));
  CHECK_FALSE(parse_reply_about("nobody"));
}

} // namespace
TEST_CASE("where an account's limit says when it is over, that is read") {
  const auto again_in = [](std::string_view line) {
    return reply_policy{}.judge(said(line), smtp_step::recipient).again_in;
  };
  using namespace std::chrono_literals;
  CHECK(again_in("550 5.4.5 Daily sending quota exceeded, try again in 30 minutes") == 30min);
  CHECK(again_in("451 Hourly limit of messages reached. Retry after 3600 seconds") == 1h);
  CHECK(again_in("450 4.7.1 You have exceeded your sending limit; it resets in 2 hours") == 2h);
  CHECK(again_in("450 4.7.1 You have exceeded your sending limit, wait at least 90s") == 90s);
  CHECK_FALSE(again_in("550 5.4.5 Daily sending quota exceeded, try again tomorrow"));
  CHECK_FALSE(again_in("550 5.4.5 Daily sending quota of 500 exceeded"));
  CHECK_FALSE(again_in("450 4.2.2 The mailbox is full, try again in 30 minutes"));
}

} // namespace sluice
