#include "adapters/import/json_lines_reader.hpp"

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

/// Collects one flat object's members as texts, without building a document.
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
  bool null() { return depth_ == 1 ? (--count_, true) : fail(left_out_reason::bad_json); } // no field
  bool boolean(bool value) { return take(value ? "true" : "false"); }
  bool number_integer(json::number_integer_t value) { return take(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) { return take(std::to_string(value)); }
  bool number_float(json::number_float_t, const std::string& as_written) { return take(as_written); }
  bool string(std::string& value) { return take(value); }
  bool binary(json::binary_t&) { return fail(left_out_reason::bad_json); }
  bool start_object(std::size_t) {
    if (depth_ > 0)
      return fail(left_out_reason::nested_value);
    depth_ = 1;
    has_object_ = true;
    return true;
  }
  bool end_object() {
    depth_ = 0;
    return true;
  }
  bool start_array(std::size_t) {
    return fail(depth_ > 0 ? left_out_reason::nested_value : left_out_reason::bad_json);
  }
  bool end_array() { return true; }
  bool key(const std::string& name) {
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
  bool take(std::string_view value) {
    if (depth_ != 1)
      return fail(left_out_reason::bad_json); // a line that is no object
    members_[count_ - 1].second = value;
    return true;
  }
  bool fail(left_out_reason reason) {
    fault_ = reason;
    return false;
  }

  std::vector<std::pair<std::string, std::string>> members_; ///< kept from line to line for their memory
  std::size_t count_ = 0;
  int depth_ = 0;
  bool has_object_ = false;
  std::optional<left_out_reason> fault_;
};

class json_lines_reader final : public record_reader {
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
    if (!is_storable_text(text))
      return leave_out(left_out_reason::wrong_encoding);
    members_.clear();
    json::sax_parse(text.begin(), text.end(), &members_);
    if (const auto fault = members_.fault())
      return leave_out(*fault);
    return take_members();
  }

  result<void> take_members() {
    std::optional<std::size_t> email;
    row_.fields.clear();
    for (std::size_t index = 0; index < members_.size(); ++index) {
      const auto name = without_blanks(members_.name(index));
      auto& value = members_.value(index);
      if (name.empty())
        return leave_out(left_out_reason::bad_json);
      if (name.size() > import_field_bytes_max || value.size() > import_field_bytes_max)
        return leave_out(left_out_reason::field_too_long);
      if (!is_storable_text(name) || !is_storable_text(value))
        return leave_out(left_out_reason::wrong_encoding); // NUL, written as \u0000
      if (is_email_column(name)) {
        if (email)
          return leave_out(left_out_reason::repeated_field);
        email = index;
        continue;
      }
      const auto column = column_of(name);
      if (!column)
        return column.error().code == error_code::too_large ? leave_out(left_out_reason::too_many_columns)
                                                            : result<void>{std::unexpected(column.error())};
      if (std::exchange(last_line_of_[*column], line_) == line_)
        return leave_out(left_out_reason::repeated_field);
      if (!value.empty())
        row_.fields.push_back({*column, value});
    }
    if (!email)
      return leave_out(left_out_reason::no_address);
    return into_.add(line_, members_.value(*email), row_);
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
    into_.leave_out(line_, reason);
    return {};
  }

  import_rows& into_;
  std::uint64_t line_;
  std::string kept_; ///< of a line that is not whole yet
  bool is_too_long_ = false;
  member_collector members_;
  std::map<std::string, std::uint16_t, std::less<>> columns_;
  std::vector<std::uint64_t> last_line_of_; ///< the last line that had a column
  recipient row_;
};

} // namespace

std::unique_ptr<record_reader> make_json_lines_reader(import_rows& into, std::uint64_t first_line) {
  return std::make_unique<json_lines_reader>(into, first_line);
}

} // namespace sluice
