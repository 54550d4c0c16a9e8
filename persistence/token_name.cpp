#include "persistence/token_name.hpp"

#include "messages/utf8.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>

namespace sluice {

namespace {

/// A blank pattern of Braille dots, which its category calls a symbol.
constexpr char32_t braille_blank = 0x2800;

bool is_unseen(char32_t point) {
  const auto* const known = utf8proc_get_property(static_cast<utf8proc_int32_t>(point));
  switch (known->category) {
  case UTF8PROC_CATEGORY_CC:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_CS:
  case UTF8PROC_CATEGORY_CO:
  case UTF8PROC_CATEGORY_CN:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
    return true;
  default:
    return known->ignorable || point == braille_blank;
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

struct freed {
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

} // namespace

result<std::string> normalised_token_name(std::string_view name) {
  const auto wrong =
      failure(error_code::invalid_input, notice{"token_name_wrong", {{"max", token_name_bytes_max}}});
  if (name.empty() || name.size() > token_name_bytes_max || has_unseen(name))
    return wrong;
  constexpr auto form = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  utf8proc_uint8_t* made = nullptr;
  const auto bytes = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(name.data()),
                                  static_cast<utf8proc_ssize_t>(name.size()), &made, form);
  const std::unique_ptr<utf8proc_uint8_t, freed> owned(made);
  if (bytes <= 0)
    return wrong;
  std::string normal(reinterpret_cast<const char*>(made), static_cast<std::size_t>(bytes));
  if (normal.size() > token_name_bytes_max || has_unseen(normal) || normal.front() == ' ' ||
      normal.back() == ' ')
    return wrong;
  return normal;
}

} // namespace sluice
