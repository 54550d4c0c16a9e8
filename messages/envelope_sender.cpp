#include "messages/envelope_sender.hpp"

#include "messages/address.hpp"
#include "messages/hmac.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace sluice {

namespace {

constexpr std::array<std::string_view, 3> words{"{campaign}", "{letter}", "{mac}"};
constexpr std::size_t mac_bytes = 10;
constexpr std::size_t mac_octets = 16;

bool is_alphanumeric(char one) {
  return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9');
}

/// RFC 4648's base32 in lower case: local parts may come back in any.
std::string mac_of(std::string_view campaign, std::string_view letter, std::string_view secret) {
  static constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
  const auto hash =
      hmac_sha256(secret, "envelope sender\n")(std::string{campaign} + "\n" + std::string{letter});
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (std::size_t at = 0; at < mac_bytes; ++at) {
    bits = (bits << 8U) | hash[at];
    for (count += 8; count >= 5; count -= 5)
      text.push_back(digits[(bits >> (count - 5)) & 31U]);
  }
  return text;
}

std::string filled(std::string_view text, const std::array<std::string, 3>& values) {
  std::string done{text};
  for (std::size_t at = 0; at < words.size(); ++at)
    if (const auto found = done.find(words[at]); found != std::string::npos)
      done.replace(found, words[at].size(), values[at]);
  return done;
}

/// A word that touches a letter, a digit or another word could not be found again.
bool stands_alone(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  const auto touches = [](char one) { return is_alphanumeric(one) || one == '{' || one == '}'; };
  const auto behind = at + word.size();
  return (at == 0 || !touches(text[at - 1])) && (behind == text.size() || !touches(text[behind]));
}

std::unexpected<error> wrong_sender(std::string_view code) {
  return failure(error_code::invalid_input, notice{code, {{"field", "envelope_sender"}}});
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && is_alphanumeric(text[end]))
      ++end;
    if (end > at)
      tokens.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return tokens;
}

} // namespace

result<envelope_senders>
envelope_senders::parse(std::string_view text, campaign_id campaign, std::string_view secret) {
  envelope_senders parsed;
  parsed.campaign_ = campaign;
  parsed.secret_ = secret;
  parsed.text_ = text;
  const auto there = std::ranges::count_if(
      words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
  parsed.is_verp_ = there > 0;
  if (there != 0 && there != static_cast<std::ptrdiff_t>(words.size()))
    return wrong_sender("envelope_sender_words_missing");
  if (parsed.is_verp_ && !std::ranges::all_of(words, [text](auto word) { return stands_alone(text, word); }))
    return wrong_sender("envelope_sender_words_touch");
  if (parsed.is_verp_ && text.rfind('@') < text.rfind('}'))
    return wrong_sender("envelope_sender_words_in_domain");
  // The longest that it can become, short of ids that no store will see.
  const auto longest =
      filled(text, {"c" + std::to_string(std::max<std::uint64_t>(campaign.value, 99'999'999)),
                    std::to_string(std::numeric_limits<letter_index>::max()), std::string(mac_octets, 'a')});
  auto address = parse_address(longest);
  if (!address) {
    auto what = notice_of(address.error());
    what.add({"field", "envelope_sender"});
    return failure(error_code::invalid_input, std::move(what));
  }
  if (longest.find_first_of("{}") != std::string::npos)
    return wrong_sender("envelope_sender_word_unknown");
  const auto at = parsed.text_.rfind('@');
  parsed.text_ = parsed.text_.substr(0, at + 1) + ascii_domain(std::string_view{parsed.text_}.substr(at + 1));
  return parsed;
}

void envelope_senders::append(std::string& to, letter_index letter) const {
  if (!is_verp_) {
    to.append(text_);
    return;
  }
  const auto campaign = to_string(campaign_);
  const auto index = std::to_string(letter);
  to.append(filled(text_, {campaign, index, mac_of(campaign, index, secret_)}));
}

std::string envelope_senders::of(letter_index letter) const {
  std::string text;
  append(text, letter);
  return text;
}

std::optional<returned_letter> read_envelope_sender(std::string_view address, std::string_view secret) {
  if (secret.empty())
    return std::nullopt;
  const auto local = folded(address.substr(0, std::min(address.rfind('@'), address.size())));
  const auto tokens = tokens_of(local);
  for (const auto mac : tokens) {
    if (mac.size() != mac_octets)
      continue;
    for (const auto campaign : tokens)
      for (const auto letter : tokens) {
        const auto id =
            campaign.starts_with('c') ? number_of<std::uint64_t>(campaign.substr(1)) : std::nullopt;
        const auto index = number_of<letter_index>(letter);
        if (id && index && mac_of(campaign, letter, secret) == mac)
          return returned_letter{{*id}, *index};
      }
  }
  return std::nullopt;
}

} // namespace sluice
