// The text that is made of an HTML body.

#include "actors/letters/html_text.hpp"
#include "actors/letters/letter_template.hpp"
#include "tests/catch.hpp"

#include <string>
#include <vector>

using namespace sluice;

namespace {

/// As it comes out where the fields have these values.
std::string filled_in(const std::string& html,
                      const std::vector<std::string>& columns,
                      std::vector<std::string_view> values) {
  const auto made = letter_template::parse("text", text_of_html(html), columns, {});
  REQUIRE(made);
  std::string text;
  REQUIRE(made->render(values, text));
  return text;
}

} // namespace

TEST_CASE("text of HTML: words, paragraphs and lines") {
  CHECK(text_of_html("<p>Good  day,\n all</p><p>Second</p>") == "Good day, all\n\nSecond\n");
  CHECK(text_of_html("one<br>two<br/>\n three<br><br>four") == "one\ntwo\nthree\n\nfour\n");
  CHECK(text_of_html("<div>a</div><div>b</div>") == "a\nb\n");
  CHECK(text_of_html("a<hr>b") == "a\n\n" + std::string(40, '-') + "\n\nb\n");
  CHECK(text_of_html("<b>Bo<i>ld</i></b> &amp; &lt;plain&gt; &nbsp; &eacute;&#8364;") ==
        "Bold & <plain> é€\n");
  CHECK(text_of_html("<pre>a  b\n  c</pre>") == "a  b\n  c\n");
}

TEST_CASE("text of HTML: what nobody reads is left out") {
  CHECK(text_of_html("<html><head><title>T</title><style>p{}</style></head><body><p>x</p><script>1<2</"
                     "script></body></html>") == "x\n");
  CHECK(text_of_html("<div style='DISPLAY : none'>preheader {{name}}</div><p>x</p>") == "x\n");
  CHECK(text_of_html("<!-- {{name}} --><!--[if mso]><p>Outlook</p><![endif]--><p>x</p>") == "x\n");
  CHECK(text_of_html("<img src=x.png width=1 height=1>").empty());
  CHECK(text_of_html("").empty());
}

TEST_CASE("text of HTML: links") {
  CHECK(text_of_html("See <a href=\"https://a.example/x?a=1&amp;b=2\">our shop</a>.") ==
        "See our shop <https://a.example/x?a=1&b=2>.\n");
  CHECK(text_of_html("<a href='https://a.example'>https://a.example</a>") == "https://a.example\n");
  CHECK(text_of_html("<a href='mailto:a@b.example'>a@b.example</a> <a href='#top'>up</a>") ==
        "a@b.example up\n");
  CHECK(text_of_html("<a href=https://a.example><img alt='Our shop' src=x></a>") ==
        "Our shop <https://a.example>\n");
  CHECK(text_of_html("<a href='https://a.example'><img src=x></a>") == "https://a.example\n");
  CHECK(text_of_html("<a href=\"{{unsubscribe_url}}\">Unsubscribe</a>") ==
        "Unsubscribe <{{unsubscribe_url}}>\n");
  CHECK(text_of_html("<a href=\"{{#x}}https://{{x}}{{/x}}{{^x}}https://b{{/x}}\">t</a>") ==
        "t <{{#x}}https://{{x}}{{/x}}{{^x}}https://b{{/x}}>\n");
}

TEST_CASE("text of HTML: lists, quotations, headings") {
  CHECK(text_of_html("<ul><li>a</li><li>b<ol><li>c<li>d</ol></li></ul>") == "- a\n- b\n  1. c\n  2. d\n");
  CHECK(text_of_html("<ol start=3><li>a</li></ol>") == "3. a\n");
  CHECK(text_of_html("<blockquote>Said<br>he</blockquote>") == "> Said\n> he\n");
  CHECK(text_of_html("<h1>News</h1><h2>Of {{town}}</h2><h3>More</h3>x") ==
        "News\n====\n\nOf {{town}}\n-----------\n\nMore\n\nx\n");
}

TEST_CASE("text of HTML: tables row by row") {
  CHECK(text_of_html(
            "<table><tr><th>Ware</th><th>Price</th></tr><tr><td>Tea</td><td></td><td>3</td></tr></table>") ==
        "Ware | Price\nTea | 3\n");
  CHECK(text_of_html(
            "<table><tr><td><table><tr><td><p>a</p></td></tr></table></td><td><p>b</p></td></tr></table>") ==
        "a\n\nb\n");
}

