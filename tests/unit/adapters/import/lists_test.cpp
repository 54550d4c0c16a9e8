// Lists as people have them: what programs and spreadsheets write.

#include "adapters/import/address_cell.hpp"
#include "adapters/import/audience_import.hpp"
#include "adapters/import/email_column.hpp"
#include "adapters/import/spreadsheet_number.hpp"
#include "adapters/import/text_encoding.hpp"
#include "messages/address.hpp"
#include "messages/json_value.hpp"
#include "messages/sha256.hpp"
#include "tests/catch.hpp"

#include <iconv.h>
#include <zlib.h>

#include <algorithm>
#include <set>

namespace sluice {
namespace {

using reason = left_out_reason;

/// An audience that shows its rows: "ann@b.cc name=Ann".
class shown_audience final : public audience_writer {
public:
  result<std::uint16_t> column(std::string_view name) override {
    const auto known = std::ranges::find(columns, name);
    const auto index = static_cast<std::uint16_t>(known - columns.begin());
    if (known == columns.end())
      columns.emplace_back(name);
    return index;
  }
  result<bool> add(const recipient& row) override {
    if (!seen_.insert(folded(row.email)).second)
      return false;
    auto text = row.email;
    for (const auto& field : row.fields)
      text += " " + columns[field.column] + "=" + field.value;
    rows.push_back(std::move(text));
    return true;
  }
  result<audience_info> commit(const act&) override { return failure(error_code::internal, "not here"); }

  std::vector<std::string> columns{"email"};
  std::vector<std::string> rows;

private:
  std::set<std::string> seen_;
};

struct list_outcome {
  std::vector<std::string> rows;
  import_report report;
  std::string fault;

