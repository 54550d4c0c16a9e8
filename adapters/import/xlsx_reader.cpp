#include "adapters/import/xlsx_reader.hpp"

#include "adapters/import/spreadsheet_number.hpp"
#include "adapters/import/table_rows.hpp"
#include "adapters/import/xml_parser.hpp"
#include "adapters/import/zip_archive.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

namespace {

constexpr std::size_t shared_bytes_max = std::size_t{256} << 20U;
constexpr std::size_t sheets_max = 1000;
constexpr std::size_t cells_max = 16'384; ///< of a row, as ECMA-376 has it
constexpr std::size_t formats_max = 65'536;

std::unexpected<error> xlsx_damaged() {
  return failure(error_code::invalid_input, notice{"file_xlsx_damaged"});
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} ? std::optional(number) : std::nullopt;
}

bool is_true(std::string_view value) {
  return value == "1" || value == "true";
}

/// The column of "BC12", from 0; nothing where there is none.
std::optional<std::size_t> column_of_reference(std::string_view reference) {
  std::size_t column = 0;
  for (const auto one : reference) {
    if (one < 'A' || one > 'Z')
      break;
    column = column * 26 + static_cast<std::size_t>(one - 'A' + 1);
    if (column > cells_max)
      return std::nullopt;
  }
  return column == 0 ? std::nullopt : std::optional(column - 1);
}

/// "xl/worksheets/sheet1.xml" of a target as a part in `folder` names it.
std::string part_of_target(std::string_view folder, std::string_view target) {
  if (target.starts_with('/'))
    return std::string{target.substr(1)};
  while (target.starts_with("../")) {
    target.remove_prefix(3);
    const auto cut = folder.substr(0, folder.size() - (folder.ends_with('/') ? 1U : 0U)).rfind('/');
    folder = cut == std::string_view::npos ? std::string_view{} : folder.substr(0, cut + 1);
  }
  return std::string{folder}.append(target);
}

/// The table of texts that cells name by number, end to end.
class shared_texts {
public:
  bool has_room(std::size_t bytes) const {
    return text_.size() + bytes + ends_.size() * 8 <= shared_bytes_max;
  }
  void append(std::string_view piece) { text_.append(piece); }
  void end() { ends_.push_back(text_.size()); }
  std::string_view operator[](std::size_t index) const {
    if (index >= ends_.size())
      return {};
    const auto begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view{text_}.substr(begin, ends_[index] - begin);
  }

private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

struct workbook_sheet {
  std::string name;
  std::string relation;
  bool is_hidden = false;
};

class workbook {
public:
  workbook(zip_archive archive, import_rows& into, unpack_budget& budget) :
      archive_(std::move(archive)), into_(into), budget_(budget), table_(into, false) {}

  result<void> read() {
    if (auto found = find_parts(); !found)
      return found;
    const auto chosen = choose_sheet();
    if (!chosen)
      return std::unexpected(chosen.error());
    if (!shared_part_.empty())
      if (auto done = read_shared_texts(); !done)
        return done;
    if (!styles_part_.empty())
      if (auto done = read_styles(); !done)
        return done;
    if (auto done = read_sheet(*chosen); !done)
      return done;
    return table_.has_begun() ? table_.finish() : failure(error_code::invalid_input, notice{"file_empty"});
  }

private:
  /// A part through a parser whose handlers may leave a fault.
  result<void> parse(std::string_view part, xml_parser& with) {
    auto is_well_formed = true;
    fault_.reset();
    auto unpacked = archive_.unpack(part, budget_, [&](std::string_view piece) {
      is_well_formed = with.feed(piece);
      return is_well_formed;
    });
    if (fault_)
      return std::unexpected(*fault_);
    if (!unpacked)
      return unpacked;
    if (is_done_)
      return {};
    return is_well_formed && with.finish() ? result<void>{} : xlsx_damaged();
  }

  /// Nothing more of this part is read.
  void fail(xml_parser& in, error why) {
    if (!fault_)
      fault_ = std::move(why);
    in.stop();
  }

  /// What a part's relations name: by id, and by the type's last word.
  struct relations {
    std::map<std::string, std::string, std::less<>> by_id;
    std::map<std::string, std::string, std::less<>> by_type;
  };

  result<relations> relations_of(std::string_view part) {
    const auto slash = part.rfind('/');
    const auto folder = slash == std::string_view::npos ? std::string_view{} : part.substr(0, slash + 1);
    const auto list = std::string{folder} + "_rels/" + std::string{part.substr(folder.size())} + ".rels";
    relations found;
    if (!archive_.has(list))
      return found;
    xml_parser parser;
    parser.on_begin = [&](std::string_view name, const xml_attributes& attributes) {
      if (name != "Relationship" || found.by_id.size() > 10 * sheets_max ||
          attributes["TargetMode"] == "External")
        return;
      const auto target = part_of_target(folder, attributes["Target"]);
      const auto type = attributes["Type"];
      found.by_id.emplace(attributes["Id"], target);
      found.by_type.emplace(type.substr(type.rfind('/') + 1), target);
    };
    if (auto parsed = parse(list, parser); !parsed)
      return std::unexpected(parsed.error());
    return found;
  }

