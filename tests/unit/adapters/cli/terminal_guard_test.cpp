#include "adapters/cli/terminal_guard.hpp"

#include "adapters/cli/terminal.hpp"
#include "adapters/cli/text.hpp"
#include "tests/catch.hpp"

#include <ostream>
#include <sstream>

using namespace sluice::cli;

namespace {

/// What comes out where `text` is written in pieces of so many bytes.
std::string guarded(const std::string& text, std::size_t piece) {
  std::stringbuf below;
  terminal_guard guard(below);
  std::ostream out(&guard);
  for (std::size_t at = 0; at < text.size(); at += piece)
    out << text.substr(at, piece);
  out.flush();
  return below.str();
}

} // namespace

TEST_CASE("terminal guard: text passes as it is, also cut anywhere, and what acts on the terminal does not") {
  const terminal colors{.is_terminal = true, .has_color = true};
  const auto plain =
      "Привет, 世界 😀\tand\n" + colored("red", color::red, colors) + colored("bold", color::bold, colors);
  for (std::size_t piece = 1; piece < 8; ++piece) {
    INFO(piece);
    CHECK(guarded(plain, piece) == plain);
    CHECK(guarded("a\x1b[2Jb", piece) == "a\\x1b[2Jb");
    CHECK(guarded("\x1b]0;title\x07", piece) == "\\x1b]0;title\\x07");
    CHECK(guarded("\x1b[8mhidden\x1b[0m", piece) == "\\x1b[8mhidden\x1b[0m");
    CHECK(guarded("over\rwritten\r\n", piece) == "over\\rwritten\n");
    CHECK(guarded("\xC2\x9B"
                  "31m\xE2\x80\xAE",
                  piece) == "\\u009b31m\\u202e");
    CHECK(guarded("\xFF\xE2\x80", piece) == "\\xff\\xe2\\x80");
    CHECK(guarded("\x1b", piece) == "\\x1b");
  }
}

TEST_CASE("terminal guard: sequences of our own pass it where they are said to be") {
  std::stringbuf below;
  terminal_guard guard(below);
  std::ostream out(&guard);
  out << "one\n";
  write_control(out, "\x1b[1A\r\x1b[J");
  out << "two\n";
  CHECK(below.str() == "one\n\x1b[1A\r\x1b[Jtwo\n");
  std::ostringstream file;
  write_control(file, "\x1b[1A");
  CHECK(file.str() == "\x1b[1A");
}

TEST_CASE("JSON for a terminal is the same JSON without what acts on it") {
  CHECK(shown_json("{\n  \"name\": \"a\xC2\x9B"
                   "b\x7F\xE2\x80\xAE"
                   "c ü\"\n}") == "{\n  \"name\": \"a\\u009bb\\u007f\\u202ec ü\"\n}");
}
