#include "actors/core/reply_policy.hpp"

#include "messages/names.hpp"
#include "messages/notice.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>
#include <utility>

namespace sluice {

namespace {

constexpr names<smtp_step, 8> steps{"greeting", "hello",     "tls",  "login",
                                    "mail",     "recipient", "data", "end_of_data"};
constexpr names<reply_about, 5> abouts{"relay", "account", "sender", "pace", "letter"};

constexpr unsigned at(smtp_step step) {
  return 1U << static_cast<unsigned>(step);
}

/// Before the first MAIL: no letter is there yet.
constexpr unsigned opening =
    at(smtp_step::greeting) | at(smtp_step::hello) | at(smtp_step::tls) | at(smtp_step::login);
constexpr unsigned mail = at(smtp_step::mail);
constexpr unsigned recipient = at(smtp_step::recipient);
constexpr unsigned data = at(smtp_step::data);
constexpr unsigned from_recipient = recipient | data | at(smtp_step::end_of_data);
constexpr unsigned from_mail = mail | from_recipient;
constexpr unsigned any = opening | from_mail;

struct code_range {
  std::uint16_t first = 400;
  std::uint16_t last = 599;
};

constexpr code_range every{400, 599};
constexpr code_range transient{400, 499};
constexpr code_range permanent{500, 599};

constexpr code_range only(std::uint16_t code) {
  return {code, code};
}

using enum reply_about;

struct row_verdict {
  constexpr explicit(false)
      row_verdict(reply_about what, bool names_connections = false, bool names_full_session = false) :
      about(what), is_about_connections(names_connections), is_session_full(names_full_session) {}
  reply_about about;
  bool is_about_connections;
  bool is_session_full;
};

constexpr row_verdict connections{pace, true};
constexpr row_verdict full_session{relay, false, true};

/// What a pattern does not say it does not ask for: an empty one fits everything.
struct row {
  unsigned steps;
  code_range codes;
  const char* enhanced; ///< RE2, the whole of the enhanced code
  row_verdict means;
  const char* words; ///< RE2, found anywhere in "421 4.7.28 words"
};

/// The first that fits decides. Reply codes: RFC 5321 section 4.2, RFC 4954, RFC 3207. Enhanced codes: RFC 3463,
/// RFC 5248 and IANA's registry. Words: as the servers named are known to say them.
// clang-format off: a row is a line of a table.
constexpr row rows[] = {
    // --- What looks like something else. ---

    // Exchange and Microsoft 365 on a recipient or a group that takes mail from few (5.7.1, 5.7.12x,
    // 5.7.13x), and its own mailbox full, into which each letter sent is put.
    {from_recipient, every, "", letter, R"(RESOLVER\.(RST|ADR|FWD|GRP))"},
    {from_recipient, permanent, R"(5\.7\.1[23]\d)", letter, ""},
    {from_recipient, every, "", letter, R"(recipient thread limit)"},
    {from_recipient, every, "", account, R"(STOREDRV\.Submi\w+\.Exception:\w*Quota)"},
    // Gmail's relay: the one 4.2.1 that is not the mailbox's.
    {from_mail, transient, R"(4\.2\.1)", pace, R"(peak smtp relay limit)"},
    // Exim, Postfix: so many letters and no more on one connection; the next one takes them.
    {any, transient, "", full_session,
     R"(too many \w+ ((in|on|for|per) )?(one |this |a |the |single )?(smtp )?(connection|session)\b)"},
    {any, transient, "", full_session,
     R"((messages?|mails|emails|recipients|transactions) per (smtp )?(connection|session)|)"
     R"((message|mail|email|recipient|transaction)s? (limit|count) (for|of|on|in|per) )"
     R"((this|the|one|a)? ?(smtp )?(connection|session))"},
    // OpenSMTPD, at the 101st letter: at MAIL there are no recipients yet that could be too many.
    {mail, transient, "", full_session, R"(too many recipients: too many messages sent)"},
    // The session has cost the server too much (Postfix, Sendmail, Exchange): what did is not known.
    {from_mail, transient, "", relay,
     R"(too many (\w+ )?(errors|protocol|invalid|unknown|bad|unrecogni[sz]ed|nonmail|syntax))"},
    // What a recipient may receive in a time is not what we may send.
    {from_recipient, every, "", letter,
     R"(\b(recipient|mailbox|inbox) (has |have |is )?(exceeded|reached|over|receiving)\b|)"
     R"(receiv(e|ing) (rate |quota |message )?limit)"},

    // --- A quota with a period is the account's, whatever else is said of rates. ---

    // A rate in a short time is kept by going slower; nobody has to wait for a reset.
    {from_mail, transient, "", pace, R"(\brate\b.{0,60}\b(hour|hourly|minute|min|second|sec)\b)"},
    {from_mail, every, "", account,
     R"(\b(daily|hourly|weekly|monthly)\b.{0,60}\b(quota|limits?|limited|allowance|cap|credits?|maximum|)"
     R"(count)\b)"},
    {from_mail, every, "", account,
     R"(\b(quota|limits?|allowance|maximum|max|exceeded|reached)\b.{0,80}((per|each|an?|in the last|)"
     R"(within the last|for the last|for the) (day|hour|month|24)|/ ?(day|hour|month))\b)"},
    {from_mail, every, "", account,
     R"(\b(sending|outgoing|outbound|submission|message|smtp|relay)s? )"
     R"((quota|allowance|credits?)\b.{0,40}(exceed|reach|exhaust|used|over))"},
    {from_mail, every, "", account,
     R"(\b(sending|outgoing|outbound|submission|relay(ing)?|send) )"
     R"(limits?\b.{0,60}(exceed|reach|hit|met|over))"},
    {from_mail, every, "", account,
     R"((exceed\w*|reach\w*|over) (your|the|its|their|permitted|allowed) ?(\w+ ){0,3}(sending|outgoing|)"
     R"(outbound|submission|relay(ing)?|message|plan) (limits?|quota|allowance))"},
    {from_mail, every, "", account,
     R"(\byou(r account)? ?('ve|have|has|are)? (exceeded|reached|hit|used|over) )"
     R"((\w+ ){0,4}(quota|limits?|allowance|credits?)\b)"},
    {from_mail, every, "", account,
     R"(too many (\w+ )?(e?-?mails?|messages|recipients)( \w+){0,3} (in|within|per|for) )"
     R"((the |a |an |one |this )?(last |past )?(hour|day|24)\b|)"
     R"(number of (allowed |permitted )?(outgoing|outbound|sent|daily) )"
     R"((messages|e?-?mails|recipients).{0,40}(exceed|reach))"},
    // At MAIL no recipient is named yet: a quota is not a mailbox's.
    {mail, every, "", account, R"(\bquota\b)"},

    // --- The mailbox: RFC 3463's X.1.1 … X.1.10 and X.2.x are about a recipient. ---

    {from_recipient, every, R"([45]\.1\.(1|2|3|4|6|10)|[45]\.2\.[1-4])", letter, ""},
    {from_recipient, every, "", letter, R"((the )?user you are trying to contact)"},
    {from_recipient, every, "", letter, R"(\bgr[ae]y-?list|\[GL01\])"},
    {from_recipient, every, "", letter,
     R"((mailbox|inbox|maildir|mail ?drop|recipient'?s?|user|disk) )"
     R"((\w+ ){0,4}(quota|full|storage|too many messages))"},
    {from_recipient, every, "", letter,
     R"(too many (hops|received|recipients( in| for| per| specified|[.;,]|$)))"},
    // A quota that policy (X.7) keeps: a mailbox's is X.2.2.
    {from_recipient, every, R"([45]\.7\.[01])", account, R"(\bquota\b)"},

    // The relay's own disk, memory or set-up, whatever code it has for it (Postfix, Sendmail, Exchange).
    {from_mail, transient, "", relay,
     R"(queue file write error|insufficient (system |disk )?(storage|resources|space|memory)|)"
     R"((disk|spool|queue) (\w+ )?full|no space left|not enough (\w+ )?(disk|space|memory)|)"
     R"(out of (memory|disk)|server configuration (error|problem)|local configuration error)"},

    // --- The pace: rate or connections are named. ---

    // Outlook.com's RP-002: what is limited on a connection is the rate.
    {any, transient, "", pace, R"(rate limit (\w+ ){0,3}on this connection)"},
    {any, every, "", connections,
     R"(too many (\S+ ){0,4}(connections?|connects|sessions|threads|clients)\b|)"
     R"(too (many|frequent|often) connect|trop de connexions)"},
    {any, every, "", connections,
     R"(concurren\w+ (\S+ ){0,3}(connection|session|limit|smtp|server|delivery|deliveries)|)"
     R"(simultaneous (\S+ ){0,2}(connection|session))"},
    {any, every, "", connections,
     R"(\b(connections?|sessions?|threads?)\b (\S+ ){0,3}(limits?|quota|maximum)\b|)"
     R"(\b(limits?|maximum|max)\b (\S+ ){0,4}(connections?|sessions|threads)\b)"},
    {any, every, "", connections,
     R"(exceeded (\S+ ){0,4}(connections|sessions|threads)\b|connections?( \S+){0,4} exceed|)"
     R"(connection (rate|frequency|count))"},
    {any, transient, "", connections,
     R"(server ports are busy|(sender|submission) thread|reduce (\S+ ){0,3}connections)"},
    // Microsoft 365: 432 4.3.2, where RFC 4954's 432 (a password is to be changed) has 4.7.12.
    {any, only(432), R"(4\.3\.2)", connections, ""},

    // X.7.28: a flood of mail (Gmail). X.4.5: congestion (RFC 3463; Gmail's 5.4.5 is the account's).
    {any, transient, R"(4\.7\.28|4\.4\.5)", pace, R"(rate|unusual|volume|limit|busy|load|later)"},
    {any, transient, R"(4\.7\.28)", pace, ""},
    {any, transient, "", pace,
     R"(\brate[ -]?limit|\blimit(ed|s|ing)? (\w+ ){0,2}rate\b|throttl|)"
     R"(\b(sending|message|mail|email|delivery|submission|recipient|smtp|transfer|request|incoming)s? )"
     R"(rate\b|\brate (\w+ ){0,3}(exceed|too|limit|high))"},
    {any, transient, "", pace,
     R"(unusual (rate|volume|traffic|amount|activity)|)"
     R"((unexpected|excessive|high|large|increased|too much) (\w+ )?(volume|rate|load|traffic|amount)|)"
     R"(volume of (e?-?mail|messages))"},
    {any, transient, "", pace,
     R"(\bslow(ing)? (it )?down|too (fast|quickly|frequent(ly)?|rapidly|often)\b|back(ing)? off|)"
     R"(more slowly|again slower|frequency (is )?limited)"},
    {any, transient, "", pace,
     R"(too (many|much) (\w+ ){0,3}(e?-?mails?|messages?|letters|deliver(y|ies)|requests?|transactions|)"
     R"(recipients (from|received)|submissions|commands|logins?|auth\w*|load|new tls))"},
    {any, transient, "", pace,
     R"(\bTSS?0\d\].{0,80}temporarily deferred|messages? from (\S+ ){1,4}temporarily deferred|)"
     R"(unexpected volume)"},
    {any, transient, "", pace,
     R"(too busy|\b(server|system|host|service|we are|currently) (is )?(\w+ )?(busy|overloaded)|)"
     R"(load average|too heavily loaded|system load)"},
    // 4.3.2: the system takes no mail just now (RFC 3463); but one that shuts down is a relay that goes.
    {from_mail, transient, R"(4\.3\.2)", relay,
     R"(shut(ting)? ?down|not active|maintenance|not available|closing)"},
    {from_mail, transient, R"(4\.3\.2)", pace, ""},

    // --- The relay. ---

    {opening, every, "", relay, ""},
    // 421 closes the session, 503 is a session out of step, 530 to 538 and 432 are the login's (RFC 4954).
    {any, only(421), "", relay, ""},
    {any, only(503), "", relay, ""},
    {any, only(530), "", relay, ""},
    {any, only(534), "", relay, ""},
    {any, only(535), "", relay, ""},
    {any, only(538), "", relay, ""},
    {any, only(432), "", relay, ""},
    {mail | recipient, every, R"([45]\.7\.(8|9|10|11)|4\.7\.12)", relay,
     R"(auth|login|log in|password|credential|encrypt|tls|ssl|mechanism)"},
    {from_mail, transient, "", relay,
     R"((temporary|temporarily) (\w+ )?authenticat\w+ (failure|problem|error)|)"
     R"(authenticat\w+ (temporarily|backend))"},
    {mail | recipient, every, "", relay,
     R"(must (issue|use|start|send) (a |an |the )?\"?(STARTTLS|TLS|SSL)|)"
     R"((STARTTLS|TLS|encryption|encrypted connection|secure connection) )"
     R"((command )?(first|(is )?required|needed|mandatory)|)"
     R"(requires? (STARTTLS|an encrypted|a secure|TLS first))"},
    // DATA says nothing of a letter: who does not know the command is no server for mail.
    {data, {500, 504}, "", relay, ""},
    {from_mail, {500, 502}, "", letter, R"(line( is)? too long|too long a? ?line)"},
    {from_mail, only(500), "", relay,
     R"(command|recogni[sz]|unknown|syntax|implement|verb|^500( 5\.\d\.\d)?\s*$)"},
    {from_mail, only(502), "", relay,
     R"(command|recogni[sz]|unknown|implement|verb|^502( 5\.\d\.\d)?\s*$)"},
    // Postfix tells it at RCPT as a rule: what is refused is the machine that connects.
    {from_mail, every, "", relay,
     R"(client host (\S+ )?(rejected|blocked)|helo command rejected|(invalid|bad|forged) (helo|ehlo)|)"
     R"((helo|ehlo) (name|argument|host)|\bPTR record|reverse (dns|lookup))"},
    {from_mail, every, R"([45]\.7\.25)", relay, ""},
    // RFC 3463's X.3: the mail system, which at MAIL is the relay's own.
    {mail, transient, R"(4\.3\.(0|1|5))", relay, ""},

    // --- The account. ---

    {from_recipient, every, R"([45]\.4\.5)", account, ""},
    // Microsoft 365: 5.1.90 and 5.7.23x are days' limits of recipients, 5.7.5xx and 5.7.7xx a tenant's
    // standing.
    {from_mail, permanent, R"(5\.1\.90|5\.7\.23[0-9]|5\.7\.(501|508|70[0-9]))", account, ""},
    {from_recipient, every, "", account,
     R"(relay(ing)?( temporarily| access| attempt| service)?( is| was| not)? )"
     R"((denied|prohibited|refused|forbidden|disabled|rejected|not (permitted|allowed|authori[sz]ed))|)"
     R"(relay(ing)? not (permitted|allowed|authori[sz]ed))"},
    {from_recipient, every, "", account,
     R"((not (permitted|allowed|authori[sz]ed) to|unable to|can ?not|can'?t|won'?t|do not|don't|)"
     R"(refuse to|no) relay)"},
    {from_recipient, every, "", account,
     R"(rcpthosts|delivery is not allowed to this address|I cannot deliver mail for|)"
     R"(we don'?t handle mail for|not (a )?local domain|not an open relay|not configured to relay|)"
     R"(credentials for relay|Relay Access Denied)"},
    // Gmail's "unauthenticated" is DMARC's word, the sender's.
    {from_mail, every, "", account,
     R"(authenticat(ion|e|ed) (is )?(required|needed|necessary|first|before)|)"
     R"(must (be |first )?(authenticated?|log ?in)\b|requires? (smtp )?authentication|)"
     R"(client (was |is )?not authenticated|not logged in|)"
     R"((login|log in|authenticate|auth) (first|before)|smtp auth(entication)? (is )?(required|needed)|)"
     R"(authentification (requise|invalide)|please (authenticate|log ?in|enable smtp auth))"},
    {from_recipient, every, "", account,
     R"(not owned by|not (a|an)? ?(address|alias)(es)? of (the )?(user|account)|)"
     R"(does ?n.t (belong to|match) (\w+ ){0,3}(auth\w*|login|user|account)|)"
     R"((sender|from) (address )?(\S+ )?(does not match|doesn't match|mismatch) )"
     R"((\w+ ){0,3}(auth\w*|login|user|account))"},
    {from_mail, every, "", account,
     R"((your|this sender'?s?|sender'?s?|sending|smtp|customer|user'?s sending) )"
     R"((\w+ ){0,2}(account|subscription|plan|tenant|service)( \S+){0,6} )"
     R"((suspended|disabled|blocked|locked|banned|deactivated|inactive|not (yet )?active|frozen|)"
     R"(terminated|on hold|restricted|expired|compromised))"},
    {from_mail, every, "", account,
     R"(\b(suspended|disabled|blocked|locked|banned) account\b.{0,40}send|)"
     R"(\bsending\b( \S+){0,6} (suspended|disabled|paused|revoked|deactivated)|)"
     R"((sending|smtp) (privileges?|access|rights?) )"
     R"((\S+ ){0,3}(suspended|revoked|disabled|removed|denied))"},
    {from_mail, every, R"([45]\.7\.\d+)", account,
     R"(\baccount (\w+ ){0,3}(suspended|disabled|blocked|locked|banned|deactivated|restricted|)"
     R"(not (authori[sz]ed|allowed|permitted|enabled) to send))"},
    {from_mail, every, "", account,
     R"(\bbilling\b|unpaid|payment (is )?(required|overdue|failed|method)|maximum credits|)"
     R"((out of|no|insufficient|not enough) (\w+ )?(credits?|funds|balance)|)"
     R"(credits? (limit )?(exceeded|exhausted)|trial (account|period|tenant)|)"
     R"(free (accounts|plan) (are|is)|upgrade your (plan|account)|your (\w+ )?plan (does|has|is|only))"},
    {from_mail, every, "", account,
     R"(domain (\S+ )?is not allowed to send|not authori[sz]ed to perform `?ses:|not subscribed to ses|)"
     R"(outgoing mail suspen)"},
    // A rate that is refused for good: to be tried with one letter, later.
    {from_mail, permanent, R"(5\.7\.28)", account, ""},
    {from_mail, permanent, "", account,
     R"(\brate[ -]?limit|throttl|sending rate|unusual (rate|volume)|)"
     R"(too (many|much) (\w+ ){0,2}(e?-?mails?|messages) (from|sent|per)|sending too (fast|quickly|many)|)"
     R"(frequency (is )?limited)"},

    // --- The sender; but size, parameters and a VERP address's own part are the letter's. ---

    {from_mail, only(552), "", letter, ""},
    {from_mail, every, R"([45]\.3\.4|[45]\.6\.7|[45]\.2\.3)", letter, ""},
    {mail, only(555), "", letter, ""},
    {mail, every, "", letter,
     R"(\b(SIZE|BODY|8BITMIME|BINARYMIME|SMTPUTF8|ENVID|RET)\b|message (is )?(too (big|large)|size)|)"
     R"(size (limit|exceed)|maximum (message )?size|non-?ascii|internationali[sz]ed|utf-?8)"},
    {mail, permanent, "", letter, R"(local.?part|address (is )?too long|\bVERP\b)"},
    {mail, {504, 504}, "", letter, R"(parameter)"},
    // Who the recipient takes no mail from is the recipient's to say.
    {from_recipient, every, "", letter,
     R"(by (the |this |its )?(recipient|user|addressee|mailbox)|)"
     R"((recipient|user|mailbox) (\w+ ){0,3}(does not|doesn't|not) (accept|want|allow)|)"
     R"(user'?s? (\w+ )?(black|block|deny)-?list|sandbox|)"
     R"(to (send|post) to (this|the) (group|list|mailing list|recipient|address|user)|members-only)"},
    {from_recipient, every, "", letter, R"(recipient(s)? (address|email)?( is| are)? not verified)"},
    // A transient word on the sender is about no recipient: the name server that does not answer is asked
    // again.
    {from_recipient, transient, R"(4\.1\.[78])", pace, ""},
    {from_recipient, transient, "", pace,
     R"(sender address rejected|sender verif\w+|(sender|sending|from) domain|domain of sender)"},
    {from_mail, permanent, R"(5\.1\.[78]|5\.7\.(2[0-4]|26|27|60|50[239]|509|515|750))", sender, ""},
    {from_recipient, permanent, "", sender, R"(send ?as\b|SendAsDenied|send on behalf)"},
    {from_recipient, permanent, "", sender,
     R"(sender (address |e?-?mail |domain |identity |host )?(\S+ )?(is |was |has been |has )?(not |)"
     R"(un)?(rejected|verified|refused|denied|allowed|authori[sz]ed|permitted|invalid|unknown|banned|)"
     R"(found|exist|accepted|valid|known|registered|local))"},
    {from_recipient, permanent, "", sender,
     R"((email |e-mail |from |sender )?address (\S+ )?is not verified|)"
     R"(not (a )?verified (sender|domain|identity|from)|verified sender|)"
     R"(unverified (sender|domain|address)|identit(y|ies) failed the check|)"
     R"(domain (\S+ )?(is )?(not|un)[ -]?verified)"},
    {from_recipient, permanent, "", sender,
     R"((not |un)(authori[sz]ed|allowed|permitted) to (send|use|submit)( \w+){0,4} )"
     R"((from|as|address|sender|domain)|not local sender|)"
     R"((from|sender) (address |domain |header )?must match|sender address .{1,80} (blocked|listed)|)"
     R"(sender verify failed|(empty|null) (envelope )?senders? (is |are )?not|from domain not trusted|)"
     R"(bad (outbound )?sender|banned sender|)"
     R"((bad|invalid|unknown|fake|forged) (sender|return path|mail from|from)\b)"},
    {from_recipient, permanent, "", sender,
     R"(\bdmarc\b|\bspf (\w+ )?(fail|softfail|does not|not)|unauthenticated (e?-?mail|message|sender)|)"
     R"((mail|message|e-?mail|sender) is unauthenticated|authentication checks|)"
     R"((sender|sending|from|your) domain( \S+){0,4} )"
     R"((not|un)[ -]?(authenticated|registered|verified|valid|exist\w*|found|resolv\w*)|)"
     R"(unregistered domain|domain of sender|return-?path (\w+ ){0,3}(invalid|rejected|not)|)"
     R"(from (header|address) (\w+ ){0,3}(not|must|missing|invalid))"},
    {mail, permanent, "", sender, ""},

    // --- The rest: a transient at MAIL knows no recipient; all else is the letter's. ---

    {mail, transient, "", pace, ""},
};
// clang-format on

/// What names a period, the one that is said most clearly first.
struct period_row {
  const char* words;
  milliseconds period;
};

constexpr std::array<period_row, 3> period_rows{
    {{R"(\bdaily\b|(per|each|a|for the|/) ?day\b|\b24[ -]?h(ou)?rs?\b|\btoday\b|trial tenant|5\.1\.90|5\.7\.23[0-9])",
      std::chrono::days(1)},
     {R"(\bhourly\b|(per|each|an|a|this|one|the last|past|/) ?(1 )?hour\b|\b60 min)", std::chrono::hours(1)},
     {R"((per|each|a|this|one|the last|past|/) ?(1 )?min(ute)?\b|\b60 sec)", std::chrono::minutes(1)}}};

/// "try again in 30 minutes", "limit resets after 3600 seconds".
constexpr const char* again_in_words =
    R"(\b(?:again|retry|wait|resets?|lifted|expires?)\W{1,3}(?:at least |about |in |after |for |within ){0,2})"
    R"((\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b)";

RE2::Options re2_options() {
  RE2::Options made;
  made.set_case_sensitive(false);
  made.set_log_errors(false);
  made.set_never_capture(true);
  return made;
}

std::unique_ptr<const RE2> compile(std::string_view pattern) {
  return pattern.empty()
             ? nullptr
             : std::make_unique<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), re2_options());
}