  result<void> find_parts() {
    const auto outer = relations_of("");
    if (!outer)
      return std::unexpected(outer.error());
    const auto main = outer->by_type.find("officeDocument");
    const std::string book = main == outer->by_type.end() ? "xl/workbook.xml" : main->second;
    if (!archive_.has(book))
      return failure(error_code::invalid_input, notice{"file_no_xlsx"});
    const auto inner = relations_of(book);
    if (!inner)
      return std::unexpected(inner.error());
    part_of_relation_ = inner->by_id;
    const auto named = [&](std::string_view type) {
      const auto found = inner->by_type.find(type);
      return found != inner->by_type.end() && archive_.has(found->second) ? found->second : std::string{};
    };
    shared_part_ = named("sharedStrings");
    styles_part_ = named("styles");
    xml_parser parser;
    parser.on_begin = [&](std::string_view name, const xml_attributes& attributes) {
      if (name == "workbookPr")
        is_from_1904_ = is_true(attributes["date1904"]);
      if (name == "sheet" && sheets_.size() < sheets_max)
        sheets_.push_back({std::string{attributes["name"]}, std::string{attributes["id"]},
                           attributes["state"] == "hidden" || attributes["state"] == "veryHidden"});
    };
    return parse(book, parser);
  }

  result<std::string> choose_sheet() {
    if (auto* const preview = into_.preview())
      for (const auto& one : sheets_)
        preview->sheets.push_back(one.name);
    const auto& said = into_.options().sheet;
    auto found = std::ranges::find_if(
        sheets_, [&](const workbook_sheet& one) { return said.empty() ? !one.is_hidden : one.name == said; });
    if (found == sheets_.end() && said.empty())
      found = sheets_.begin();
    if (const auto number = number_in<std::size_t>(said);
        found == sheets_.end() && number && *number > 0 && *number <= sheets_.size())
      found = sheets_.begin() + static_cast<std::ptrdiff_t>(*number - 1);
    if (found == sheets_.end())
      return said.empty()
                 ? result<std::string>{xlsx_damaged()}
                 : failure(error_code::invalid_input,
                           notice{"sheet_unknown", {{"sheet", said}, {"sheets", names_of_sheets()}}});
    into_.read().sheet = found->name;
    const auto part = part_of_relation_.find(found->relation);
    if (part == part_of_relation_.end())
      return xlsx_damaged();
    return part->second;
  }

  std::string names_of_sheets() const {
    constexpr std::size_t list_bytes_max = 300;
    std::string list;
    for (const auto& one : sheets_) {
      if (list.size() > list_bytes_max)
        return list + ", …";
      list += (list.empty() ? "" : ", ") + one.name;
    }
    return list;
  }

  result<void> read_shared_texts() {
    xml_parser parser;
    auto is_text = false;
    auto is_spoken = false; // how it is read aloud, in Japanese
    parser.on_begin = [&](std::string_view name, const xml_attributes&) {
      is_text = name == "t";
      is_spoken = is_spoken || name == "rPh";
    };
    parser.on_end = [&](std::string_view name) {
      is_text = false;
      is_spoken = is_spoken && name != "rPh";
      if (name == "si")
        shared_.end();
    };
    parser.on_text = [&](std::string_view piece) {
      if (!is_text || is_spoken)
        return;
      if (!shared_.has_room(piece.size()))
        return fail(parser, make_error(error_code::too_large,
                                       notice{"file_unpacked_too_large", {{"max", shared_bytes_max}}}));
      shared_.append(piece);
    };
    return parse(shared_part_, parser);
  }

  result<void> read_styles() {
    xml_parser parser;
    std::map<int, std::string> codes;
    auto is_in_cell_formats = false;
    parser.on_begin = [&](std::string_view name, const xml_attributes& attributes) {
      if (name == "numFmt" && codes.size() < formats_max)
        codes.emplace(number_in<int>(attributes["numFmtId"]).value_or(0), attributes["formatCode"]);
      is_in_cell_formats = is_in_cell_formats || name == "cellXfs";
      if (name != "xf" || !is_in_cell_formats || formats_.size() >= formats_max)
        return;
      const auto id = number_in<int>(attributes["numFmtId"]).value_or(0);
      const auto own = codes.find(id);
      formats_.emplace_back(own != codes.end() ? own->second : std::string{built_in_format(id)});
    };
    parser.on_end = [&](std::string_view name) {
      is_in_cell_formats = is_in_cell_formats && name != "cellXfs";
    };
    return parse(styles_part_, parser);
  }

