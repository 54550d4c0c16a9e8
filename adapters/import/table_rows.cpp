#include "adapters/import/table_rows.hpp"

#include "adapters/import/email_column.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t held_bytes_max = std::size_t{1} << 20U;

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t list_bytes_max = 200;
  std::string list;
  for (const auto& name : names) {
    if (list.size() > list_bytes_max)
      return list + ", …";
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

/// Each by itself: the halves of a character in two cells would make a whole one together.
std::optional<std::size_t> wrong_text_in(const record_fields& fields) {
  for (std::size_t index = 0; index < fields.size(); ++index)
    if (!is_storable_text(fields[index]))
      return index;
  return std::nullopt;
}

bool is_empty_record(const record_fields& fields) {
  for (std::size_t index = 0; index < fields.size(); ++index)
    if (!without_unseen(fields[index]).empty())
      return false;
  return true;
}

std::string numbered(std::size_t column) {
  return "column " + std::to_string(column + 1);
}

/// "2" → 1; nothing where it is no number of a column.
std::optional<std::size_t> column_numbered(const std::string& said, std::size_t columns) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(said.data(), said.data() + said.size(), number);
  if (fault != std::errc{} || end != said.data() + said.size() || number == 0 || number > columns)
    return std::nullopt;
  return number - 1;
}

} // namespace

result<void> table_rows::take(std::uint64_t line, const record_fields& fields) {
  if (is_empty_record(fields))
    return {};
  if (state_ == state::reading)
    return take_row(line, fields);
  if (state_ == state::nothing)
    return take_header(line, fields);
  held_.push_back({line, fields});
  held_bytes_ += fields.bytes();
  return held_.size() >= table_rows_held_max || held_bytes_ >= held_bytes_max ? stop_looking()
                                                                              : result<void>{};
}

result<void> table_rows::finish() {
  if (state_ == state::looking)
    if (auto decided = stop_looking(); !decided)
      return decided;
  return state_ == state::nothing ? failure(error_code::invalid_input, notice{"columns_missing"})
                                  : result<void>{};
}

result<void> table_rows::take_header(std::uint64_t line, const record_fields& fields) {
  if (wrong_text_in(fields))
    return failure(error_code::invalid_input, notice{"columns_not_utf8"});
  state_ = state::looking;
  header_cells_ = fields.size();
  auto has_header = into_.options().has_header;
  std::optional<std::string> address;
  for (std::size_t index = 0; has_header && !address && index < fields.size(); ++index)
    if (into_.has_address(fields[index]))
      address = std::string{without_unseen(fields[index])};
  if (address && !into_.preview())
    return failure(error_code::invalid_input, notice{"header_missing", {{"cell", *address}}});
  has_header = has_header && !address;
  if (into_.preview())
    into_.preview()->has_header = has_header;
  if (!has_header)
    number_columns(fields.size());
  else if (auto named = name_columns(fields); !named)
    return named;
  if (auto chosen = choose_email(fields); !chosen || has_header)
    return chosen;
  return take(line, fields);
}

result<void> table_rows::name_columns(const record_fields& header) {
  for (std::size_t index = 0; index < header.size(); ++index) {
    const auto name = without_unseen(header[index]);
    into_.count(leniency::blanks_trimmed, name.size() == header[index].size() ? 0 : 1);
    names_.emplace_back(name);
  }
  auto count = names_.size();
  while (count > 1 && names_[count - 1].empty())
    --count;
  into_.count(leniency::columns_empty, names_.size() - count);
  names_.resize(count);
  for (std::size_t index = 0; index < names_.size(); ++index)
    if (names_[index].empty()) {
      names_[index] = numbered(index);
      into_.tell(notice{"import_column_nameless", {{"column", index + 1}, {"name", names_[index]}}});
    }
  number_repeated_names();
  return {};
}

void table_rows::number_columns(std::size_t count) {
  for (std::size_t index = 0; index < count; ++index)
    names_.push_back(numbered(index));
}

/// `name`, `name` become `name`, `name 2`. Names that differ in capitals are two names: templates tell them apart, too.
void table_rows::number_repeated_names() {
  for (std::size_t index = 1; index < names_.size(); ++index) {
    const auto before = names_.begin() + static_cast<std::ptrdiff_t>(index);
    const auto is_taken = [&](const std::string& name) {
      return std::find(names_.begin(), before, name) != before;
    };
    if (!is_taken(names_[index]))
      continue;
    const auto given = names_[index];
    for (std::size_t number = 2; is_taken(names_[index]) || std::ranges::count(names_, names_[index]) > 1;
         ++number)
      names_[index] = given + " " + std::to_string(number);
    into_.tell(notice{"import_column_renamed", {{"column", given}, {"name", names_[index]}}});
  }
}

result<void> table_rows::choose_email(const record_fields& first) {
  const auto& said = into_.options().email_column;
  if (!said.empty())
    return take_said_column(said);
  if (!into_.options().has_header || (into_.preview() && !into_.preview()->has_header)) {
    for (std::size_t index = 0; index < first.size(); ++index)
      if (into_.has_address(first[index]))
        return begin_reading(index);
    return {};
  }
  auto best = column_fit::none;
  std::size_t at = 0;
  std::size_t candidates = 0;
  for (std::size_t index = 0; index < names_.size(); ++index) {
    const auto fit = email_fit_of(names_[index]);
    candidates += fit >= column_fit::likely ? 1U : 0U;
    if (fit > best) {
      best = fit;
      at = index;
    }
  }
  if (best < column_fit::likely)
    return {}; // the cells must tell
  auto begun = begin_reading(at);
  if (begun)
    tell_email_column(candidates > 1);
  return begun;
}

