#include "adapters/import/json_lines_reader.hpp"

#include "adapters/import/email_column.hpp"
#include "messages/json_value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

namespace {

using json = nlohmann::json;

/// Appends a text as JSON has it. It is UTF-8.
void append_json_text(std::string& to, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  to.push_back('"');
  for (const auto one : text) {
    const auto byte = static_cast<unsigned char>(one);
    if (one == '"' || one == '\\')
      to.append({'\\', one});
    else if (byte < 0x20)
      to.append("\\u00").append({digits[byte >> 4U], digits[byte & 0x0FU]});
    else
      to.push_back(one);
  }
  to.push_back('"');
}

/// Collects one object's members as texts, without building a document: of a list or an object the JSON.
class member_collector {
public:
  void clear() {
    count_ = 0;
    depth_ = 0;
    has_object_ = false;
    fault_.reset();
  }

  std::optional<left_out_reason> fault() const { return has_object_ ? fault_ : left_out_reason::bad_json; }
  std::size_t size() const { return count_; }
  const std::string& name(std::size_t index) const { return members_[index].first; }
  std::string& value(std::size_t index) { return members_[index].second; }
  const std::string& value(std::size_t index) const { return members_[index].second; }

  // What nlohmann's parser calls; false ends the parsing.
  bool null() {
    if (depth_ > 1)
      return nested("null");
    return depth_ == 1 ? (--count_, true) : fail(left_out_reason::bad_json); // no field
  }
  bool boolean(bool value) { return take(value ? "true" : "false"); }
  bool number_integer(json::number_integer_t value) { return take(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) { return take(std::to_string(value)); }
  bool number_float(json::number_float_t, const std::string& as_written) { return take(as_written); }
  bool string(std::string& value) {
    if (value.find('\0') != std::string::npos)
      return fail(depth_ > 0 ? left_out_reason::wrong_encoding : left_out_reason::bad_json);
    if (depth_ < 2)
      return take(value);
    begin_nested();
    append_json_text(last_value(), value);
    return true;
  }
  bool binary(json::binary_t&) { return fail(left_out_reason::bad_json); }
  bool start_object(std::size_t) {
    has_object_ = has_object_ || depth_ == 0;
    return begin('{');
  }
  bool end_object() { return end('}'); }
  bool start_array(std::size_t) { return depth_ > 0 ? begin('[') : fail(left_out_reason::bad_json); }
  bool end_array() { return end(']'); }
  bool key(const std::string& name) {
    if (depth_ > 1) {
      if (name.find('\0') != std::string::npos)
        return fail(left_out_reason::wrong_encoding);
      begin_nested();
      append_json_text(last_value(), name);
      last_value().push_back(':');
      return true;
    }
    if (count_ == members_.size())
      members_.emplace_back();
    members_[count_].first = name;
    ++count_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) {
    return fail(left_out_reason::bad_json);
  }

private:
  std::string& last_value() { return members_[count_ - 1].second; }

  bool take(std::string_view value) {
    if (depth_ > 1)
      return nested(value);
    if (depth_ != 1)
      return fail(left_out_reason::bad_json); // a line that is no object
    last_value() = value;
    return true;
  }

  /// A comma, where something stands before.
  void begin_nested() {
    const auto last = last_value().back();
    if (last != '[' && last != '{' && last != ':')
      last_value().push_back(',');
  }

  bool nested(std::string_view value) {
    begin_nested();
    last_value().append(value);
    return true;
  }

  bool begin(char bracket) {
    ++depth_;
    if (depth_ == 1)
      return true;
    if (depth_ > json_value_depth_max + 1)
      return fail(left_out_reason::nested_value);
    if (depth_ == 2)
      last_value().assign(1, json_value_mark);
    else
      begin_nested();
    last_value().push_back(bracket);
    return true;
  }

  bool end(char bracket) {
    if (depth_ > 1)
      last_value().push_back(bracket);
    --depth_;
    return true;
  }

  bool fail(left_out_reason reason) {
    fault_ = reason;
    return false;
  }

  std::vector<std::pair<std::string, std::string>> members_; ///< kept from line to line for their memory
  std::size_t count_ = 0;
  int depth_ = 0; ///< 1: in the line's object
  bool has_object_ = false;
  std::optional<left_out_reason> fault_;
};

class json_lines_reader final : public byte_reader {
public:
  json_lines_reader(import_rows& into, std::uint64_t first_line) : into_(into), line_(first_line) {}

  result<void> feed(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      const auto piece = bytes.substr(0, end);
      bytes.remove_prefix(std::min(piece.size() + 1, bytes.size()));
      if (end == std::string_view::npos) {
        keep(piece);
        return {};
      }
      if (auto taken = end_line(piece); !taken)
        return taken;
    }
    return {};
  }

  result<void> finish() override { return end_line({}); }

private:
  void keep(std::string_view piece) {
    is_too_long_ = is_too_long_ || kept_.size() + piece.size() > import_row_bytes_max;
    if (is_too_long_)
      kept_.clear();
    else
      kept_.append(piece);
  }

  result<void> end_line(std::string_view piece) {
    const auto is_whole = kept_.empty() && !is_too_long_ && piece.size() <= import_row_bytes_max;
    if (!is_whole)
      keep(piece);
    line_text_ = kept_.empty() ? piece : std::string_view{kept_};
    auto taken = is_too_long_ ? leave_out(left_out_reason::row_too_long)
                              : take_line(is_whole ? piece : std::string_view{kept_});
    kept_.clear();
    is_too_long_ = false;
    ++line_;
    return taken;
  }