  bool tells(std::string_view code) const {
    return std::ranges::any_of(report.read.notices, [&](const notice& one) { return one.code == code; });
  }
};

list_outcome listed(std::string_view file, import_options options = {}) {
  list_outcome outcome;
  for (const std::size_t chunk : {std::size_t{1} << 20U, std::size_t{1}, std::size_t{7}}) {
    shown_audience audience;
    audience_import import(audience, options);
    for (std::size_t at = 0; at < file.size(); at += chunk)
      if (!import.feed(file.substr(at, chunk)))
        break;
    const auto report = import.finish();
    const auto before = std::exchange(
        outcome, {audience.rows, report.value_or(import_report{}), report ? "" : report.error().message});
    if (chunk == 1U << 20U)
      continue;
    INFO("in chunks of " << chunk);
    REQUIRE(outcome.rows == before.rows);
    REQUIRE(outcome.report == before.report);
    REQUIRE(outcome.fault == before.fault);
  }
  return outcome;
}

std::string converted(std::string_view utf8, const char* to) {
  auto* const converter = iconv_open(to, "UTF-8");
  std::string made(utf8.size() * 4 + 4, '\0');
  auto* from = const_cast<char*>(utf8.data());
  auto from_bytes = utf8.size();
  auto* into = made.data();
  auto into_bytes = made.size();
  REQUIRE(iconv(converter, &from, &from_bytes, &into, &into_bytes) != static_cast<std::size_t>(-1));
  iconv_close(converter);
  made.resize(made.size() - into_bytes);
  return made;
}

std::string packed(std::string_view text) {
  std::string made(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(made.data());
  stream.avail_out = static_cast<uInt>(made.size());
  deflate(&stream, Z_FINISH);
  made.resize(stream.total_out);
  deflateEnd(&stream);
  return made;
}

const std::string russian =
    "email,имя\nann@b.cc,Анна\nbo@b.cc,Пётр Иванов\nc@b.cc,Объедков Яков\nd@b.cc,БОРИС\n";
const std::string french = "email,name\nann@b.cc,Zoé\nbo@b.cc,François\nc@b.cc,Bob\n";

} // namespace

TEST_CASE("lists in the encodings that people have are read as what they say") {
  struct example {
    const char* iconv_name;
    const char* shown;
    const std::string& text;
  };
  for (const auto& [name, shown, text] :
       {example{"CP1251", "windows-1251", russian}, example{"KOI8-R", "koi8-r", russian},
        example{"CP866", "ibm866", russian}, example{"ISO-8859-5", "iso-8859-5", russian},
        example{"UTF-16LE", "utf-16le", russian}, example{"UTF-16BE", "utf-16be", russian},
        example{"CP1252", "windows-1252", french}, example{"MACINTOSH", "macintosh", french},
        example{"UTF-8", "utf-8", french}}) {
    INFO(name);
    const auto expected = listed(text).rows;
    const auto done = listed(converted(text, name));
    CHECK(done.fault.empty());
    CHECK(done.rows == expected);
    CHECK(done.report.read.encoding == shown);
    CHECK(done.tells("import_encoding_guessed") == (std::string_view{shown} != "utf-8"));
  }
}

TEST_CASE("little text is enough to tell its encoding") {
  const auto of = [](std::string_view text) { return detect_encoding(text, true); };
  CHECK(of(converted("x@b.cc,Иван\n", "CP1251")) == "windows-1251");
  CHECK(of(converted("x@b.cc,иван\n", "CP1251")) == "windows-1251");
  CHECK(of(converted("x@b.cc,Иван\n", "KOI8-R")) == "koi8-r");
  CHECK(of(converted("x@b.cc,Zoé\n", "CP1252")) == "windows-1252");
  CHECK(of(converted("x@b.cc,Zoé\n", "MACINTOSH")) == "macintosh");
  CHECK(of(converted("x@b.cc,O’Brien\n", "CP1252")) == "windows-1252");
  CHECK(of(converted("x@b.cc,Müller Straße\n", "CP1252")) == "windows-1252");
  CHECK(of("x@b.cc,Zoé\ny@b.cc,Zo\xe9\n") == "utf-8");
  CHECK(of("x@b.cc,\xff\xfe\x81\n") == "utf-8");
}

TEST_CASE("the first letter beyond ASCII may come late") {
  std::string file = "email,name\n";
  for (int row = 0; row < 40'000; ++row)
    file += "u" + std::to_string(row) + "@b.cc,Bob\n";
  const auto done = listed(file + converted("x@b.cc,Иван\ny@b.cc,Анна\n", "CP1251"));
  CHECK(done.rows.size() == 40'002);
  CHECK(done.rows.back() == "y@b.cc name=Анна");
  CHECK(done.report.read.encoding == "windows-1251");
}

TEST_CASE("UTF-8 with a few broken rows stays UTF-8, and they are left out") {
  const auto done = listed("email,name\na@b.cc,Zoé\nb@b.cc,Zo\xe9\nc@b.cc,Жанна\n");
  CHECK(done.rows == std::vector<std::string>{"a@b.cc name=Zoé", "c@b.cc name=Жанна"});
  CHECK(done.report.by_reason == std::map<reason, std::uint64_t>{{reason::wrong_encoding, 1}});
}

TEST_CASE("whoever knows the encoding says it, and a name that is none is refused") {
  const auto said = listed(converted("email,name\na@b.cc,é\n", "CP850"), {.encoding = "cp850"});
  CHECK(said.rows == std::vector<std::string>{"a@b.cc name=é"});
  CHECK(listed("email\na@b.cc\n", {.encoding = "klingon"}).fault.find("windows-1251") != std::string::npos);
}

TEST_CASE("tabs, bars and Excel's sep= line are read, and trailing commas do no harm") {
  CHECK(listed("email\tname\na@b.cc\tAnn\n").rows == std::vector<std::string>{"a@b.cc name=Ann"});
  CHECK(listed("email|name\na@b.cc|Ann\n").rows == std::vector<std::string>{"a@b.cc name=Ann"});
  const auto with_line = listed("sep=;\r\nemail;name\r\na@b.cc;Ann, B\r\nx\r\n");
  CHECK(with_line.rows == std::vector<std::string>{"a@b.cc name=Ann, B"});
  CHECK(with_line.report.left_out.front().line == 4);
  CHECK(with_line.tells("import_separator_line"));
  const auto trailing = listed("email,name,\na@b.cc,Ann,\nb@b.cc,Bo,x\n");
  CHECK(trailing.rows == std::vector<std::string>{"a@b.cc name=Ann"});
  CHECK(trailing.tells("import_columns_empty"));
  CHECK(trailing.report.by_reason == std::map<reason, std::uint64_t>{{reason::wrong_field_count, 1}});
  const auto rows = listed("email,name\na@b.cc,Ann,\nb@b.cc\n,,\n");
  CHECK(rows.rows == std::vector<std::string>{"a@b.cc name=Ann", "b@b.cc"});
  CHECK(rows.tells("import_cells_empty_extra"));
  CHECK(rows.tells("import_cells_missing"));
  CHECK(rows.report.left_out_total == 0);
}

TEST_CASE("two columns of one name are both kept, and columns without a name get one") {
  const auto done = listed("email,name,,name,name 2\na@b.cc,Ann,x,B,C\n");
  CHECK(done.rows == std::vector<std::string>{"a@b.cc name=Ann column 3=x name 3=B name 2=C"});
  CHECK(done.tells("import_column_renamed"));
  CHECK(done.tells("import_column_nameless"));
}

TEST_CASE("the column of the addresses is known by its name") {
  for (const std::string_view name :
       {"E-Mail", "Email Address", "E-mail 1 - Value", "Почта", "Эл. почта", "Адрес электронной почты",
        "E-Mail-Adresse", "correo electrónico", "Courriel", "mail", "\"Customer e-mail\"",
        "EMAIL:", "\u00A0Email\u200B"}) {
    INFO(name);
    const auto done = listed("имя," + std::string{name} + "\nAnn,a@b.cc\n");
    CHECK(done.rows == std::vector<std::string>{"a@b.cc имя=Ann"});
  }
  CHECK(email_fit_of("Email Status") == column_fit::none);
  CHECK(email_fit_of("Почтовый индекс") == column_fit::none);
  const auto two = listed("E-mail 1 - Value,E-mail 2 - Value\na@b.cc,b@b.cc\n");
  CHECK(two.rows == std::vector<std::string>{"a@b.cc E-mail 2 - Value=b@b.cc"});
  CHECK(two.tells("import_email_column_of_several"));
}

TEST_CASE("a name that may be a street's is taken where addresses stand under it") {
  CHECK(listed("Имя,Адрес\nAnn,a@b.cc\n").rows == std::vector<std::string>{"a@b.cc Имя=Ann"});
  const auto street = listed("Имя,Адрес,Куда\nAnn,Lenina 1,a@b.cc\n");
  CHECK(street.fault.find("--email-column \"Куда\"") != std::string::npos);
}

TEST_CASE("the column may be said by name or number, and the header may be missing") {
  const std::string file = "who,where\na@b.cc,c@b.cc\n";
  CHECK(listed(file, {.email_column = "where"}).rows == std::vector<std::string>{"c@b.cc who=a@b.cc"});
  CHECK(listed(file, {.email_column = "1"}).rows == std::vector<std::string>{"a@b.cc where=c@b.cc"});
  CHECK(listed(file, {.email_column = "3"}).fault.find("who, where") != std::string::npos);
  CHECK(listed("Ann,a@b.cc\nBo,b@b.cc\n").fault.find("--no-header") != std::string::npos);
  CHECK(listed("Ann,a@b.cc\nBo,b@b.cc\n", {.has_header = false}).rows ==
        std::vector<std::string>{"a@b.cc column 1=Ann", "b@b.cc column 1=Bo"});
}

TEST_CASE("what stands around an address is taken away, and told") {
  const auto done = listed(
      "email\nada@example.com\xC2\xA0\n\xE2\x80\x8B"
      "bob@example.com\n\xEF\xBB\xBF"
      "cy@example.com\nDee D <dee@example.com>\n<eve@example.com>\nmailto:fay%2B1@example.com?subject=x\n"
      "gus@example.com;\n'hal@example.com'\nida@example.com (Ida)\n");
  CHECK(done.rows == std::vector<std::string>{"ada@example.com", "bob@example.com", "cy@example.com",
                                              "dee@example.com", "eve@example.com", "fay+1@example.com",
                                              "gus@example.com", "hal@example.com", "ida@example.com"});
  CHECK(done.report.left_out_total == 0);
  for (const auto* const code : {"import_blanks_trimmed", "import_name_dropped", "import_link_dropped",
                                 "import_separator_dropped", "import_quotes_dropped"})
    CHECK(done.tells(code));
}

TEST_CASE("each wrong address is told with what is wrong with it, and the cell") {
  const auto done =
      listed("email\nnobody\na@b@c.cc\n@b.cc\na.@b.cc\na..b@b.cc\na b@b.cc\na@\na@b\na@b..cc\na@b.cc c@d.ee\n"
             "\"\"\"john doe\"\"@example.com\"\n\"\"\"john\"\"@example.com\"\na@b_c.cc\n");
  const std::vector<reason> expected{reason::address_without_at,      reason::address_two_ats,
                                     reason::address_local_empty,     reason::address_local_dot,
                                     reason::address_local_dot,       reason::address_blank,
                                     reason::address_domain_empty,    reason::address_domain_without_dot,
                                     reason::address_domain_dot,      reason::two_addresses,
                                     reason::address_domain_character};
  std::vector<reason> told;
  for (const auto& row : done.report.left_out)
    told.push_back(row.reason);
  CHECK(told == expected);
  CHECK(done.report.left_out.front() == left_out_row{2, reason::address_without_at, "nobody"});
  CHECK(done.rows == std::vector<std::string>{"\"john doe\"@example.com", "john@example.com"});
  import_options odd;
  odd.settings.takes_odd_local_parts = true;
  CHECK(listed("email\na.@b.cc\na..b@b.cc\n", odd).rows == std::vector<std::string>{"a.@b.cc", "a..b@b.cc"});
}

TEST_CASE("a packed list is unpacked, once or twice, to a bound") {
  const std::string file = "email\na@b.cc\n";
  CHECK(listed(packed(file)).rows == std::vector<std::string>{"a@b.cc"});
  CHECK(listed(packed(file) + packed("b@b.cc\n")).rows == std::vector<std::string>{"a@b.cc", "b@b.cc"});
  CHECK(listed(packed(packed(file))).rows == std::vector<std::string>{"a@b.cc"});
  CHECK(listed(packed(file).substr(0, 20)).fault.find("damaged") != std::string::npos);
  import_options small;
  small.settings.unpacked_bytes_max = 1000;
  CHECK(listed(packed("email\n" + std::string(2000, '\n')), small).fault.find("1000") != std::string::npos);
}

TEST_CASE("lists and objects of JSON Lines are kept as such, to a depth") {
  const auto done = listed(R"({"email":"a@b.cc","items":[{"name":"x\"","n":1.50},null,[true]],"none":[]})"
                           "\n");
  const std::string mark(1, json_value_mark);
  CHECK(done.rows ==
        std::vector<std::string>{"a@b.cc items=" + mark + R"([{"name":"x\"","n":1.50},null,[true]])" +
                                 " none=" + mark + "[]"});
  const auto deep =
      listed("{\"email\":\"a@b.cc\",\"x\":" + std::string(20, '[') + std::string(20, ']') + "}\n");
  CHECK(deep.report.by_reason == std::map<reason, std::uint64_t>{{reason::nested_value, 1}});
  CHECK(listed("{\"Email Address\":\"a@b.cc\"}\n").rows == std::vector<std::string>{"a@b.cc"});
}

