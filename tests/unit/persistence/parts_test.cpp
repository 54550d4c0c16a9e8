// Partials and attachments, in both forms of the store.

#include "persistence/rocksdb/database.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <utility>

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr timestamp part_time{milliseconds{1'796'115'600'250}};

stored_attachment upload(store& into, std::string_view content, std::string name = "price.pdf") {
  const auto writer =
      expect(into.attachments().begin(std::move(name), "application/pdf", 1U << 20U, part_time));
  expect(writer->add(content.substr(0, content.size() / 2)));
  expect(writer->add(content.substr(content.size() / 2)));
  return expect(writer->commit());
}

std::string many_bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t at = 0; at < count; ++at)
    bytes.push_back(static_cast<char>(at * 31 + at / 251));
  return bytes;
}

} // namespace

TEST_CASE("each change of a partial makes a version, and those before it stay") {
  any_store store(every_kind());
  auto& partials = store->partials();
  CHECK(expect(partials.put("footer", "first", "ann", part_time)).version == 1);
  CHECK(expect(partials.put("footer", "first", "bob", part_time)).version == 1);
  const auto second = expect(partials.put("footer", "second", "bob", part_time));
  CHECK(
      second ==
      stored_partial{
          .name = "footer", .version = 2, .content = "second", .changed_at = part_time, .changed_by = "bob"});
  expect(partials.put("footer.a", "other", "bob", part_time));
  CHECK(expect(partials.find("footer")) == second);
  CHECK(expect(partials.find("footer", 1)).content == "first");
  for (const auto version : {0U, 3U})
    CHECK(partials.find("footer", version).error().code == error_code::not_found);
  const auto all = expect(partials.list());
  REQUIRE(all.size() == 2);
  CHECK(all[0].name == "footer");
  CHECK(all[0].version == 2);
  CHECK(all[0].content.empty());
  CHECK(all[1].name == "footer.a");
}

TEST_CASE("a partial that was deleted is gone but for its versions, and may be made again") {
  any_store store(every_kind());
  auto& partials = store->partials();
  expect(partials.put("footer", "first", "ann", part_time));
  expect(partials.remove("footer", "ann", part_time));
  CHECK(partials.find("footer").error().code == error_code::not_found);
  CHECK(partials.remove("footer", "ann", part_time).error().code == error_code::not_found);
  CHECK(expect(partials.list()).empty());
  CHECK(expect(partials.find("footer", 1)).content == "first");
  CHECK(expect(partials.put("footer", "first", "ann", part_time)).version == 3);
}

TEST_CASE("a partial's name and content have bounds") {
  any_store store(every_kind());
  auto& partials = store->partials();
  for (const auto* name : {"", "a b", "a/b", "fußzeile"})
    CHECK(partials.put(name, "x", "ann", part_time).error().code == error_code::invalid_input);
  CHECK(partials.put(std::string(65, 'x'), "x", "ann", part_time).error().code == error_code::invalid_input);
  CHECK(partials.put("x", std::string(partial_bytes_max + 1, 'x'), "ann", part_time).error().code ==
        error_code::too_large);
  CHECK(partials.put("x", "\xff", "ann", part_time).error().code == error_code::invalid_input);
}

TEST_CASE("a partial's bytes on disk") {
  const stored_partial one{
      .name = "footer", .version = 2, .content = "Bye", .changed_at = part_time, .changed_by = "ann"};
  const auto bytes = encode_partial(one);
  CHECK(to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}) ==
        "a36261741b000001a230d5137a62627963616e6e67636f6e74656e7463427965");
  CHECK(expect(decode_partial("footer", 2, bytes)) == one);
  CHECK(decode_partial("footer", 2, "x").error().code == error_code::corrupt);
}

TEST_CASE("an attachment is kept once, whatever it is called") {
  any_store store(every_kind());
  const auto content = many_bytes(700'000);
  const auto first = upload(*store, content);
  CHECK(first.id == to_hex(sha256(content)));
  CHECK(first.bytes == content.size());
  const auto second = upload(*store, content, "other.pdf");
  CHECK(second.id == first.id);
  CHECK(expect(store->attachments().info(first.id)).name == "other.pdf");
  CHECK(expect(store->attachments().read(first.id)) == content);
  const auto empty = upload(*store, "");
  CHECK(expect(store->attachments().read(empty.id)).empty());
  const auto all = expect(store->attachments().list("", 10));
  REQUIRE(all.size() == 2);
  CHECK(expect(store->attachments().list(all[0].id, 10)).size() == 1);
  CHECK(expect(store->attachments().list("", 1)).size() == 1);
}

TEST_CASE("an attachment that was removed is gone; one that is not there is not found") {
  any_store store(every_kind());
  const auto id = upload(*store, "content").id;
  expect(store->attachments().remove(id));
  CHECK(store->attachments().read(id).error().code == error_code::not_found);
  CHECK(store->attachments().remove(id).error().code == error_code::not_found);
  CHECK(store->attachments().info("no id").error().code == error_code::not_found);
  CHECK(upload(*store, "content").id == id);
  CHECK(expect(store->attachments().read(id)) == "content");
}

TEST_CASE("an upload that breaks off, or is too large, leaves nothing") {
  any_store store(every_kind());
  {
    const auto writer = expect(store->attachments().begin("a", "text/plain", 10, part_time));
    expect(writer->add("123456"));
    CHECK(writer->add("78901").error().code == error_code::too_large);
  }
  CHECK(expect(store->attachments().list("", 10)).empty());
}

TEST_CASE("partials and attachments are there when the store is opened again, and for who only reads") {
  temporary_folder folder;
  const auto path = folder.path() / "data";
  const auto content = many_bytes(300'000);
  std::string id;
  {
    const auto store = expect(open_store(path, open_mode::read_write));
    expect(store->partials().put("footer", "first", "ann", part_time));
    id = upload(*store, content).id;
  }
  const auto store = expect(open_store(path, open_mode::read_only));
  CHECK(expect(store->partials().find("footer")).content == "first");
  CHECK(expect(store->attachments().read(id)) == content);
  CHECK(store->partials().put("x", "x", "ann", part_time).error().code == error_code::not_permitted);
  CHECK(store->attachments().begin("x", "x/x", 1, part_time).error().code == error_code::not_permitted);
  CHECK(store->attachments().remove(id).error().code == error_code::not_permitted);
}

TEST_CASE("a store of before there were partials and attachments is opened, also by who only reads") {
  temporary_folder folder;
  const auto path = folder.path() / "data";
  expect(expect(open_store(path, open_mode::read_write))->notes().save("one", "first"));
  {
    auto database = expect(rocksdb_database::open(path, open_mode::read_write, {}));
    for (const auto later : {family::partials, family::attachments})
      REQUIRE(database->db().DropColumnFamily((*database)[later]).ok());
  }
  {
    const auto store = expect(open_store(path, open_mode::read_only));
    CHECK(expect(store->notes().load("one")) == "first");
    CHECK(expect(store->partials().list()).empty());
    CHECK(store->partials().find("footer").error().code == error_code::not_found);
    CHECK(expect(store->attachments().list("", 10)).empty());
    CHECK(store->attachments().info(to_hex(sha256("x"))).error().code == error_code::not_found);
  }
  const auto store = expect(open_store(path, open_mode::read_write));
  expect(store->partials().put("footer", "first", "ann", part_time));
  CHECK(expect(store->attachments().read(upload(*store, "x").id)) == "x");
}
