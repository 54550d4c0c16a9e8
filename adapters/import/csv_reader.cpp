#include "adapters/import/csv_reader.hpp"

#include "adapters/import/table_rows.hpp"

#include <csv.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t parser_block_bytes = 4096;

bool is_line_end(char one) {
  return one == '\r' || one == '\n';
}

/// Up to and with the first CR or LF, or all.
std::string_view first_piece(std::string_view bytes) {
  const auto line_feed = std::min(bytes.find('\n'), bytes.size() - 1);
  const auto up_to_line_feed = bytes.substr(0, line_feed + 1);
  return up_to_line_feed.substr(0, std::min(up_to_line_feed.find('\r'), line_feed) + 1);
}

/// The bytes of the first line with its end (CRLF, CR or LF); 0 when there is no end.
std::size_t first_line_bytes(std::string_view text) {
  const auto end = text.find_first_of("\r\n");
  if (end == std::string_view::npos)
    return 0;
  return end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
}

constexpr std::string_view delimiters = ",;\t|"; ///< in the order in which a tie is settled

/// Excel's `sep=;`, quoted or not: the delimiter. 0: the line is none.
char separator_named_by(std::string_view line) {
  constexpr std::string_view word = "sep=";
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"')
    line = line.substr(1, line.size() - 2);
  if (line.size() != word.size() + 1 || line.back() == '"')
    return 0;
  const auto is_word = std::equal(word.begin(), word.end(), line.begin(), [](char wanted, char one) {
    return wanted == one || (one >= 'A' && one <= 'Z' && one - 'A' + 'a' == wanted);
  });
  return is_word ? line.back() : '\0';
}