result<void> table_rows::take_said_column(const std::string& said) {
  auto found = std::ranges::find(names_, said);
  if (found == names_.end())
    found = std::ranges::find_if(names_, [wanted = plain_column_name(said)](const std::string& name) {
      return plain_column_name(name) == wanted;
    });
  if (found != names_.end())
    return begin_reading(static_cast<std::size_t>(found - names_.begin()));
  if (const auto number = column_numbered(said, names_.size()))
    return begin_reading(*number);
  return failure(error_code::invalid_input,
                 notice{"email_column_unknown", {{"column", said}, {"columns", list_of(names_)}}});
}

result<void> table_rows::begin_reading(std::size_t email) {
  state_ = state::reading;
  email_ = email;
  into_.read().email_column = names_[email];
  if (auto* const preview = into_.preview()) {
    preview->columns = names_;
    preview->email_column = names_[email];
  }
  for (std::size_t index = 0; index < names_.size(); ++index) {
    // The addresses' column is called `email` in every audience.
    if (index != email && names_[index] == "email") {
      names_[index] = "email 2";
      number_repeated_names();
      into_.tell(notice{"import_column_renamed", {{"column", "email"}, {"name", names_[index]}}});
    }
    const auto column = index == email ? result<std::uint16_t>{0} : into_.column(names_[index]);
    if (!column)
      return std::unexpected(column.error());
    columns_.push_back(*column);
  }
  return {};
}

void table_rows::tell_email_column(bool is_one_of_several) {
  const auto& name = names_[email_];
  if (is_one_of_several)
    into_.tell(notice{"import_email_column_of_several", {{"column", name}}});
  else if (email_fit_of(name) != column_fit::exactly)
    into_.tell(notice{"import_email_column", {{"column", name}}});
}

result<void> table_rows::stop_looking() {
  std::vector<std::size_t> with_addresses;
  std::optional<std::size_t> weak;
  for (std::size_t index = 0; index < names_.size(); ++index) {
    std::size_t addresses = 0;
    std::size_t filled = 0;
    for (const auto& record : held_) {
      if (index >= record.fields.size() || without_unseen(record.fields[index]).empty())
        continue;
      ++filled;
      addresses += into_.has_address(record.fields[index]) ? 1U : 0U;
    }
    if (addresses == 0 || addresses * 2 < filled)
      continue;
    with_addresses.push_back(index);
    if (!weak && email_fit_of(names_[index]) == column_fit::weak)
      weak = index;
  }
  if (!weak)
    return refuse_without_column(with_addresses);
  if (auto begun = begin_reading(*weak); !begun)
    return begun;
  tell_email_column(false);
  for (const auto& record : std::exchange(held_, {}))
    if (auto taken = take_row(record.line, record.fields); !taken)
      return taken;
  return {};
}

result<void> table_rows::refuse_without_column(const std::vector<std::size_t>& address_columns) {
  if (auto* const preview = into_.preview()) {
    preview->columns = names_;
    state_ = state::reading;
    for (const auto& record : std::exchange(held_, {}))
      show(record.fields);
    return {};
  }
  if (!into_.options().has_header)
    return failure(error_code::invalid_input, notice{"column_email_unnamed"});
  notice why{"column_email_missing", {{"columns", list_of(names_)}}};
  if (address_columns.size() == 1)
    why = notice{"column_email_proposed",
                 {{"column", names_[address_columns.front()]}, {"columns", list_of(names_)}}};
  return failure(error_code::invalid_input, std::move(why));
}

void table_rows::show(const record_fields& fields) {
  constexpr std::size_t cell_bytes_max = 1000;
  auto& rows = into_.preview()->rows;
  if (rows.size() >= import_preview_rows_max)
    return;
  std::vector<std::string> cells;
  for (std::size_t index = 0; index < fields.size(); ++index)
    cells.emplace_back(fields[index].substr(0, cell_bytes_max));
  rows.push_back(std::move(cells));
}

/// Cells behind the last column are no cells where they are empty.
bool table_rows::has_extra_cell(std::uint64_t line, const record_fields& fields) {
  for (auto index = columns_.size(); index < fields.size(); ++index)
    if (!without_unseen(fields[index]).empty()) {
      into_.leave_out(line, left_out_reason::wrong_field_count, fields[index]);
      return true;
    }
  if (fields.size() > header_cells_)
    into_.count(leniency::cells_empty_extra);
  return false;
}

result<void> table_rows::take_row(std::uint64_t line, const record_fields& fields) {
  if (into_.preview())
    show(fields);
  for (std::size_t index = 0; index < fields.size(); ++index)
    if (fields[index].size() > import_field_bytes_max) {
      into_.leave_out(line, left_out_reason::field_too_long, fields[index]);
      return {};
    }
  if (const auto wrong = wrong_text_in(fields)) {
    into_.leave_out(line, left_out_reason::wrong_encoding, fields[*wrong]);
    return {};
  }
  if (fields.size() > columns_.size() && has_extra_cell(line, fields))
    return {};
  const auto cells = std::min(fields.size(), columns_.size());
  if (cells < columns_.size() && counts_short_rows_)
    into_.count(leniency::cells_missing);
  row_.fields.clear();
  for (std::size_t index = 0; index < cells; ++index)
    if (index != email_ && !fields[index].empty())
      row_.fields.push_back({columns_[index], std::string{fields[index]}});
  return into_.add(line, email_ < cells ? fields[email_] : std::string_view{}, row_);
}

} // namespace sluice