bool fits(const std::unique_ptr<const RE2>& pattern, const std::string& text) {
  return !pattern || RE2::PartialMatch(text, *pattern);
}

/// qmail and its kin put the enhanced code behind the words: "no mailbox here by that name (#5.1.1)".
std::string enhanced_of(const reply& said) {
  static const RE2 in_the_words(R"(\(#?([245]\.\d{1,3}\.\d{1,3})\))");
  std::string found;
  if (said.enhanced.empty())
    RE2::PartialMatch(said.text, in_the_words, &found);
  return found.empty() ? said.enhanced : found;
}

std::string whole_text(const reply& said) {
  auto text = std::to_string(said.code);
  for (const auto* more : {&said.enhanced, &said.text})
    if (!more->empty())
      text.append(" ").append(*more);
  return text;
}

/// The table, compiled once for all.
struct own_rows {
  struct compiled_row {
    std::unique_ptr<const RE2> enhanced;
    std::unique_ptr<const RE2> words;
  };
  std::array<compiled_row, std::size(rows)> patterns;
  std::array<std::unique_ptr<const RE2>, period_rows.size()> periods;
  std::unique_ptr<const RE2> again_in_pattern;

  own_rows() {
    for (std::size_t i = 0; i < std::size(rows); ++i)
      patterns[i] = {compile(rows[i].enhanced), compile(rows[i].words)};
    for (std::size_t i = 0; i < period_rows.size(); ++i)
      periods[i] = compile(period_rows[i].words);
    auto capturing = re2_options();
    capturing.set_never_capture(false);
    again_in_pattern = std::make_unique<const RE2>(again_in_words, capturing);
  }

