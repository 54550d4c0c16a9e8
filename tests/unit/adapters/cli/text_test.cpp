#include "adapters/cli/bars.hpp"
#include "adapters/cli/table.hpp"
#include "adapters/cli/text.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice::cli;

namespace {

const terminal plain_terminal{
    .is_terminal = true, .has_color = false, .has_unicode = false, .width = 80, .height = 24};
const terminal block_terminal{
    .is_terminal = true, .has_color = false, .has_unicode = true, .width = 80, .height = 24};

} // namespace

TEST_CASE("what would act on a terminal is shown escaped") {
  CHECK(shown("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(shown("one\ntwo\ttab\r") == "one\\ntwo\\ttab\\r");
  CHECK(shown("\xC2\x9B"
              "31m") == "\\u009b31m");
  CHECK(shown("\xE2\x80\xAE"
              "evil") == "\\u202eevil");
  CHECK(shown("\xFF\xC3") == "\\xff\\xc3");
  CHECK(shown("Осень — 20%") == "Осень — 20%");
}

TEST_CASE("no bytes whatever come out of shown as a control character") {
  const bool holds = rc::check([](const std::string& any) {
    for (const char c : shown(any))
      RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
  CHECK(holds);
}

TEST_CASE("widths count columns, not bytes") {
  CHECK(display_width("выпуск") == 6);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
}

TEST_CASE("a cut never splits a character and never is too wide") {
  CHECK(cut("выпуск", 4) == "вып…");
  CHECK(cut("日本語", 4) == "日…");
  CHECK(cut("short", 5) == "short");
  CHECK(cut("anything", 0).empty());
  const bool holds = rc::check([](const std::string& any, std::uint8_t width) {
    const auto text = cut(shown(any), width);
    RC_ASSERT(display_width(text) <= width);
    RC_ASSERT(shown(text) == text);
  });
  CHECK(holds);
}

TEST_CASE("a table aligns its columns") {
  table rows{{{.title = "ID"}, {.title = "COUNT", .where = align::right}}};
  rows.add({"c1", "5"});
  rows.add({"c10", "1234567"});
  CHECK(rows.render(0) == "ID     COUNT\n"
                          "c1         5\n"
                          "c10  1234567\n");
}

TEST_CASE("a table cuts only the columns that may be cut, and only to fit") {
  table rows{{{.title = "ID"}, {.title = "NAME", .may_be_cut = true}}};
  rows.add({"c1234567890", "a name that is rather long"});
  CHECK(rows.render(0).find("rather long") != std::string::npos);
  CHECK(rows.render(24) == "ID           NAME\n"
                           "c1234567890  a name tha…\n");
  CHECK(rows.render(5) == "ID           NAME\n"
                          "c1234567890  a name …\n");
}

TEST_CASE("a hostile name cannot leave its cell") {
  table rows{{{.title = "NAME"}, {.title = "X"}}};
  rows.add({"a\nb\x1b[31m", "1"});
  CHECK(rows.render(0) == "NAME          X\na\\nb\\x1b[31m  1\n");
}

TEST_CASE("a bar is full only when everything is done") {
  CHECK(bar(0, 10, 12, plain_terminal) == "[..........]");
  CHECK(bar(5, 10, 12, plain_terminal) == "[#####.....]");
  CHECK(bar(999'999, 1'000'000, 12, plain_terminal) == "[#########.]");
  CHECK(bar(10, 10, 12, plain_terminal) == "[##########]");
  CHECK(bar(1, 16, 10, block_terminal) == "[▌       ]");
  CHECK(percent(999'999, 1'000'000) == "99%");
  CHECK(percent(0, 0) == "100%");
}

TEST_CASE("a bar always has the width that it was given") {
  const bool holds = rc::check([](std::uint32_t done, std::uint32_t total, std::uint8_t more) {
    const std::size_t width = 3 + std::size_t{more};
    RC_ASSERT(display_width(bar(done, total, width, block_terminal)) == width);
    RC_ASSERT(display_width(bar(done, total, width, plain_terminal)) == width);
  });
  CHECK(holds);
}
