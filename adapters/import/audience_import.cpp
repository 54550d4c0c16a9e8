#include "adapters/import/audience_import.hpp"

#include "adapters/import/csv_reader.hpp"
#include "adapters/import/encoding_reader.hpp"
#include "adapters/import/gzip_reader.hpp"
#include "adapters/import/import_rows.hpp"
#include "adapters/import/json_lines_reader.hpp"
#include "adapters/import/text_encoding.hpp"
#include "adapters/import/xlsx_reader.hpp"
#include "messages/names.hpp"
#include "messages/notice_words.hpp"

#include <optional>
#include <string>
#include <utility>

namespace sluice {

namespace {

constexpr names<import_format, 4> formats{"detect", "csv", "json_lines", "xlsx"};

constexpr names<left_out_reason, left_out_reasons_max> reason_codes{"left_out_no_address",
                                                                    "left_out_wrong_address",
                                                                    "left_out_control_characters",
                                                                    "left_out_repeated_address",
                                                                    "left_out_wrong_field_count",
                                                                    "left_out_wrong_encoding",
                                                                    "left_out_unended_quote",
                                                                    "left_out_field_too_long",
                                                                    "left_out_row_too_long",
                                                                    "left_out_too_many_columns",
                                                                    "left_out_bad_json",
                                                                    "left_out_nested_value",
                                                                    "left_out_repeated_field",
                                                                    "left_out_two_addresses",
                                                                    "left_out_address_without_at",
                                                                    "left_out_address_two_ats",
                                                                    "left_out_address_local_empty",
                                                                    "left_out_address_local_dot",
                                                                    "left_out_address_local_quote",
                                                                    "left_out_address_blank",
                                                                    "left_out_address_local_character",
                                                                    "left_out_address_invisible",
                                                                    "left_out_address_too_long",
                                                                    "left_out_address_domain_empty",
                                                                    "left_out_address_domain_dot",
                                                                    "left_out_address_domain_without_dot",
                                                                    "left_out_address_domain_character"};

} // namespace

/// Knows the format of a text by its first character, and hands it on.
class text_reader final : public byte_reader {
public:
  text_reader(import_rows& rows, import_format wanted) : rows_(rows), format_(wanted) {}

  result<void> feed(std::string_view bytes) override {
    if (!records_)
      if (auto chosen = choose(bytes); !chosen)
        return chosen;
    return records_ && !bytes.empty() ? records_->feed(bytes) : result<void>{};
  }

  result<void> finish() override {
    return records_ ? records_->finish() : failure(error_code::invalid_input, notice{"file_empty"});
  }

private:
  /// Takes empty lines off the front; the first character behind them tells the format.
  result<void> choose(std::string_view& bytes) {
    while (!bytes.empty() && std::string_view{" \t\r\n"}.find(bytes.front()) != std::string_view::npos) {
      const auto one = bytes.front();
      bytes.remove_prefix(1);
      line_ += one == '\r' || (one == '\n' && last_blank_ != '\r') ? 1U : 0U;
      last_blank_ = one;
    }
    if (bytes.empty())
      return {};
    if (format_ == import_format::detect && bytes.front() == '[')
      return failure(error_code::invalid_input, notice{"file_json_list"});
    if (format_ != import_format::csv && format_ != import_format::json_lines)
      format_ = bytes.front() == '{' ? import_format::json_lines : import_format::csv;
    rows_.read().format = name_of(format_);
    records_ =
        format_ == import_format::csv ? make_csv_reader(rows_, line_) : make_json_lines_reader(rows_, line_);
    return {};
  }

  import_rows& rows_;
  import_format format_;
  std::unique_ptr<byte_reader> records_; ///< once the format is known
  std::uint64_t line_ = 1;
  char last_blank_ = 0;
};

std::string_view name_of(import_format format) {
  return formats.of(format);
}

notice notice_of(left_out_reason reason) {
  return notice{reason_codes.of(reason)};
}

std::string name_of(left_out_reason reason) {
  return words_of(notice_of(reason));
}

import_record record_of(const import_report& report) {
  import_record made;
  made.summary.read = report.read;
  made.summary.left_out_total = report.left_out_total;
  if (const auto repeated = report.by_reason.find(left_out_reason::repeated_address);
      repeated != report.by_reason.end())
    made.summary.left_out_repeated = repeated->second;
  for (const auto& [reason, count] : report.by_reason)
    made.summary.reasons.push_back(std::move(notice_of(reason).add({"count", count})));
  for (const auto& row : report.left_out)
    made.left_out.push_back({row.line, notice_of(row.reason), row.cell});
  return made;
}

/// Knows by the first bytes whether a file is packed, a spreadsheet or text, and builds the stages that it needs.
struct audience_import::reader {
  reader(audience_writer& into, import_options wanted, import_preview* preview) :
      options(std::move(wanted)), rows(into, options, preview), budget(options.settings.unpacked_bytes_max),
      text(rows, options.format) {}

