#include "adapters/import/audience_import.hpp"

#include "messages/address.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <set>

namespace sluice {
namespace {

using reason = left_out_reason;

/// An audience in memory that only remembers.
class listed_audience final : public audience_writer {
public:
  std::vector<std::string> columns{"email"};
  std::vector<recipient> rows;

  result<std::uint16_t> column(std::string_view name) override {
    const auto known = std::ranges::find(columns, name);
    const auto index = static_cast<std::uint16_t>(known - columns.begin());
    if (known == columns.end() && columns.size() == audience_columns_max)
      return failure(error_code::too_large, "too many columns");
    if (known == columns.end())
      columns.emplace_back(name);
    return index;
  }
  result<bool> add(const recipient& row) override {
    if (rows.size() == rows_max)
      return failure(error_code::storage_failed, "the disk is full");
    if (!seen_.insert(folded(row.email)).second)
      return false;
    rows.push_back(row);
    return true;
  }
  result<audience_info> commit(const act&) override { return failure(error_code::internal, "not here"); }

  /// "ann@b.cc name=Ann city=Oslo"
  std::string shown(std::size_t index) const {
    auto text = rows.at(index).email;
    for (const auto& field : rows[index].fields)
      text += " " + columns[field.column] + "=" + field.value;
    return text;
  }
  std::size_t rows_max = 1'000'000;

private:
  std::set<std::string> seen_;
};

struct outcome {
  result<import_report> report;
  listed_audience audience;
};

outcome
imported(std::string_view file, std::size_t chunk = 1 << 20, import_format format = import_format::detect) {
  outcome done{import_report{}, {}};
  audience_import import(done.audience, format);
  for (std::size_t at = 0; at < file.size(); at += chunk)
    if (!import.feed(file.substr(at, chunk)))
      break;
  done.report = import.finish();
  return done;
}

/// Imports in every way of cutting the file that matters and says what all agree on.
outcome imported_in_any_chunks(std::string_view file) {
  auto whole = imported(file);
  for (const std::size_t chunk : {1U, 2U, 3U, 7U, 64U}) {
    auto cut = imported(file, chunk);
    INFO("in chunks of " << chunk);
    REQUIRE(cut.report == whole.report);
    REQUIRE(cut.audience.rows == whole.audience.rows);
    REQUIRE(cut.audience.columns == whole.audience.columns);
  }
  return whole;
}

std::string fault(std::string_view file) {
  const auto done = imported_in_any_chunks(file);
  REQUIRE_FALSE(done.report.has_value());
  CHECK(done.report.error().code == error_code::invalid_input);
  CHECK(done.audience.rows.empty());
  return done.report.error().message;
}

/// Lines and reasons, without what stood there.
std::vector<left_out_row> without_cells(std::vector<left_out_row> rows) {
  for (auto& row : rows)
    row.cell.clear();
  return rows;
}

std::vector<left_out_row> left_out(std::string_view file) {
  const auto done = imported_in_any_chunks(file);
  REQUIRE(done.report.has_value());
  CHECK(done.report->left_out_total == done.report->left_out.size());
  return without_cells(done.report->left_out);
}

} // namespace

TEST_CASE("a CSV file becomes rows with the fields that its header names") {
  const auto done =
      imported_in_any_chunks("Name , EMail,city\nAnn,ann@Example.ORG,Oslo\nBo,  bo@example.org ,\n");
  REQUIRE(done.report.has_value());
  CHECK(done.report->rows == 2);
  CHECK(done.report->left_out_total == 0);
  CHECK(done.audience.columns == std::vector<std::string>{"email", "Name", "city"});
  CHECK(done.audience.shown(0) == "ann@example.org Name=Ann city=Oslo");
  CHECK(done.audience.shown(1) == "bo@example.org Name=Bo");
}

TEST_CASE("semicolons, quotes, a byte order mark, and any line ends are read") {
  for (const std::string file :
       {"\xEF\xBB\xBF"
        "e-mail;name;note\r\na@b.cc;\"Ann; \"\"A\"\"\";\"two\r\nlines, one value\"\r\nb@b.cc; Bo ;x\r\n",
        "\n\r\n  \ne-mail;name;note\na@b.cc;\"Ann; \"\"A\"\"\";\"two\r\nlines, one value\"\n\n   \nb@b.cc; "
        "Bo ;x",
        "e-mail;name;note\ra@b.cc;\"Ann; \"\"A\"\"\";\"two\r\nlines, one value\"\rb@b.cc; Bo ;x\r"}) {
    const auto done = imported_in_any_chunks(file);
    REQUIRE(done.report.has_value());
    CHECK(done.report->left_out.empty());
    REQUIRE(done.audience.rows.size() == 2);
    CHECK(done.audience.shown(0) == "a@b.cc name=Ann; \"A\" note=two\r\nlines, one value");
    CHECK(done.audience.shown(1) == "b@b.cc name= Bo  note=x");
  }
}

TEST_CASE("what is wrong with a row is told with the line on which it begins") {
  CHECK(left_out("email,name\n"
                 "a@b.cc,\"line 2\nZoé\"\n"
                 "nobody,x\n"
                 ",x\n"
                 "b@b.cc\n"
                 "c@b.cc,x,y\n"
                 "c@b.cc,\xff\n"
                 "A@B.CC,again\n"
                 "\n"
                 "\"b\n@b.cc\",x\n"
                 "c@b.cc,ok\n"
                 "last,x") == std::vector<left_out_row>{{4, reason::address_without_at},
                                                        {5, reason::no_address},
                                                        {7, reason::wrong_field_count},
                                                        {8, reason::wrong_encoding},
                                                        {9, reason::repeated_address},
                                                        {11, reason::control_characters},
                                                        {14, reason::address_without_at}});
}

TEST_CASE("line numbers count CRLF once and a bare CR as a line") {
  CHECK(left_out("email\r\na@b.cc\r\nx\r\n\r\ny\r\n") ==
        std::vector<left_out_row>{{3, reason::address_without_at}, {5, reason::address_without_at}});
  CHECK(left_out("email\ra@b.cc\rx\r\ry\r") ==
        std::vector<left_out_row>{{3, reason::address_without_at}, {5, reason::address_without_at}});
}

TEST_CASE("a character whose halves stand in two fields is none") {
  CHECK(left_out("email,first,last\na@b.cc,x\xc3,\xa9y\n") ==
        std::vector<left_out_row>{{2, reason::wrong_encoding}});
}

TEST_CASE("a NUL is no text") {
  CHECK(left_out(std::string("email,name\na@b.cc,x\0y\n", 22)) ==
        std::vector<left_out_row>{{2, reason::wrong_encoding}});
}

TEST_CASE("a quote that does not end costs its own line, not those behind it") {
  const auto done = imported_in_any_chunks("email,name\na@b.cc,\"Ann\nb@b.cc,Bo\nc@b.cc,Cy\n");
  REQUIRE(done.report.has_value());
  CHECK(done.report->rows == 2);
  CHECK(without_cells(done.report->left_out) == std::vector<left_out_row>{{2, reason::unended_quote}});
  CHECK(done.audience.shown(0) == "b@b.cc name=Bo");

  std::string long_file = "email,name\na@b.cc,\"Ann\n";
  for (int row = 0; row < 5000; ++row)
    long_file += "x" + std::to_string(row) + "@b.cc,Bo\r\n";
  const auto other = imported_in_any_chunks(long_file);
  CHECK(other.report->rows == 5000);
  CHECK(without_cells(other.report->left_out) == std::vector<left_out_row>{{2, reason::unended_quote}});
  CHECK(left_out("email\n\"a@b.cc") == std::vector<left_out_row>{{2, reason::unended_quote}});
  CHECK(left_out("email\n\"\"\"\n\"\"") == std::vector<left_out_row>{{2, reason::unended_quote}});
}

TEST_CASE("rows and fields over the limits are left out without being kept") {
  const std::string long_field(import_field_bytes_max + 1, 'x');
  const std::string long_row(3 * import_row_bytes_max, 'x');
  for (const std::size_t chunk : {1000U, 10'000'000U}) {
    const auto done = imported("email,name\na@b.cc," + long_field + "\nb@b.cc," + long_row + "\nc@b.cc,\"" +
                                   long_row + "\nd@b.cc,ok\n",
                               chunk);
    REQUIRE(done.report.has_value());
    CHECK(done.report->rows == 1);
    CHECK(without_cells(done.report->left_out) == std::vector<left_out_row>{{2, reason::field_too_long},
                                                                            {3, reason::row_too_long},
                                                                            {4, reason::row_too_long}});
    const auto lines = imported("{\"email\":\"a@b.cc\",\"x\":\"" + long_field + "\"}\n{\"x\":\"" + long_row +
                                    "\"}\n{\"email\":\"d@b.cc\"}\n{\"" + long_row,
                                chunk);
    REQUIRE(lines.report.has_value());
    CHECK(lines.report->rows == 1);
    CHECK(without_cells(lines.report->left_out) == std::vector<left_out_row>{{1, reason::field_too_long},
                                                                             {2, reason::row_too_long},
                                                                             {4, reason::row_too_long}});
  }
  CHECK_FALSE(imported(std::string(10'000'000, 'x')).report.has_value());
}

TEST_CASE("a file that is of no use as a whole is refused with what to do") {
  CHECK(fault("") == "the file is empty");
  CHECK(fault("\n \n") == "the file is empty");
  CHECK(fault("\xEF\xBB\xBF") == "the file is empty");
  CHECK(fault("name,city\nAnn,Oslo\n").find("no column `email`; it has: name, city") != std::string::npos);
  CHECK(fault("a@b.cc\nc@d.ee\n").find("it has an address, a@b.cc") != std::string::npos);
  CHECK(fault("name,where\nAnn,a@b.cc\n").find("--email-column \"where\"") != std::string::npos);
  CHECK(fault("email,n\xffme\na@b.cc,x\n").find("UTF-8") != std::string::npos);
  CHECK(fault("email,\"name\na@b.cc,x\n").find("quote") != std::string::npos);
  CHECK(fault(std::string_view("\0\0\0\0binary", 10)).find("no text") != std::string::npos);
  CHECK(fault("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").find("XLS") != std::string::npos);
  CHECK(fault("[{\"email\":\"a@b.cc\"}]").find("JSON list") != std::string::npos);
  std::string wide = "email";
  for (std::size_t column = 0; column < audience_columns_max; ++column)
    wide += ",c" + std::to_string(column);
  listed_audience audience;
  audience_import import(audience);
  CHECK(import.feed(wide + "\n").error().code == error_code::too_large);
  CHECK(import.finish().error().code == error_code::too_large);
}

TEST_CASE("JSON Lines become rows; scalars become text, null is no field") {
  const auto done =
      imported_in_any_chunks("{\"Email\":\" a@b.cc\",\"name\":\"Ann\\n\\u00e9\",\"age\":41,\"debt\":-1.50,"
                             "\"vip\":true,\"x\":null,\"empty\":\"\"}\r\n"
                             "\n"
                             "  {\"name\":\"Bo\",\"email\":\"b@b.cc\",\"id\":18446744073709551616}");
  REQUIRE(done.report.has_value());
  CHECK(done.report->left_out.empty());
  CHECK(done.audience.shown(0) == "a@b.cc name=Ann\né age=41 debt=-1.50 vip=true");
  CHECK(done.audience.shown(1) == "b@b.cc name=Bo id=18446744073709551616");
}

TEST_CASE("a JSON line that cannot be taken is told with its number") {
  CHECK(left_out("{\"email\":\"a@b.cc\",\"x\":\"é\"}\n"
                 "{\"email\":\"b@b.cc\"\n"
                 "[1]\n"
                 "\"text\"\n"
                 "{\"email\":\"b@b.cc\",\"tags\":[1]}\n"
                 "{\"email\":\"b@b.cc\",\"more\":{}}\n"
                 "{\"email\":\"b@b.cc\"} trailing\n"
                 "{\"email\":\"b@b.cc\",\"x\":\"\xff\"}\n"
                 "{\"email\":\"b@b.cc\",\"x\":\"\\u0000\"}\n"
                 "{\"name\":\"Bo\"}\n"
                 "{\"email\":null}\n"
                 "{\"email\":17}\n"
                 "{\"email\":\"b@b.cc\",\"x\":1,\"x\":2}\n"
                 "{\"email\":\"b@b.cc\",\"email\":\"c@b.cc\"}\n"
                 "{\"email\":\"b@b.cc\",\"\":1}\n"
                 "{\"email\":\"b\\n@b.cc\"}\n"
                 "{\"email\":\"A@b.cc\"}\n"
                 "{\"email\":\"b@b.cc\",\"x\":\"\\ud800\"}\n"
                 "{\"email\":\"b@b.cc\",\"x\":1e999}\n") ==
        std::vector<left_out_row>{{2, reason::bad_json},
                                  {3, reason::bad_json},
                                  {4, reason::bad_json},
                                  {6, reason::repeated_address},
                                  {7, reason::bad_json},
                                  {8, reason::wrong_encoding},
                                  {9, reason::wrong_encoding},
                                  {10, reason::no_address},
                                  {11, reason::no_address},
                                  {12, reason::address_without_at},
                                  {13, reason::repeated_field},
                                  {14, reason::repeated_field},
                                  {15, reason::bad_json},
                                  {16, reason::control_characters},
                                  {17, reason::repeated_address},
                                  {18, reason::bad_json},
                                  {19, reason::bad_json}});
}

TEST_CASE("JSON Lines with more columns than there can be leave out the rows that would need them") {
  std::string file;
  for (std::size_t column = 0; column < audience_columns_max + 9; ++column)
    file += "{\"email\":\"a" + std::to_string(column) + "@b.cc\",\"c" + std::to_string(column) + "\":1}\n";
  const auto done = imported(file);
  REQUIRE(done.report.has_value());
  CHECK(done.report->rows == audience_columns_max - 1);
  CHECK(done.report->by_reason.at(reason::too_many_columns) == 10);
}

TEST_CASE("of a million wrong rows all are counted and a thousand are listed") {
  std::string file = "email\n";
  for (int row = 0; row < 5000; ++row)
    file += "x\n";
  const auto done = imported(file);
  REQUIRE(done.report.has_value());
  CHECK(done.report->left_out_total == 5000);
  CHECK(done.report->by_reason.at(reason::address_without_at) == 5000);
  CHECK(done.report->left_out.size() == import_left_out_listed_max);
}

TEST_CASE("a writer that fails stops the import with its error") {
  listed_audience audience;
  audience.rows_max = 1;
  audience_import import(audience);
  const std::string enough_to_begin(2000, '\n');
  const auto fed = import.feed("email\na@b.cc\nb@b.cc\n" + enough_to_begin);
  REQUIRE_FALSE(fed.has_value());
  CHECK(fed.error().code == error_code::storage_failed);
  CHECK(import.feed("c@b.cc\n").error().code == error_code::storage_failed);
  CHECK(import.finish().error().code == error_code::storage_failed);
  CHECK(import.so_far().rows == 1);
}

TEST_CASE("lines full of quotes that do not end are read in a time that is bound") {
  std::string file = "email,name\n";
  for (int row = 0; row < 3000; ++row)
    file += "\"a\n";
  const auto done = imported(file);
  REQUIRE(done.report.has_value());
  CHECK(done.report->left_out_total == 3000);
}

TEST_CASE("every record of a well-formed file is taken or counted, however it is cut") {
  CHECK(rc::check([] {
    const auto delimiter = *rc::gen::element(',', ';');
    const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
    const auto value =
        rc::gen::container<std::string>(rc::gen::element('a', ',', ';', '"', '\n', '\r', ' ', '\xff', '\0'));
    const auto rows = *rc::gen::container<std::vector<std::pair<int, std::vector<std::string>>>>(
        rc::gen::pair(rc::gen::inRange(0, 30), rc::gen::container<std::vector<std::string>>(2, value)));
    std::string file = std::string{"email"} + delimiter + "x" + delimiter + "y" + line_end;
    for (const auto& [number, values] : rows) {
      file += number == 0 ? "nobody" : std::to_string(number) + "@b.cc";
      for (auto text : values) {
        for (auto at = text.find('"'); at != std::string::npos; at = text.find('"', at + 2))
          text.insert(at, 1, '"');
        file += delimiter + ("\"" + text + "\"");
      }
      file += line_end;
    }
    const auto whole = imported(file);
    RC_ASSERT(whole.report.has_value());
    RC_ASSERT(whole.report->rows + whole.report->left_out_total == rows.size());
    RC_ASSERT(whole.report->by_reason.count(reason::unended_quote) == 0);
    const auto cut = imported(file, *rc::gen::inRange<std::size_t>(1, 40));
    RC_ASSERT((cut.report == whole.report));
    RC_ASSERT(cut.audience.rows == whole.audience.rows);
  }));
}

TEST_CASE("any bytes are read without a crash and alike however they are cut") {
  const auto format = GENERATE(import_format::csv, import_format::json_lines);
  CHECK(rc::check([format] {
    const auto bytes = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::arbitrary<char>(), rc::gen::element('"', ',', '\n', '\r', '@', 'a', '.', '{', ':', '}')));
    const auto file = (format == import_format::csv ? "email,x\n" : "{}\n") + bytes;
    const auto whole = imported(file, 1 << 20, format);
    const auto cut = imported(file, *rc::gen::inRange<std::size_t>(1, 10), format);
    RC_ASSERT((cut.report == whole.report));
    RC_ASSERT(cut.audience.rows == whole.audience.rows);
  }));
}

TEST_CASE("each reason has words of its own") {
  std::set<std::string> words;
  for (int value = 0; value < static_cast<int>(left_out_reasons_max); ++value)
    words.insert(name_of(static_cast<reason>(value)));
  CHECK(words.size() == left_out_reasons_max);
}

} // namespace sluice
