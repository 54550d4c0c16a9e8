#include "persistence/token_name.hpp"

#include "messages/utf8.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace sluice {

namespace {

/// A blank pattern of Braille dots, which its category calls a symbol.
constexpr char32_t braille_blank = 0x2800;

bool is_unseen(char32_t point) {
  const auto character = static_cast<UChar32>(point);
  switch (u_charType(character)) {
  case U_CONTROL_CHAR:
  case U_FORMAT_CHAR:
  case U_SURROGATE:
  case U_PRIVATE_USE_CHAR:
  case U_UNASSIGNED:
  case U_LINE_SEPARATOR:
  case U_PARAGRAPH_SEPARATOR:
    return true;
  default:
    return u_hasBinaryProperty(character, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0 || point == braille_blank;
  }
}

bool has_unseen(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = utf8_character_at(text, at);
    if (character.bytes == 0 || is_unseen(character.point))
      return true;
    at += character.bytes;
  }
  return false;
}

} // namespace

result<std::string> normalised_token_name(std::string_view name) {
  const auto wrong =
      failure(error_code::invalid_input, notice{"token_name_wrong", {{"max", token_name_bytes_max}}});
  if (name.empty() || name.size() > token_name_bytes_max || has_unseen(name))
    return wrong;
  auto status = U_ZERO_ERROR;
  const auto* const form = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status))
    return wrong;
  std::string normal;
  form->normalize(icu::UnicodeString::fromUTF8(name), status).toUTF8String(normal);
  if (U_FAILURE(status) || normal.empty())
    return wrong;
  if (normal.size() > token_name_bytes_max || has_unseen(normal) || normal.front() == ' ' ||
      normal.back() == ' ')
    return wrong;
  return normal;
}

} // namespace sluice
