#include "actors/letters/letter_parts.hpp"

#include "actors/letters/letter_composer.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/examples.hpp"

namespace sluice {
namespace {

letter_parts composed(const campaign_spec& spec) {
  const auto composer = make_letter_composer({campaign_id{1}, {}, {}}, spec, {"email", "name"});
  REQUIRE(composer);
  batch into;
  REQUIRE((*composer)->compose(0, {"anna@d.example", {{1, "Анна"}}}, examples::t0, into));
  return parts_of(into.message_of(into.letters.front()));
}

} // namespace

TEST_CASE("a letter taken apart has the words that were put into it, in any language") {
  auto spec = examples::spec();
  spec.subject = "{{name}}, всё дешевле";
  spec.text = "Здравствуйте, {{name}}";
  spec.html = "<p>Здравствуйте, <b>{{name}}</b></p>";
  const auto parts = composed(spec);
  CHECK(parts.subject == "Анна, всё дешевле");
  CHECK(parts.from == "Shop <news@shop.example>");
  CHECK(parts.to == "anna@d.example");
  CHECK(parts.text.starts_with("Здравствуйте, Анна"));
  CHECK(parts.html.starts_with("<p>Здравствуйте, <b>Анна</b></p>"));
}

TEST_CASE("a letter without html has none when it is taken apart, and its headers keep their order") {
  const auto parts = composed(examples::spec());
  CHECK(parts.html.empty());
  REQUIRE(parts.headers.size() > 5);
  CHECK(parts.headers.front().first == "Date");
}

} // namespace sluice
