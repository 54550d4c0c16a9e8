// What a campaign takes from the store where it is made or edited.

#include "actors/stored_parts.hpp"
#include "persistence/memory/store.hpp"
#include "tests/catch.hpp"

using namespace sluice;

namespace {

const timestamp parts_noon{milliseconds{1'796'115'600'250}};

std::string uploaded(store& into, std::string name, std::string_view content) {
  const auto writer = into.attachments().begin(std::move(name), "application/pdf", 64U << 20U, parts_noon);
  REQUIRE(writer);
  REQUIRE((*writer)->add(content));
  return (*writer)->commit()->id;
}

std::string fault_of_parts(const store& from, campaign_spec spec, audience_id audience = {}) {
  const auto taken = take_parts(from, spec, audience);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == error_code::invalid_input);
  return taken.error().notice.code;
}

} // namespace

TEST_CASE("a campaign takes partials as they are now, whatever it said of them before") {
  const auto store = make_memory_store();
  REQUIRE(store->partials().put("footer", "Bye", "ann", parts_noon));
  campaign_spec spec;
  spec.text = "{{> footer}}";
  spec.partials = {{"footer", 9, "made up"}, {"other", 1, "x"}};
  REQUIRE(take_parts(*store, spec, {}));
  CHECK(spec.partials == std::vector<partial>{{"footer", 1, "Bye"}});
  spec.html = "{{> header}}";
  CHECK(fault_of_parts(*store, spec) == "partial_unknown");
  spec.text = spec.html = "none";
  REQUIRE(take_parts(*store, spec, {}));
  CHECK(spec.partials.empty());
}

TEST_CASE("a campaign's attachments are known, and few enough bytes") {
  const auto store = make_memory_store();
  const auto id = uploaded(*store, "price.pdf", "content");
  campaign_spec spec;
  spec.attachments = {{.id = id, .name = {}, .type = {}, .content_id = {}, .column = {}},
                      {.id = id, .name = "b", .type = "a/b", .content_id = {}, .column = {}}};
  REQUIRE(take_parts(*store, spec, {}));
  CHECK(spec.attachments[0].name == "price.pdf");
  CHECK(spec.attachments[0].type == "application/pdf");
  CHECK(spec.attachments[1].name == "b");
  CHECK(spec.attachments[1].type == "a/b");
  spec.attachments[0].content_id = spec.attachments[1].content_id = "logo";
  CHECK(fault_of_parts(*store, spec) == "attachment_content_id_twice");
  spec.attachments[1].content_id.clear();
  spec.attachments[1].column = "invoice";
  CHECK(fault_of_parts(*store, spec) == "attachment_needs_id");
  spec.attachments[1] = {};
  CHECK(fault_of_parts(*store, spec) == "attachment_needs_id");
  spec.attachments = {{.id = "nobody", .name = {}, .type = {}, .content_id = {}, .column = {}}};
  CHECK(fault_of_parts(*store, spec) == "attachment_unknown");
  spec.attachments.clear();
  for (const auto* one : {"a", "b"})
    spec.attachments.push_back({.id = uploaded(*store, one, one + std::string(13U << 20U, 'x')),
                                .name = {},
                                .type = {},
                                .content_id = {},
                                .column = {}});
  CHECK(fault_of_parts(*store, spec) == "attachments_too_large");
}

TEST_CASE("each recipient's own attachment stands in a field that the audience has") {
  const auto store = make_memory_store();
  const auto writer = store->audiences().begin("people", parts_noon);
  REQUIRE(writer);
  const auto column = (*writer)->column("invoice");
  REQUIRE(column);
  REQUIRE((*writer)->add({"ann@d.example", {{*column, "x"}}}));
  const auto audience = (*writer)->commit({})->id;
  campaign_spec spec;
  spec.attachments = {{.id = {}, .name = {}, .type = {}, .content_id = {}, .column = "invoice"}};
  CHECK(take_parts(*store, spec, audience));
  spec.attachments[0].column = "bill";
  CHECK(take_parts(*store, spec, {})); // an audience comes later
  CHECK(fault_of_parts(*store, spec, audience) == "attachment_column_unknown");
}