  result<void> take_line(std::string_view text) {
    if (text.find_first_not_of(" \t\r") == std::string_view::npos)
      return {};
    line_text_ = text;
    if (!is_storable_text(text))
      return leave_out(left_out_reason::wrong_encoding);
    members_.clear();
    json::sax_parse(text.begin(), text.end(), &members_);
    if (const auto fault = members_.fault())
      return leave_out(*fault);
    if (into_.preview())
      show();
    return take_members();
  }

  /// The beginning of a list, for people: a column for each name.
  void show() {
    auto& shown = *into_.preview();
    if (shown.rows.size() >= import_preview_rows_max)
      return;
    std::vector<std::string> cells;
    for (std::size_t index = 0; index < members_.size(); ++index) {
      const std::string name{without_unseen(members_.name(index))};
      const auto known = std::ranges::find(shown.columns, name);
      const auto at = static_cast<std::size_t>(known - shown.columns.begin());
      if (known == shown.columns.end())
        shown.columns.push_back(name);
      cells.resize(std::max(cells.size(), at + 1));
      const auto& value = members_.value(index);
      cells[at] = is_json_value(value) ? std::string{json_of_value(value)} : value;
    }
    shown.rows.push_back(std::move(cells));
  }

  /// Which member is the address; the first of the surest. Two of one name are none.
  result<std::optional<std::size_t>> find_email() {
    const auto& said = into_.options().email_column;
    std::optional<std::size_t> found;
    auto best = column_fit::none;
    for (std::size_t index = 0; index < members_.size(); ++index) {
      const auto fit = fit_of(without_unseen(members_.name(index)), said);
      if (fit == column_fit::exactly && best == column_fit::exactly)
        return failure(error_code::invalid_input, notice_of(left_out_reason::repeated_field));
      if (fit > best) {
        best = fit;
        found = index;
      }
    }
    return found;
  }

  column_fit fit_of(std::string_view name, const std::string& said) {
    if (!said.empty())
      return name == said ? column_fit::exactly : column_fit::none;
    const auto known = fits_.find(name);
    if (known != fits_.end())
      return known->second;
    const auto fit = email_fit_of(name);
    if (fits_.size() < audience_columns_max)
      fits_.emplace(name, fit);
    return fit;
  }

  result<void> take_members() {
    const auto email = find_email();
    if (!email)
      return leave_out(left_out_reason::repeated_field);
    row_.fields.clear();
    for (std::size_t index = 0; index < members_.size(); ++index) {
      const auto name = without_unseen(members_.name(index));
      auto& value = members_.value(index);
      if (name.empty())
        return leave_out(left_out_reason::bad_json);
      if (name.size() > import_field_bytes_max || value.size() > import_field_bytes_max)
        return leave_out(left_out_reason::field_too_long);
      if (!is_storable_text(name) || (!is_json_value(value) && !is_storable_text(value)))
        return leave_out(left_out_reason::wrong_encoding); // NUL, written as \u0000
      if (*email == index)
        continue;
      const auto column = column_of(name == "email" ? "email 2" : name);
      if (!column)
        return column.error().code == error_code::too_large ? leave_out(left_out_reason::too_many_columns)
                                                            : result<void>{std::unexpected(column.error())};
      if (std::exchange(last_line_of_[*column], line_) == line_)
        return leave_out(left_out_reason::repeated_field);
      if (!value.empty())
        row_.fields.push_back({*column, value});
    }
    if (!*email)
      return leave_out(left_out_reason::no_address);
    tell_email_column(without_unseen(members_.name(**email)));
    const auto& address = members_.value(**email);
    return into_.add(line_, is_json_value(address) ? json_of_value(address) : std::string_view{address},
                     row_);
  }

  void tell_email_column(std::string_view name) {
    if (auto* const preview = into_.preview(); preview && !preview->email_column)
      preview->email_column = name;
    if (!into_.read().email_column.empty())
      return;
    into_.read().email_column = name;
    if (email_fit_of(name) != column_fit::exactly)
      into_.tell(notice{"import_email_column", {{"column", name}}});
  }

  result<std::uint16_t> column_of(std::string_view name) {
    if (const auto known = columns_.find(name); known != columns_.end())
      return known->second;
    const auto column = into_.column(name);
    if (column) {
      columns_.emplace(name, *column);
      last_line_of_.resize(std::max<std::size_t>(last_line_of_.size(), *column + 1U));
    }
    return column;
  }

  result<void> leave_out(left_out_reason reason) {
    into_.leave_out(line_, reason, line_text_);
    return {};
  }

  import_rows& into_;
  std::uint64_t line_;
  std::string kept_;           ///< of a line that is not whole yet
  std::string_view line_text_; ///< the line at hand, or its beginning
  bool is_too_long_ = false;
  std::map<std::string, column_fit, std::less<>> fits_;
  member_collector members_;
  std::map<std::string, std::uint16_t, std::less<>> columns_;
  std::vector<std::uint64_t> last_line_of_; ///< the last line that had a column
  recipient row_;
};

} // namespace

std::unique_ptr<byte_reader> make_json_lines_reader(import_rows& into, std::uint64_t first_line) {
  return std::make_unique<json_lines_reader>(into, first_line);
}

} // namespace sluice