  /// A stage that waits for the first bytes. What gzip unpacks goes through one more.
  struct opener final : byte_reader {
    opener(reader& of_file, int times_packed) : file(of_file), depth(times_packed) {}

    result<void> feed(std::string_view bytes) override {
      if (!next) {
        const auto more = bytes.substr(0, magic_bytes - head.size());
        head.append(more);
        bytes.remove_prefix(more.size());
        if (head.size() < magic_bytes)
          return {};
        if (auto opened = open(); !opened)
          return opened;
      }
      return next->feed(bytes);
    }
    result<void> finish() override {
      if (!next)
        if (auto opened = open(); !opened)
          return opened;
      return next->finish();
    }
    result<void> open();

    static constexpr std::size_t magic_bytes = 4;
    static constexpr int depth_max = 2; ///< a packed file that was packed for the way, too
    reader& file;
    int depth;
    std::string head;
    std::unique_ptr<byte_reader> inner; ///< behind what this one unpacks
    std::unique_ptr<byte_reader> next;
  };

  result<void> finish() {
    auto finished = first.finish();
    if (encoding) {
      rows.read().encoding = encoding->encoding();
      if (encoding->is_guessed())
        rows.tell(notice{"import_encoding_guessed", {{"encoding", encoding->encoding()}}});
    }
    rows.finish();
    return finished;
  }

  import_options options;
  import_rows rows;
  unpack_budget budget;
  text_reader text;
  std::unique_ptr<encoding_reader> encoding; ///< of a text
  opener first{*this, 0};
  std::optional<error> fault;
  bool is_finished = false;
  bool is_cut_off = false; ///< only the beginning comes, which is no damage
};

result<void> audience_import::reader::opener::open() {
  constexpr std::string_view old_office_magic = "\xD0\xCF\x11\xE0";
  if (head.starts_with(old_office_magic))
    return failure(error_code::invalid_input, notice{"file_xls"});
  if (head.starts_with(gzip_magic) && depth < depth_max) {
    inner = std::make_unique<opener>(file, depth + 1);
    next = make_gzip_reader(*inner, file.budget, file.is_cut_off);
  } else if (head.starts_with(zip_magic) || file.options.format == import_format::xlsx) {
    file.rows.read().format = name_of(import_format::xlsx);
    next = make_xlsx_reader(file.rows, file.budget);
  } else {
    const auto& said = file.options.encoding;
    const auto known = said.empty() ? std::string_view{} : encoding_named(said);
    if (!known)
      return failure(error_code::invalid_input,
                     notice{"encoding_unknown", {{"encoding", said}, {"known", encoding_names()}}});
    file.encoding = make_encoding_reader(file.text, *known);
    // The stage belongs to the file, which is told what it found.
    struct borrowed final : byte_reader {
      explicit borrowed(byte_reader& lent) : whole(lent) {}
      result<void> feed(std::string_view bytes) override { return whole.feed(bytes); }
      result<void> finish() override { return whole.finish(); }
      byte_reader& whole;
    };
    next = std::make_unique<borrowed>(*file.encoding);
  }
  return next->feed(std::exchange(head, {}));
}

audience_import::audience_import(audience_writer& into, import_options options) :
    reader_(std::make_unique<reader>(into, std::move(options), nullptr)) {}

audience_import::audience_import(audience_writer& into, import_format format) :
    audience_import(into, import_options{.format = format}) {}

audience_import::~audience_import() = default;

result<void> audience_import::feed(std::string_view bytes) {
  if (reader_->fault)
    return std::unexpected(*reader_->fault);
  if (reader_->is_finished)
    return failure(error_code::internal, "the import is finished; it takes no more");
  auto taken = reader_->first.feed(bytes);
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

namespace {

/// Takes rows and keeps none.
class no_audience final : public audience_writer {
public:
  result<std::uint16_t> column(std::string_view) override { return std::uint16_t{1}; }
  result<bool> add(const recipient&) override { return true; }
  result<audience_info> commit(const act&) override { return audience_info{}; }
};

} // namespace

result<import_preview> preview_import(std::string_view beginning, bool is_whole, import_options options) {
  import_preview shown;
  no_audience nowhere;
  audience_import::reader reader(nowhere, std::move(options), &shown);
  reader.is_cut_off = !is_whole;
  if (auto fed = reader.first.feed(beginning); !fed)
    return std::unexpected(fed.error());
  const auto finished = reader.finish();
  const auto is_cut_off = !is_whole && !shown.columns.empty();
  if (!finished && !is_cut_off)
    return std::unexpected(finished.error());
  shown.read = reader.rows.report().read;
  return shown;
}

} // namespace sluice