TEST_CASE("text of HTML: sections of rows stay where they are") {
  const std::string html = "<p>Yours:</p><table>{{#one}}<tr><td>{{one}}</td><td>1</td></tr>{{/one}}"
                           "{{#two}}<tr><td>{{two}}</td></tr>{{/two}}</table><p>Bye</p>";
  const std::vector<std::string> columns{"one", "two"};
  CHECK(filled_in(html, columns, {"Tea", "Pot"}) == "Yours:\n\nTea | 1\nPot\n\nBye\n");
  CHECK(filled_in(html, columns, {"", "Pot"}) == "Yours:\n\nPot\n\nBye\n");
  CHECK(filled_in(html, columns, {"", ""}) == "Yours:\n\nBye\n");
}

TEST_CASE("text of HTML: sections of paragraphs and within them") {
  const std::vector<std::string> columns{"name"};
  const std::string block = "<p>A</p>{{#name}}<p>B {{name}}</p>{{/name}}<p>C</p>";
  CHECK(filled_in(block, columns, {"x"}) == "A\n\nB x\n\nC\n");
  CHECK(filled_in(block, columns, {""}) == "A\n\nC\n");
  const std::string within = "<p>Dear {{#name}}{{name}}{{/name}}{{^name}}friend{{/name}},</p><p>C</p>";
  CHECK(filled_in(within, columns, {"Ann"}) == "Dear Ann,\n\nC\n");
  CHECK(filled_in(within, columns, {""}) == "Dear friend,\n\nC\n");
  CHECK(filled_in("{{#name}}<ul><li>a</li></ul>{{/name}}", columns, {"x"}) == "- a\n");
  CHECK(filled_in("<ul>{{#name}}<li>a</li>{{/name}}<li>b</li></ul>", columns, {""}) == "- b\n");
  CHECK(filled_in("x</body></html>{{#name}}y{{/name}}", columns, {"x"}) == "xy\n");
}

TEST_CASE("text of HTML: values are not escaped, whatever delimiters were used") {
  CHECK(filled_in("{{=<% %>=}}<p><% name %> <%& name %></p>", {"name"}, {"A & B"}) == "A & B A & B\n");
  CHECK(filled_in("<p title='{{name}}' {{name}}>{{{name}}}</p>", {"name"}, {"A"}) == "A\n");
  CHECK(filled_in("<p>&#123;&#123;name}} {&#123; {{name}}</p>", {"name"}, {"A"}) == "{ {name}} { { A\n");
}

TEST_CASE("text of HTML: blanks that nobody sees in a tag are none of its name") {
  CHECK(filled_in("<p>{{#&nbsp;name}}Hi {{\xEF\xBB\xBFname|you}}{{/name}}</p>", {"name"}, {"Ann"}) ==
        "Hi Ann\n");
}

TEST_CASE("text of HTML: long lines are wrapped, links are not") {
  std::string words;
  for (int at = 0; at < 30; ++at)
    words += "word ";
  const auto link = "https://a.example/" + std::string(100, 'x');
  const auto text = text_of_html("<blockquote><p>" + words + "</p></blockquote><a href='" + link + "'>t</a>");
  CHECK(text.find(" <" + link) == std::string::npos);
  CHECK(text.find("\n<" + link + ">\n") != std::string::npos);
  CHECK(text.starts_with("> word word"));
  CHECK(text.substr(0, text.find('\n')).size() <= 76);
  CHECK(text.find("\n> word") != std::string::npos);
}

TEST_CASE("text of HTML: none where none can be made") {
  CHECK(text_of_html("<p>{{name</p>").empty());
  CHECK(text_of_html("{{#a}}<p>x</p>").empty());
  std::string deep;
  for (int at = 0; at < 200'000; ++at)
    deep += "<b>";
  CHECK(text_of_html(deep + "x").empty());
  deep.clear();
  for (int at = 0; at < 200'000; ++at)
    deep += "<b><p></b>";
  CHECK_FALSE(text_of_html(deep + "x").empty());
}
