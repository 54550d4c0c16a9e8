#include "adapters/import/import_rows.hpp"

#include "messages/address.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

struct address_fault {
  std::string_view code; ///< of parse_address
  left_out_reason reason;
};

/// Those that are not here are `wrong_address`.
constexpr std::array address_faults{
    address_fault{"address_not_utf8", left_out_reason::wrong_encoding},
    address_fault{"address_without_at", left_out_reason::address_without_at},
    address_fault{"address_too_long", left_out_reason::address_too_long},
    address_fault{"address_local_empty", left_out_reason::address_local_empty},
    address_fault{"address_local_too_long", left_out_reason::address_too_long},
    address_fault{"address_local_dot", left_out_reason::address_local_dot},
    address_fault{"address_local_quote", left_out_reason::address_local_quote},
    address_fault{"address_local_character", left_out_reason::address_local_character},
    address_fault{"address_local_invisible", left_out_reason::address_invisible},
    address_fault{"address_domain_empty", left_out_reason::address_domain_empty},
    address_fault{"address_domain_dot", left_out_reason::address_domain_dot},
    address_fault{"address_label_too_long", left_out_reason::address_too_long},
    address_fault{"address_label_hyphen", left_out_reason::address_domain_character},
    address_fault{"address_domain_character", left_out_reason::address_domain_character},
    address_fault{"address_domain_without_dot", left_out_reason::address_domain_without_dot},
    address_fault{"address_domain_invisible", left_out_reason::address_invisible},
};

left_out_reason reason_of(std::string_view address, std::string_view code) {
  const auto is_about_characters = code == "address_local_character" || code == "address_domain_character";
  if (is_about_characters && address.find(' ') != std::string_view::npos)
    return left_out_reason::address_blank;
  if (is_about_characters && std::ranges::count(address, '@') > 1)
    return left_out_reason::address_two_ats;
  const auto* const found = std::ranges::find(address_faults, code, &address_fault::code);
  return found == address_faults.end() ? left_out_reason::wrong_address : found->reason;
}

} // namespace

bool is_storable_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

result<std::uint16_t> import_rows::column(std::string_view name) {
  auto made = into_.column(name);
  if (made && std::ranges::find(options_.replaced.columns, name) != options_.replaced.columns.end())
    replaced_.emplace_back(*made, name);
  return made;
}

result<void> import_rows::replace_cells(std::uint64_t line, recipient& row) const {
  for (const auto& [column, name] : replaced_)
    for (auto& field : row.fields)
      if (field.column == column && !field.value.empty()) {
        auto value = without_unseen(field.value).empty() ? result<std::string>{}
                                                         : options_.replaced.find(name, field.value, line);
        if (!value)
          return std::unexpected(value.error());
        field.value = std::move(*value);
      }
  std::erase_if(row.fields, [](const field_value& field) { return field.value.empty(); });
  return {};
}

void import_rows::leave_out(std::uint64_t line, left_out_reason reason, std::string_view cell) {
  constexpr std::size_t cut_bytes = 3; // of the … where something was cut off
  ++report_.left_out_total;
  ++report_.by_reason[reason];
  if (report_.left_out.size() < import_left_out_listed_max)
    report_.left_out.push_back({line, reason, excerpt(cell, left_out_cell_bytes_max - cut_bytes)});
}

result<std::string> import_rows::checked_address(std::string_view address) const {
  return parse_address(address,
                       options_.settings.takes_odd_local_parts ? local_parts::odd : local_parts::standard);
}

void import_rows::count_taken(const leniencies& taken) {
  if (taken.empty())
    return;
  for (std::size_t one = 0; one < counts_.size(); ++one)
    counts_[one] += taken.has(static_cast<leniency>(one)) ? 1U : 0U;
}

bool import_rows::has_address(std::string_view cell) {
  if (cell.size() > left_out_cell_bytes_max * 2 || cell.find('@') == std::string_view::npos)
    return false;
  read_address_cell(cell, cell_);
  return !cell_.has_several && checked_address(cell_.address).has_value();
}

result<void> import_rows::add(std::uint64_t line, std::string_view cell, recipient& row) {
  const auto is_control = [](char one) { return static_cast<unsigned char>(one) < 0x20 || one == 0x7f; };
  const auto leave = [&](left_out_reason reason) {
    leave_out(line, reason, cell);
    return result<void>{};
  };
  read_address_cell(cell, cell_);
  const auto address = cell_.address;
  if (address.empty())
    return leave(left_out_reason::no_address);
  if (cell_.has_several)
    return leave(left_out_reason::two_addresses);
  if (std::ranges::any_of(address, is_control))
    return leave(left_out_reason::control_characters);
  auto checked = checked_address(address);
  if (!checked)
    return leave(reason_of(address, checked.error().notice.code));
  row.email = std::move(*checked);
  if (!replaced_.empty())
    if (auto replaced = replace_cells(line, row); !replaced)
      return replaced;
  const auto taken = into_.add(row);
  if (!taken)
    return std::unexpected(taken.error());
  if (!*taken)
    return leave(left_out_reason::repeated_address);
  count_taken(cell_.taken);
  ++report_.rows;
  return {};
}

void import_rows::finish() {
  auto& notices = report_.read.notices;
  notices = told_;
  for (std::size_t one = 0; one < counts_.size(); ++one)
    if (counts_[one] > 0)
      notices.push_back(notice_of(static_cast<leniency>(one), counts_[one]));
}

} // namespace sluice
