#include "adapters/import/import_rows.hpp"

#include "messages/address.hpp"
#include "messages/utf8.hpp"

#include <algorithm>

namespace sluice {

bool is_email_column(std::string_view name) {
  const auto lower = folded(name);
  return lower == "email" || lower == "e-mail";
}

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_storable_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

void import_rows::leave_out(std::uint64_t line, left_out_reason reason) {
  ++report_.left_out_total;
  ++report_.by_reason[reason];
  if (report_.left_out.size() < import_left_out_listed_max)
    report_.left_out.push_back({line, reason});
}

result<void> import_rows::add(std::uint64_t line, std::string_view address, recipient& row) {
  address = without_blanks(address);
  const auto is_control = [](char one) { return static_cast<unsigned char>(one) < 0x20 || one == 0x7f; };
  const auto leave = [&](left_out_reason reason) {
    leave_out(line, reason);
    return result<void>{};
  };
  if (address.empty())
    return leave(left_out_reason::no_address);
  if (std::ranges::any_of(address, is_control))
    return leave(left_out_reason::control_characters);
  auto checked = parse_address(address);
  if (!checked)
    return leave(left_out_reason::wrong_address);
  row.email = std::move(*checked);
  const auto taken = into_.add(row);
  if (!taken)
    return std::unexpected(taken.error());
  if (!*taken)
    return leave(left_out_reason::repeated_address);
  ++report_.rows;
  return {};
}

} // namespace sluice