  std::optional<milliseconds> period(const std::string& text) const {
    for (std::size_t i = 0; i < period_rows.size(); ++i)
      if (fits(periods[i], text))
        return period_rows[i].period;
    return std::nullopt;
  }

  std::optional<milliseconds> again_in(const std::string& text) const {
    std::int64_t number = 0;
    std::string unit;
    if (!RE2::PartialMatch(text, *again_in_pattern, &number, &unit))
      return std::nullopt;
    switch (unit.front()) {
    case 's':
    case 'S':
      return std::chrono::seconds(number);
    case 'm':
    case 'M':
      return std::chrono::minutes(number);
    default:
      return std::chrono::hours(number);
    }
  }

  bool fits_row(std::size_t index,
                const reply& said,
                const std::string& enhanced,
                const std::string& text,
                smtp_step step) const {
    const auto& asked = rows[index];
    const auto& compiled = patterns[index];
    return (asked.steps & at(step)) != 0 && said.code >= asked.codes.first && said.code <= asked.codes.last &&
           (!compiled.enhanced || RE2::FullMatch(enhanced, *compiled.enhanced)) && fits(compiled.words, text);
  }

  static const own_rows& get() {
    static const own_rows made;
    return made;
  }
};

} // namespace

std::string_view name_of(smtp_step step) {
  return steps.of(step);
}