  result<void> read_sheet(const std::string& part) {
    xml_parser parser;
    parser.on_begin = [&](std::string_view name, const xml_attributes& attributes) {
      if (name == "row")
        begin_row(attributes);
      else if (name == "c")
        begin_cell(attributes);
      is_spoken_ = is_spoken_ || name == "rPh";
      is_in_value_ = !is_spoken_ && (name == "v" || name == "t");
    };
    parser.on_text = [&](std::string_view piece) {
      if (is_in_value_ && value_.size() <= import_field_bytes_max)
        value_.append(piece);
    };
    parser.on_end = [&](std::string_view name) {
      is_in_value_ = false;
      is_spoken_ = is_spoken_ && name != "rPh";
      if (name == "c")
        end_cell();
      else if (name == "row")
        end_row(parser);
    };
    return parse(part, parser);
  }

  void begin_row(const xml_attributes& attributes) {
    row_number_ = number_in<std::uint64_t>(attributes["r"]).value_or(row_number_ + 1);
    fields_.clear();
    is_row_too_long_ = false;
    next_column_ = 0;
  }

  void begin_cell(const xml_attributes& attributes) {
    next_column_ = column_of_reference(attributes["r"]).value_or(next_column_);
    type_ = attributes["t"];
    style_ = number_in<std::size_t>(attributes["s"]).value_or(0);
    value_.clear();
  }

  void end_cell() {
    const auto shown = shown_value();
    // Cells come from left to right; one that does not is none.
    if (!shown.empty() && next_column_ >= fields_.size() && next_column_ < cells_max) {
      while (fields_.size() < next_column_)
        fields_.add({});
      is_row_too_long_ = is_row_too_long_ || fields_.bytes() + shown.size() > import_row_bytes_max;
      if (!is_row_too_long_)
        fields_.add(shown);
    }
    ++next_column_;
  }

  std::string shown_value() {
    if (type_ == "s")
      return std::string{shared_[number_in<std::size_t>(value_).value_or(SIZE_MAX)]};
    if (type_ == "b")
      return is_true(value_) ? "TRUE" : "FALSE";
    if (type_ == "e") {
      into_.count(leniency::formula_errors);
      return {};
    }
    if (type_ == "str" || type_ == "inlineStr" || type_ == "d")
      return value_;
    return shown_number(value_,
                        style_ < formats_.size() ? std::string_view{formats_[style_]} : std::string_view{},
                        is_from_1904_);
  }

  void end_row(xml_parser& parser) {
    if (is_row_too_long_) {
      into_.leave_out(row_number_, left_out_reason::row_too_long, fields_[0]);
      return;
    }
    if (auto taken = table_.take(row_number_, fields_); !taken)
      return fail(parser, taken.error());
    const auto* const preview = into_.preview();
    if (preview && preview->rows.size() >= import_preview_rows_max) {
      is_done_ = true;
      parser.stop();
    }
  }

  zip_archive archive_;
  import_rows& into_;
  unpack_budget& budget_;
  table_rows table_;
  std::map<std::string, std::string, std::less<>> part_of_relation_;
  std::vector<workbook_sheet> sheets_;
  std::string shared_part_;
  std::string styles_part_;
  shared_texts shared_;
  std::vector<std::string> formats_; ///< the code of each cell format
  bool is_from_1904_ = false;
  std::optional<error> fault_;
  bool is_done_ = false; ///< enough was seen

  // The row and the cell at hand.
  record_fields fields_;
  std::uint64_t row_number_ = 0;
  bool is_row_too_long_ = false;
  std::size_t next_column_ = 0;
  std::string type_;
  std::size_t style_ = 0;
  std::string value_;
  bool is_in_value_ = false;
  bool is_spoken_ = false;
};

class xlsx_reader final : public byte_reader {
public:
  xlsx_reader(import_rows& into, unpack_budget& budget) : into_(into), budget_(budget) {}

  result<void> feed(std::string_view bytes) override {
    if (bytes.size() > import_xlsx_bytes_max - kept_.size())
      return failure(error_code::too_large, notice{"file_xlsx_too_large", {{"max", import_xlsx_bytes_max}}});
    kept_.append(bytes);
    return {};
  }

  result<void> finish() override {
    auto archive = zip_archive::open(kept_);
    if (!archive)
      return std::unexpected(archive.error());
    return workbook(std::move(*archive), into_, budget_).read();
  }

private:
  import_rows& into_;
  unpack_budget& budget_;
  std::string kept_;
};

} // namespace

std::unique_ptr<byte_reader> make_xlsx_reader(import_rows& into, unpack_budget& budget) {
  return std::make_unique<xlsx_reader>(into, budget);
}

} // namespace sluice