TEST_CASE("a spreadsheet's numbers come as people see them") {
  CHECK(shown_number("79161234567", "", false) == "79161234567");
  CHECK(shown_number("7.9161234567E10", "", false) == "79161234567");
  CHECK(shown_number("0.1", "", false) == "0.1");
  CHECK(shown_number("0.30000000000000004", "", false) == "0.3");
  CHECK(shown_number("1234", "00000", false) == "01234");
  CHECK(shown_number("79161234567", "+0 (000) 000-00-00", false) == "+7 (916) 123-45-67");
  CHECK(shown_number("1234.5", "#,##0.00", false) == "1,234.50");
  CHECK(shown_number("-1.5", "0.0#", false) == "-1.5");
  CHECK(shown_number("0.25", "0%", false) == "25%");
  CHECK(shown_number("45356", built_in_format(14), false) == "2024-03-05");
  CHECK(shown_number("45356", "dd\\.mm\\.yyyy", false) == "05.03.2024");
  CHECK(shown_number("45356.75", "dd/mm/yy h:mm", false) == "05/03/24 18:00");
  CHECK(shown_number("45356.75", "[$-419]d mmmm yyyy", false) == "2024-03-05 18:00");
  CHECK(shown_number("1", "yyyy-mm-dd", false) == "1900-01-01");
  CHECK(shown_number("0", "yyyy-mm-dd", true) == "1904-01-01");
  CHECK(shown_number("42", "General", false) == "42");
  CHECK(shown_number("text", "0", false) == "text");
}

