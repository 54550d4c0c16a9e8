#include "adapters/smtp/smtp_reply.hpp"
#include "tests/catch.hpp"

#include <rapidcheck.h>

using namespace sluice;
using progress = smtp_reply_parser::progress;

namespace {

std::string code_and_text(const smtp_reply_view& view) {
  return std::to_string(view.code) + "|" + std::string{view.text};
}

/// All replies in `text`, given to the parser in pieces of these sizes.
std::vector<std::string> parse_all(std::string_view text, const std::vector<std::size_t>& sizes) {
  smtp_reply_parser parser;
  std::vector<std::string> found;
  std::size_t at = 0;
  for (std::size_t piece = 0; at < text.size(); ++piece) {
    const auto size = sizes.empty() ? text.size() : 1 + sizes[piece % sizes.size()] % 7;
    auto input = text.substr(at, size);
    at += input.size();
    while (!input.empty()) {
      const auto done = parser.take(input);
      if (done == progress::done)
        found.push_back(code_and_text(parser.reply()));
      else if (done == progress::broken)
        return found;
    }
  }
  return found;
}

} // namespace

TEST_CASE("single and multi-line replies are read, with and without text", "[smtp]") {
  CHECK(parse_all("250 ok\r\n354\r\n250-a\r\n250-\r\n250 b\r\n220 bare\n", {}) ==
        std::vector<std::string>{"250|ok", "354|", "250|a\n\nb", "220|bare"});
}

TEST_CASE("however replies are cut into pieces, they read the same", "[smtp]") {
  CHECK(rc::check([](const std::vector<std::size_t>& sizes) {
    const std::string text =
        "220 hi\r\n250-one\r\n250-two\r\n250 three\r\n354\r\n550-5.1.1 no\r\n550 5.1.1 user\r\n";
    RC_ASSERT(parse_all(text, sizes) == parse_all(text, {}));
  }));
}

TEST_CASE("whatever bytes come, the parser takes or refuses them", "[smtp]") {
  CHECK(rc::check([](const std::string& bytes) {
    smtp_reply_parser parser;
    std::string_view input = bytes;
    while (!input.empty()) {
      const auto left = input.size();
      const auto done = parser.take(input);
      if (done == progress::broken)
        return;
      RC_ASSERT(input.size() < left);
    }
  }));
}

TEST_CASE("what is no reply is broken", "[smtp]") {
  for (const std::string text : {"hello\r\n", "\r\n", "25\r\n", "2500 x\r\n", "150 x\r\n", "650 x\r\n",
                                 "250-a\r\n251 b\r\n", "2x0 a\r\n"}) {
    smtp_reply_parser parser;
    std::string_view input = text;
    auto done = progress::more;
    while (!input.empty() && done == progress::more)
      done = parser.take(input);
    CHECK(done == progress::broken);
  }
}

TEST_CASE("a reply becomes one clean line with its enhanced code apart", "[smtp]") {
  CHECK(to_reply({550, "5.1.1 no\n5.1.1 such user"}) == reply{550, "5.1.1", "no such user"});
  CHECK(to_reply({250, "ok"}) == reply{250, "", "ok"});
  CHECK(to_reply({250, "2.0.0"}) == reply{250, "2.0.0", ""});
  CHECK(to_reply({250, "5.1.1 of another class"}) == reply{250, "", "5.1.1 of another class"});
  CHECK(to_reply({550, "5.1.1.1 too long"}) == reply{550, "", "5.1.1.1 too long"});
  CHECK(to_reply({550, "a\tb\x01\x7f"}) == reply{550, "", "a b  "});
  CHECK(to_reply({550, "a\xc2\x9b[2Jb\xc2\xa0"}) == reply{550, "", "a [2Jb\xc2\xa0"}); // a terminal's CSI
  CHECK(to_reply({550, "caf\xc3\xa9 \xff\xc3"}) == reply{550, "", "caf\xc3\xa9 ??"});
  CHECK(to_reply({550, std::string(1000, 'x')}).text.size() == reply_text_bytes_max);
}

TEST_CASE("a reply's text is always valid, short and of one line", "[smtp]") {
  CHECK(rc::check([](const std::string& text) {
    const auto made = to_reply({550, text});
    RC_ASSERT(made.text.size() <= reply_text_bytes_max);
    RC_ASSERT(std::ranges::none_of(made.text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  }));
}