/// Which of them the line has most of, outside of quotes.
char delimiter_of(std::string_view line) {
  std::array<std::size_t, delimiters.size()> counts{};
  auto is_quoted = false;
  for (const auto one : line) {
    is_quoted ^= one == '"';
    if (const auto which = is_quoted ? std::string_view::npos : delimiters.find(one);
        which != std::string_view::npos)
      ++counts[which];
  }
  return delimiters[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

class csv_reader final : public byte_reader {
public:
  csv_reader(import_rows& into, std::uint64_t first_line) :
      into_(into), table_(into, true), line_(first_line) {
    csv_init(&parser_, 0);
    csv_set_blk_size(&parser_, parser_block_bytes);
    // Blanks are part of a value; libcsv would take them off.
    csv_set_space_func(&parser_, [](unsigned char) { return 0; });
  }
  csv_reader(const csv_reader&) = delete;
  csv_reader& operator=(const csv_reader&) = delete;
  ~csv_reader() override { csv_free(&parser_); }

  result<void> feed(std::string_view bytes) override {
    if (knows_delimiter_)
      return take(bytes);
    // The header line is kept until it is whole: it tells the delimiter.
    const auto end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (header_.size() + end > import_row_bytes_max)
      return failure(error_code::invalid_input, notice{"columns_too_long"});
    header_.append(bytes.substr(0, end));
    return end == bytes.size() ? result<void>{} : begin(bytes.substr(end));
  }

  result<void> finish() override {
    if (!knows_delimiter_)
      if (auto begun = begin({}); !begun)
        return begun;
    while (is_in_record_) {
      // A line end closes any record but one within quotes.
      if (auto parsed = parse("\n"); !parsed)
        return parsed;
      if (has_record_) {
        if (auto taken = take_record(); !taken)
          return taken;
      } else if (auto given_up = give_up_first_line(true); !given_up) {
        return given_up;
      }
    }
    return table_.finish();
  }

private:
  result<void> begin(std::string_view rest) {
    const auto named = separator_named_by(header_);
    const auto delimiter = named != 0 ? named : delimiter_of(header_);
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    into_.read().delimiter = std::string(1, delimiter);
    knows_delimiter_ = true;
    if (named != 0) {
      into_.tell(notice{"import_separator_line"});
      header_.clear(); // an empty line in its place
    }
    if (auto taken = take(std::exchange(header_, {})); !taken)
      return taken;
    return take(rest);
  }

  result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      auto piece = first_piece(bytes);
      if (!is_skipping_line_)
        piece = piece.substr(0, import_row_bytes_max - kept_.size());
      bytes.remove_prefix(piece.size());
      if (auto taken = take_piece(piece); !taken)
        return taken;
    }
    return {};
  }

  /// At most one line of bytes; with its end, if that is there.
  result<void> take_piece(std::string_view piece) {
    const auto ends_line = is_line_end(piece.back());
    const auto starts_line = ends_line && !(piece == "\n" && last_byte_ == '\r'); // the second half of CRLF
    const auto line = line_;
    last_byte_ = piece.back();
    if (starts_line)
      ++line_;
    if (is_skipping_line_) {
      is_skipping_line_ = !ends_line;
      return {};
    }
    if (!is_in_record_)
      record_line_ = line;
    if (auto parsed = parse(piece); !parsed)
      return parsed;
    if (has_record_)
      return take_record();
    // After a line's end only quotes keep a record open; without a record this was an empty line.
    is_in_record_ = !ends_line || parser_.quoted != 0;
    if (!is_in_record_)
      return {};
    kept_.append(piece);
    kept_lines_ += starts_line ? 1U : 0U;
    if (kept_.size() >= import_row_bytes_max || kept_lines_ >= import_row_lines_max)
      return give_up_first_line(false);
    return {};
  }

  result<void> parse(std::string_view piece) {
    const auto on_field = [](void* field, std::size_t bytes, void* self) {
      static_cast<csv_reader*>(self)->fields_.add({static_cast<const char*>(field), bytes});
    };
    const auto on_record = [](int, void* self) { static_cast<csv_reader*>(self)->has_record_ = true; };
    if (csv_parse(&parser_, piece.data(), piece.size(), on_field, on_record, this) != piece.size())
      return failure(error_code::internal,
                     std::string{"CSV could not be read: "} + csv_strerror(csv_error(&parser_)));
    return {};
  }

  /// The record's first line is counted, the rest read anew. It is shorter than what went over a limit, so
  /// it does not go over one itself.
  result<void> give_up_first_line(bool is_at_end) {
    if (!table_.has_begun())
      return failure(error_code::invalid_input, notice{"columns_unended"});
    const auto kept = std::move(kept_);
    const auto bytes = first_line_bytes(kept);
    begin_record();
    csv_fini(&parser_, nullptr, nullptr, nullptr);
    if (bytes == 0) {
      into_.leave_out(record_line_,
                      is_at_end ? left_out_reason::unended_quote : left_out_reason::row_too_long, kept);
      is_skipping_line_ = !is_at_end;
      return {};
    }
    into_.leave_out(record_line_, left_out_reason::unended_quote, std::string_view{kept}.substr(0, bytes));
    line_ = record_line_ + 1;
    last_byte_ = kept[bytes - 1];
    return take(std::string_view{kept}.substr(bytes));
  }

  void begin_record() {
    is_in_record_ = false;
    has_record_ = false;
    fields_.clear();
    kept_.clear();
    kept_lines_ = 0;
  }

  result<void> take_record() {
    auto taken = table_.take(record_line_, fields_);
    begin_record();
    return taken;
  }

  import_rows& into_;
  table_rows table_;
  csv_parser parser_{};
  bool knows_delimiter_ = false;
  std::string header_; ///< until the delimiter is known

  std::uint64_t line_; ///< of the next byte
  char last_byte_ = 0;
  bool is_skipping_line_ = false; ///< the rest of a line that is too long
  bool is_in_record_ = false;
  bool has_record_ = false;       ///< libcsv gave a whole one
  std::uint64_t record_line_ = 0; ///< where the record begins
  std::string kept_;              ///< the record's bytes so far, once it goes over a piece
  std::size_t kept_lines_ = 0;
  record_fields fields_;
};

} // namespace

std::unique_ptr<byte_reader> make_csv_reader(import_rows& into, std::uint64_t first_line) {
  return std::make_unique<csv_reader>(into, first_line);
}

} // namespace sluice