std::optional<smtp_step> parse_smtp_step(std::string_view text) {
  return steps.parse(text);
}

std::string_view name_of(reply_about about) {
  return abouts.of(about);
}

std::optional<reply_about> parse_reply_about(std::string_view text) {
  return abouts.parse(text);
}

struct reply_policy::compiled {
  std::vector<std::pair<std::unique_ptr<const RE2>, reply_about>> own; ///< the user's
};

reply_policy::reply_policy() : rules_(std::make_shared<const compiled>()) {}

result<reply_policy> reply_policy::make(std::span<const reply_rule> rules) {
  auto made = std::make_shared<compiled>();
  for (const auto& rule : rules) {
    auto pattern = std::make_unique<const RE2>(rule.pattern, re2_options());
    // An empty pattern would fit every reply, the way that one is forgotten.
    if (rule.pattern.empty() || !pattern->ok())
      return failure(error_code::invalid_input,
                     notice{"pattern_invalid",
                            {{"pattern", rule.pattern},
                             {"fault", rule.pattern.empty() ? "it is empty" : pattern->error()}}});
    made->own.emplace_back(std::move(pattern), rule.meaning);
  }
  reply_policy policy;
  policy.rules_ = std::move(made);
  return policy;
}

reply_meaning reply_policy::judge(const reply& said, smtp_step step) const {
  const auto& table = own_rows::get();
  const auto text = whole_text(said);
  const auto enhanced = enhanced_of(said);
  const auto meaning_of = [&](reply_about about, bool is_about_connections, bool is_session_full) {
    reply_meaning meaning{about, about == pace && is_about_connections, std::nullopt, is_session_full};
    if (about == account || about == pace)
      meaning.period = table.period(text);
    if (about == account)
      meaning.again_in = table.again_in(text);
    return meaning;
  };
  if (const auto own = own_rule(said)) {
    const auto names_connections =
        std::ranges::any_of(std::views::iota(std::size_t{0}, std::size(rows)), [&](auto i) {
          return rows[i].means.is_about_connections && table.fits_row(i, said, enhanced, text, step);
        });
    return meaning_of(rules_->own[*own].second, names_connections, false);
  }
  for (std::size_t i = 0; i < std::size(rows); ++i)
    if (table.fits_row(i, said, enhanced, text, step))
      return meaning_of(rows[i].means.about, rows[i].means.is_about_connections,
                        rows[i].means.is_session_full);
  return {};
}

std::optional<std::size_t> reply_policy::own_rule(const reply& said) const {
  const auto text = whole_text(said);
  for (std::size_t i = 0; i < rules_->own.size(); ++i)
    if (fits(rules_->own[i].first, text))
      return i;
  return std::nullopt;
}

bool is_about_mailbox(const reply& said) {
  constexpr std::array<std::string_view, 7> mailbox{"5.1.1",  "5.1.2", "5.1.3", "5.1.6",
                                                    "5.1.10", "5.2.1", "5.2.2"};
  return said.code >= 500 && said.code <= 599 &&
         std::ranges::find(mailbox, enhanced_of(said)) != mailbox.end();
}

} // namespace sluice
