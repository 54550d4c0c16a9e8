#include "adapters/import/email_column.hpp"

#include "adapters/import/address_cell.hpp"
#include "messages/lower_case.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

void append_utf8(std::string& to, char32_t point) {
  const auto tail = [&](unsigned shift) {
    to.push_back(static_cast<char>(0x80U | ((point >> shift) & 0x3FU)));
  };
  if (point < 0x80) {
    to.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    to.push_back(static_cast<char>(0xC0U | (point >> 6U)));
    tail(0);
  } else if (point < 0x10000) {
    to.push_back(static_cast<char>(0xE0U | (point >> 12U)));
    tail(6);
    tail(0);
  } else {
    to.push_back(static_cast<char>(0xF0U | (point >> 18U)));
    tail(12);
    tail(6);
    tail(0);
  }
}

constexpr std::array exact_names = std::to_array<std::string_view>({"email", "e-mail"});

constexpr std::array email_names = std::to_array<std::string_view>({
    // English, and as programs write it
    "email address",
    "e-mail address",
    "email_address",
    "e-mail_address",
    "emailaddress",
    "email-address",
    "e mail",
    "email 1",
    "e-mail 1",
    "email 1 - value",
    "e-mail 1 - value",
    "email1",
    "email id",
    "emailid",
    "mail",
    "mail address",
    "e_mail",
    "primary email",
    "contact email",
    "user email",
    "subscriber email",
    "recipient",
    "to",
    // Russian, Ukrainian, Belarusian
    "почта",
    "эл. почта",
    "эл.почта",
    "эл почта",
    "e-почта",
    "электронная почта",
    "адрес электронной почты",
    "адрес эл. почты",
    "адрес почты",
    "почтовый ящик",
    "электронный адрес",
    "эл. адрес",
    "эл.адрес",
    "email адрес",
    "e-mail адрес",
    "емейл",
    "емэйл",
    "имейл",
    "имэйл",
    "емайл",
    "мейл",
    "мэйл",
    "мыло",
    "электронна пошта",
    "електронна пошта",
    "ел. пошта",
    "пошта",
    "адреса електронної пошти",
    "электронная пошта",
    // German, Dutch, Scandinavian, Finnish
    "e-mail-adresse",
    "email-adresse",
    "emailadresse",
    "e-mailadresse",
    "e-mail adresse",
    "email adresse",
    "mailadresse",
    "e-mailadres",
    "emailadres",
    "e-postadress",
    "e-post",
    "epost",
    "e-postadresse",
    "sähköposti",
    "sähköpostiosoite",
    // Spanish, Portuguese, Italian, French
    "correo electrónico",
    "correo electronico",
    "correo",
    "dirección de correo electrónico",
    "dirección de correo",
    "dirección de email",
    "endereço de e-mail",
    "endereço de email",
    "correio eletrônico",
    "correio electrónico",
    "posta elettronica",
    "indirizzo email",
    "indirizzo e-mail",
    "indirizzo di posta elettronica",
    "courriel",
    "adresse courriel",
    "adresse e-mail",
    "adresse email",
    "adresse mail",
    "adresse électronique",
    "mél",
    "mel",
    // Polish, Czech, Slovak, Turkish, Baltic, Greek
    "adres e-mail",
    "adres email",
    "adres poczty elektronicznej",
    "poczta",
    "emailová adresa",
    "e-mailová adresa",
    "e-posta",
    "eposta",
    "e-posta adresi",
    "el. paštas",
    "e-pasts",
    "e-posti aadress",
    "ηλεκτρονικό ταχυδρομείο",
    "邮箱",
    "电子邮件",
    "电子邮箱",
    "メールアドレス",
    "メール",
    "이메일",
});

constexpr std::array weak_names =
    std::to_array<std::string_view>({"address", "адрес", "адреса", "adresse", "dirección", "indirizzo",
                                     "adres", "adresa", "contact", "контакт", "login", "логин"});

constexpr std::array words_for_email = std::to_array<std::string_view>(
    {"email", "e-mail", "e_mail", "почт", "пошт", "имейл", "емейл", "courriel", "correo", "mail"});

/// With these the column says something about an address.
constexpr std::array words_of_other_things = std::to_array<std::string_view>(
    {"type",     "label",      "status",    "opt",     "sent",   "date",  "count",     "consent",
     "verified", "valid",      "subscrib",  "name",    "client", "тип",   "дата",      "статус",
     "соглас",   "индекс",     "код",       "mailing", "domain", "домен", "confirmed", "mailchimp",
     "gmail",    "permission", "marketing", "hash",    "почтов", "поштов"});

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& all, std::string_view name) {
  return std::ranges::find(all, name) != all.end();
}

template <std::size_t Count>
bool has_one_of(const std::array<std::string_view, Count>& all, std::string_view name) {
  return std::ranges::any_of(
      all, [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
}

} // namespace

std::string plain_column_name(std::string_view column) {
  std::string plain;
  for (std::size_t at = 0; at < column.size();) {
    const auto [bytes, point] = utf8_character_at(column, at);
    if (bytes == 0)
      return std::string{column};
    append_utf8(plain, point == 0xA0 ? U' ' : lower_case(point));
    at += bytes;
  }
  std::string_view bare = without_unseen(plain);
  constexpr std::string_view signs = ":*\"'()[]<>#?. ";
  const auto begin = bare.find_first_not_of(signs);
  if (begin == std::string_view::npos)
    return std::string{bare};
  return std::string{bare.substr(begin, bare.find_last_not_of(signs) - begin + 1)};
}

column_fit email_fit_of(std::string_view column) {
  constexpr std::size_t name_bytes_max = 100;
  if (column.size() > name_bytes_max)
    return column_fit::none;
  const auto name = plain_column_name(column);
  if (is_one_of(exact_names, name))
    return column_fit::exactly;
  if (is_one_of(email_names, name))
    return column_fit::named;
  if (is_one_of(weak_names, name))
    return column_fit::weak;
  if (has_one_of(words_for_email, name) && !has_one_of(words_of_other_things, name))
    return column_fit::likely;
  return column_fit::none;
}

} // namespace sluice
