#include "adapters/import/audience_import.hpp"

#include "adapters/import/csv_reader.hpp"
#include "adapters/import/import_rows.hpp"
#include "adapters/import/json_lines_reader.hpp"
#include "messages/names.hpp"
#include "messages/notice_words.hpp"

#include <optional>
#include <string>

namespace sluice {

namespace {

constexpr std::size_t head_bytes = 4; ///< enough to know a byte order mark, or UTF-16 without one
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

constexpr names<left_out_reason, 13> codes{
    "left_out_no_address",       "left_out_wrong_address",     "left_out_control_characters",
    "left_out_repeated_address", "left_out_wrong_field_count", "left_out_wrong_encoding",
    "left_out_unended_quote",    "left_out_field_too_long",    "left_out_row_too_long",
    "left_out_too_many_columns", "left_out_bad_json",          "left_out_nested_value",
    "left_out_repeated_field"};

} // namespace

notice notice_of(left_out_reason reason) {
  return notice{codes.of(reason)};
}

std::string name_of(left_out_reason reason) {
  return words_of(notice_of(reason));
}

struct audience_import::reader {
  reader(audience_writer& into, import_format wanted) : rows(into), format(wanted) {}

  result<void> feed(std::string_view bytes) {
    if (!is_head_known) {
      const auto more = bytes.substr(0, head_bytes - head.size());
      head.append(more);
      bytes.remove_prefix(more.size());
      if (head.size() < head_bytes)
        return {};
      if (auto taken = take_head(); !taken)
        return taken;
    }
    return take(bytes);
  }

  result<void> finish() {
    if (!is_head_known)
      if (auto taken = take_head(); !taken)
        return taken;
    if (!records)
      return failure(error_code::invalid_input, notice{"file_empty"});
    return records->finish();
  }

  result<void> take_head() {
    is_head_known = true;
    std::string_view bytes = head;
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
        bytes.find('\0') != std::string_view::npos)
      return failure(error_code::invalid_input, notice{"file_no_text"});
    if (bytes.starts_with(utf8_mark))
      bytes.remove_prefix(utf8_mark.size());
    return take(bytes);
  }

  result<void> take(std::string_view bytes) {
    if (!records)
      if (auto chosen = choose(bytes); !chosen)
        return chosen;
    if (!records || bytes.empty())
      return {};
    return records->feed(bytes);
  }

  /// Takes empty lines off the front; the first character behind them tells the format.
  result<void> choose(std::string_view& bytes) {
    while (!bytes.empty() && std::string_view{" \t\r\n"}.find(bytes.front()) != std::string_view::npos) {
      const auto one = bytes.front();
      bytes.remove_prefix(1);
      line += one == '\r' || (one == '\n' && last_blank != '\r') ? 1U : 0U;
      last_blank = one;
    }
    if (bytes.empty())
      return {};
    if (format == import_format::detect && bytes.front() == '[')
      return failure(error_code::invalid_input, notice{"file_json_list"});
    if (format == import_format::detect)
      format = bytes.front() == '{' ? import_format::json_lines : import_format::csv;
    records = format == import_format::csv ? make_csv_reader(rows, line) : make_json_lines_reader(rows, line);
    return {};
  }

  import_rows rows;
  import_format format;
  std::unique_ptr<record_reader> records; ///< once the format is known
  std::string head;
  bool is_head_known = false;
  std::uint64_t line = 1;
  char last_blank = 0;
  std::optional<error> fault;
  bool is_finished = false;
};

audience_import::audience_import(audience_writer& into, import_format format) :
    reader_(std::make_unique<reader>(into, format)) {}

audience_import::~audience_import() = default;

result<void> audience_import::feed(std::string_view bytes) {
  if (reader_->fault)
    return std::unexpected(*reader_->fault);
  if (reader_->is_finished)
    return failure(error_code::internal, "the import is finished; it takes no more");
  auto taken = reader_->feed(bytes);
  if (!taken)
    reader_->fault = taken.error();
  return taken;
}

result<import_report> audience_import::finish() {
  if (!reader_->fault && !reader_->is_finished)
    if (const auto finished = reader_->finish(); !finished)
      reader_->fault = finished.error();
  reader_->is_finished = true;
  if (reader_->fault)
    return std::unexpected(*reader_->fault);
  return reader_->rows.report();
}

const import_report& audience_import::so_far() const {
  return reader_->rows.report();
}

} // namespace sluice
