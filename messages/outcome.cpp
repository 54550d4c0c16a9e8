#include "messages/outcome.hpp"

#include "messages/lower_case.hpp"
#include "messages/names.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>

namespace sluice {

namespace {
constexpr names<letter_state, letter_state_count> states{"pending",  "in_flight", "accepted", "refused",
                                                         "deferred", "skipped",   "in_doubt"};

/// True when the text has a word that begins so. Only at a word's beginning: a marble is no RBL.
bool has_any_word(std::string_view text, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view word) {
    for (auto from = text.begin();; ++from) {
      from = std::search(from, text.end(), word.begin(), word.end(), is_same_ascii_letter);
      if (from == text.end())
        return false;
      if (from == text.begin() || std::isalnum(static_cast<unsigned char>(*std::prev(from))) == 0)
        return true;
    }
  });
}

constexpr std::array<std::string_view, 22> spam_words{"spam",
                                                      "antispam",
                                                      "blacklist",
                                                      "black list",
                                                      "black-list",
                                                      "blocklist",
                                                      "block list",
                                                      "block-list",
                                                      "denylist",
                                                      "reputation",
                                                      "dnsbl",
                                                      "rbl",
                                                      "unsolicited",
                                                      "bulk mail",
                                                      "junk mail",
                                                      "sorbs",
                                                      "barracudacentral",
                                                      "uribl",
                                                      "surbl",
                                                      "policy reasons",
                                                      "policy restriction",
                                                      "local policy"};
constexpr std::array<std::string_view, 3> blocked_words{"blocked", "banned", "listed at"};

struct enhanced_code {
  unsigned subject = 0;
  unsigned detail = 0;
};

/// The last two numbers of "5.7.1"; zeros where the text is no enhanced code.
enhanced_code subject_and_detail(std::string_view enhanced) {
  enhanced_code code;
  if (enhanced.size() < 5 || enhanced[1] != '.')
    return {};
  const auto* const end = enhanced.data() + enhanced.size();
  const auto subject = std::from_chars(enhanced.data() + 2, end, code.subject);
  if (subject.ec != std::errc{} || subject.ptr == end || *subject.ptr != '.')
    return {};
  const auto detail = std::from_chars(subject.ptr + 1, end, code.detail);
  if (detail.ec != std::errc{} || detail.ptr != end)
    return {};
  return code;
}

/// Among the details of X.7 (RFC 3463 section 3.8, RFC 7372, the IANA registry): 0 other, 1 not authorised,
/// 7 message integrity and 9 as large providers use them for "policy", 20 … 29 DKIM, SPF, reverse DNS, mail
/// flood and ARC, 500 … large providers' own ("banned sender"). The rest is about encryption, passwords and
/// mailing lists.
bool is_about_reputation(unsigned detail) {
  return detail <= 1 || detail == 7 || detail == 9 || (detail >= 20 && detail <= 29) || detail >= 500;
}

} // namespace

bool is_final(letter_state state) {
  return state == letter_state::accepted || state == letter_state::refused || state == letter_state::skipped;
}

std::string_view name_of(letter_state state) {
  return states.of(state);
}

std::optional<letter_state> parse_letter_state(std::string_view text) {
  return states.parse(text);
}

reply reply_of(notice why, std::string_view enhanced) {
  auto words = words_of(why);
  return {0, std::string{enhanced}, std::move(words), std::move(why)};
}

notice notice_of(const reply& answer) {
  return answer.code == 0 ? notice_or_text(answer.notice, answer.text) : notice{};
}

std::string to_line(const reply& said) {
  auto line = said.code == 0 ? std::string{} : std::to_string(said.code);
  for (const auto* part : {&said.enhanced, &said.text})
    if (!part->empty())
      (line += line.empty() ? "" : " ") += *part;
  return line;
}

bool is_failed_letter(const reply& answer) {
  // A log of before has the words alone.
  return answer.notice.empty() ? !answer.text.starts_with("suppressed") : answer.notice.code != "suppressed";
}

bool is_spam_refusal(const reply& answer) {
  if (answer.code < 500 || answer.code > 599)
    return false;
  const auto [subject, detail] = subject_and_detail(answer.enhanced);
  if (subject == 7 && is_about_reputation(detail))
    return true;
  if (has_any_word(answer.text, spam_words))
    return true;
  // With X.1 and X.2 it is the mailbox that is blocked, not the sender.
  return subject != 1 && subject != 2 && has_any_word(answer.text, blocked_words);
}

} // namespace sluice