TEST_CASE("what an import says is stored and read back; nothing else is taken for it") {
  import_summary summary{
      {"csv", "windows-1251", ";", "Почта", "", {notice{"import_cells_missing", {{"count", 3}}}}},
      7,
      2,
      {notice{"left_out_no_address", {{"count", 7}}}}};
  CHECK(decode_import_summary(encode_import_summary(summary)) == summary);
  const std::vector<left_out_entry> rows{{4, notice{"left_out_address_without_at"}, "никто"}};
  CHECK(decode_left_out(encode_left_out(rows)) == rows);
  CHECK_FALSE(decode_import_summary("").has_value());
  CHECK_FALSE(decode_import_summary(encode_left_out(rows)).has_value());
  CHECK_FALSE(decode_left_out("\xA1").has_value());
  CHECK(left_out_percent(summary, 95) == 5);
}

TEST_CASE("what version 1 stored of an import is read for ever") {
  const auto bytes_of = [](std::string_view hex) {
    std::string bytes(hex.size() / 2, '\0');
    REQUIRE(from_hex(hex, std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size())));
    return bytes;
  };
  const import_summary summary{
      {"csv", "koi8-r", ";", "mail", "", {notice{"import_cells_missing", {{"count", 3}}}}},
      7,
      2,
      {notice{"left_out_no_address", {{"count", 7}}}}};
  CHECK(decode_import_summary(bytes_of("aa6964656c696d69746572613b6c656d61696c5f636f6c756d6e646d61696c68656e6"
                                       "36f64696e67666b6f69382d7266666f726d617463637376"
                                       "686c6566745f6f757407676e6f746963657381a264636f646574696d706f72745f636"
                                       "56c6c735f6d697373696e6765636f756e740367726561"
                                       "736f6e7381a264636f6465736c6566745f6f75745f6e6f5f6164647265737365636f7"
                                       "56e74076872657065617465640265736865657460617601")) == summary);
  CHECK(decode_left_out(bytes_of(
            "a264726f777381a36463656c6c6178646c696e6504666e6f74696365a164636f6465736c6566745f6f75745f6e6f"
            "5f61646472657373617601")) ==
        std::vector<left_out_entry>{{4, notice{"left_out_no_address"}, "x"}});
}

TEST_CASE("a preview shows the first rows, and where the addresses would be taken from") {
  const auto shown = preview_import("name;E-mail\nAnn;a@b.cc\nBo;", false, {});
  REQUIRE(shown.has_value());
  CHECK(shown->columns == std::vector<std::string>{"name", "E-mail"});
  CHECK(shown->email_column == "E-mail");
  CHECK(shown->rows.front() == std::vector<std::string>{"Ann", "a@b.cc"});
  CHECK(shown->read.delimiter == ";");
  const auto headless = preview_import("Ann;a@b.cc\n", true, {});
  REQUIRE(headless.has_value());
  CHECK_FALSE(headless->has_header);
  CHECK(headless->email_column == "column 2");
  const auto open = preview_import("name,where\nAnn,Oslo\n", true, {});
  REQUIRE(open.has_value());
  CHECK_FALSE(open->email_column.has_value());
  CHECK(open->rows.size() == 1);
}

} // namespace sluice
