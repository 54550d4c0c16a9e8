#include "actors/letters/html_words.hpp"

#include "actors/letters/letter_words.hpp"
#include "tests/catch.hpp"

#include <array>

namespace sluice {

TEST_CASE("what is between two letters that are seen side by side is gone") {
  CHECK(words_of_html("<p>cas<b></b>i<!-- x -->n<span>o</span> bonus</p>").text == "casino bonus\n");
  CHECK(words_of_html("cas&shy;ino &#99;&#x61;sino &amp;lt; &nbsp;").text.find("casino &lt;") !=
        std::string::npos);
  CHECK(words_of_html("<div>one</div><div>two</div>").text == "one\ntwo\n");
  CHECK(words_of_html("<td>one</td><td>two</td>").text == "one two");
  CHECK(words_of_html("a\n   b <br>c").text == "a b\nc");
  CHECK(words_of_html("1 < 2 &lt; 3").text == "1 < 2 < 3");
}

TEST_CASE("what only some readers see is read: hidden text, conditions, titles and alternative texts") {
  CHECK(words_of_html("<p style=\"display:none\">hidden</p>").text == "hidden\n");
  CHECK(words_of_html("<!--[if mso]><p>outlook</p><![endif]-->").text == "outlook\n");
  CHECK(words_of_html("<img alt=\"cas&#105;no\" src=x>").text == "casino\n ");
  CHECK(words_of_html("<style>casino</style><script>casino</script>ok").text == "ok");
}

TEST_CASE("addresses are read from links, pictures and forms") {
  const auto read =
      words_of_html("<a href='https://a.example/?x=1&amp;y=2'>x</a><img src=https://b.example/i.png>"
                    "<form action=\"https://c.example\">");
  CHECK(read.urls == std::vector<std::string>{"https://a.example/?x=1&y=2", "https://b.example/i.png",
                                              "https://c.example"});
}

TEST_CASE("broken HTML ends where it ends") {
  for (const std::string_view html :
       {"<", "<!--", "<!-", "<p", "<p a", "<p a=", "<p a=\"", "</", "<style>", "<!--[if"})
    CHECK(words_of_html(html).urls.empty());
  std::string deep;
  for (int depth = 0; depth < 100'000; ++depth)
    deep += "<div>";
  CHECK(words_of_html(deep + "end").text == "end");
}

TEST_CASE("a letter's words are those of this recipient, and its columns those that templates use") {
  campaign_spec spec;
  spec.from = "{{shop}} <news@shop.example>";
  spec.subject = "Hello {{name}}";
  spec.html = "<p>{{name}}, see <a href=\"{{{link}}}\">this</a>{{#vip}}!{{/vip}}</p>";
  spec.text_from_html = true;
  spec.unsubscribe_url = "https://shop.example/u/{{token}}";
  const std::vector<std::string> columns{"email", "name", "link", "token", "shop", "vip", "unused"};
  auto reader = letter_reader::make(spec, columns);
  REQUIRE(reader);
  CHECK(reader->columns() == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
  const std::array fields{field_view{1, "Ann <x>"}, field_view{2, "https://a.example"}, field_view{3, "t1"},
                          field_view{4, "Shop"}};
  const auto letter = reader->read({"ann@example.org", fields});
  REQUIRE(letter.texts.size() == 3);
  CHECK(letter.texts[0].text == "Shop");
  CHECK(letter.texts[1].text == "Hello Ann <x>");
  CHECK(letter.texts[2].text == "Ann <x>, see this\n");
  REQUIRE(letter.urls.size() == 2);
  CHECK(letter.urls[0].text == "https://shop.example/u/t1");
  CHECK(letter.urls[1].text == "https://a.example");
}

} // namespace sluice
