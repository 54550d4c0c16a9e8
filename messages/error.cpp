#include "messages/error.hpp"

#include "messages/notice_words.hpp"

namespace sluice {

error make_error(error_code code, notice why) {
  auto words = words_of(why);
  return {code, std::move(words), std::move(why)};
}

notice notice_of(const error& why) {
  return notice_or_text(why.notice, why.message);
}

std::string_view name_of(error_code code) {
  switch (code) {
  case error_code::invalid_input:
    return "invalid_input";
  case error_code::not_found:
    return "not_found";
  case error_code::not_allowed_now:
    return "not_allowed_now";
  case error_code::not_permitted:
    return "not_permitted";
  case error_code::unauthenticated:
    return "unauthenticated";
  case error_code::conflict:
    return "conflict";
  case error_code::storage_failed:
    return "storage_failed";
  case error_code::corrupt:
    return "corrupt";
  case error_code::unavailable:
    return "unavailable";
  case error_code::too_large:
    return "too_large";
  case error_code::template_failed:
    return "template_failed";
  case error_code::internal:
    return "internal";
  case error_code::audience_left_out:
    return "audience_left_out";
  }
  return "internal";
}

} // namespace sluice
