#include "messages/outcome.hpp"

#include "messages/names.hpp"

#include <cctype>

namespace sluice {

namespace {
constexpr names<letter_state, letter_state_count> states{"pending",  "in_flight", "accepted", "refused",
                                                         "deferred", "skipped",   "in_doubt"};

bool is_same_letter(char left, char right) {
  return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
}

bool has_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), is_same_letter) != text.end();
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

bool is_spam_refusal(const reply& answer) {
  if (answer.code < 500)
    return false;
  // RFC 3463 section 3.8: security or policy; RFC 7372 and common use for reputation and authentication.
  for (const auto enhanced : {"5.7.0", "5.7.1", "5.7.7", "5.7.9", "5.7.20", "5.7.25", "5.7.26", "5.7.27",
                              "5.7.28", "5.7.606", "5.7.511"})
    if (answer.enhanced == enhanced)
      return true;
  for (const auto word : {"spam", "blacklist", "blocklist", "block list", "black list", "reputation", "dnsbl",
                          "spamhaus", "unsolicited", "blocked using"})
    if (has_word(answer.text, word))
      return true;
  return false;
}

} // namespace sluice
