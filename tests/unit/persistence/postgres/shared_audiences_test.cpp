// Audiences in a shared store: what nodes see of each other's imports, deletions and erasures.
#include "persistence/key_record_codec.hpp"
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/erasure.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/postgres/shared_tables.hpp"

#include <random>
#include <thread>

using namespace sluice;
using namespace sluice::testing;

namespace {

recipient listed_person(std::size_t number, std::size_t padding = 0) {
  return {.email = "Person" + std::to_string(number) + "@example.com",
          .fields = {{1, "Name " + std::to_string(number) + std::string(padding, '.')}}};
}

std::unique_ptr<audience_writer>
begin_list(audience_store& to, std::size_t count, std::string name = "people", std::size_t padding = 0) {
  auto writer = expect(to.begin(std::move(name), at_second(0)));
  CHECK(expect(writer->column("name")) == 1);
  for (std::size_t number = 0; number < count; ++number)
    CHECK(expect(writer->add(listed_person(number, padding))));
  return writer;
}

audience_info import_list(audience_store& to, std::size_t count, std::size_t padding = 0) {
  return expect(begin_list(to, count, "people", padding)->commit({{}, at_second(1)}));
}

/// The hash that its rows, as they are read, have.
std::string hash_of_rows(const audience_store& in, const audience_info& info) {
  audience_tree_builder tree;
  for (letter_index first = 0; first < info.size;) {
    const auto rows = expect(in.read_rows(info.id, first, 1'000));
    for (std::size_t row = 0; row < rows.size(); ++row)
      tree.add(rows.leaf(row));
    first += static_cast<letter_index>(rows.size());
  }
  return tree_hash(info.size, info.columns, tree.finish());
}

constexpr const char* rows_left = "SELECT (SELECT count(*) FROM audience_blocks) + (SELECT count(*) FROM "
                                  "audience_hashes) + (SELECT count(*) FROM audience_addresses)";

} // namespace

TEST_CASE(
    "an audience that one node imported is the same at another, to its hash, its proofs and its faults") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences here(shared->database(), shared->house(), 1, shared->scratch(1));
  postgres_audiences there(shared->database(), shared->house(), 2, shared->scratch(2));
  constexpr std::size_t count = 128 * 128 + 77;
  const auto info = import_list(here, count);
  CHECK(is_tree_hash(info.hash));
  CHECK(expect(there.info(info.id)) == info);
  CHECK(expect(there.list()) == std::vector{info});
  CHECK(hash_of_rows(there, info) == info.hash);
  CHECK(expect(there.verify(info)).empty());
  for (const letter_index row : {0U, 1'023U, 1'024U, static_cast<letter_index>(count) - 1}) {
    const auto proof = expect(there.prove(info, row));
    CHECK(proof.is_right);
    CHECK(expect(there.read(info.id, row, 1)).front() == listed_person(row));
  }
  std::mt19937 random(17);
  for (int round = 0; round < 60; ++round) {
    const auto first = static_cast<letter_index>(random() % (count + 100));
    const auto wanted = random() % 3'000;
    const auto rows = expect(there.read_checked(info.id, info.hash, first, wanted));
    REQUIRE(rows.size() == (first < count ? std::min<std::size_t>(wanted, count - first) : 0));
    for (std::size_t row = 0; row < rows.size(); ++row)
      CHECK(to_recipient(rows[row]) == listed_person(first + row));
  }
  const auto told = shared->told();
  REQUIRE(told.size() == 2);
  CHECK(std::get<house::audience_imported>(told[1]) ==
        house::audience_imported{info.id, "people", info.size, info.hash});

  CHECK_FALSE(std::filesystem::exists(shared->scratch(1) / "1"));
}

TEST_CASE("rows of any size are read in pieces of bounded bytes, one row at least") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  const auto info = import_list(audiences, 30, 300'000);
  CHECK(shared->number("SELECT count(*) FROM audience_blocks") == 30); // two would be more than a block
  CHECK(expect(audiences.read_rows(info.id, 0, 30, 700'000)).size() == 2);
  CHECK(expect(audiences.read_rows(info.id, 29, 30, 10)).size() == 1);
  CHECK(expect(audiences.read(info.id, 0, 30)).back() == listed_person(29, 300'000));
  CHECK(expect(audiences.verify(info)).empty());
}

TEST_CASE("thousands of addresses are found at once in a shared store, each at its place, and no others") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  const auto info = import_list(audiences, 5'000);
  std::vector<std::string> addresses;
  for (std::size_t number = 0; number < 6'000; ++number)
    addresses.push_back("pERSON" + std::to_string(number) + "@EXAMPLE.com");
  std::ranges::shuffle(addresses, std::mt19937(3));
  addresses.push_back(addresses.front());
  const auto places =
      expect(audiences.find_all(info.id, std::vector<std::string_view>(addresses.begin(), addresses.end())));
  for (std::size_t at = 0; at < addresses.size(); ++at) {
    const auto number = static_cast<letter_index>(std::stoul(addresses[at].substr(6)));
    CHECK(places[at] == (number < 5'000 ? std::optional(number) : std::nullopt));
  }
  CHECK_FALSE(expect(audiences.find(info.id, "nobody@example.com")));
}

TEST_CASE("rows, their index and their tree that somebody altered in the database are found out") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  const auto info = import_list(audiences, 2'000);
  const auto codes = [&] {
    std::vector<std::string> all;
    // One that has checked nothing yet: parts of a tree that were right are not read again.
    const postgres_audiences fresh(shared->database(), shared->house(), 2, shared->scratch(2));
    for (const auto& fault : expect(fresh.verify(info)))
      all.push_back(fault.what.code);
    return all;
  };
  REQUIRE(codes().empty());
  SECTION("another row under the same index") {
    auto block =
        *unpack_row_block(1024, shared->bytes("SELECT content FROM audience_blocks WHERE first = 1024"));
    block.entries.replace(block.entries.find("Person1500@"), 10, "Person9500");
    pg_parameters of;
    of.add_bytes(pack_row_block(block));
    expect(shared->database().run("altered by a test",
                                  "UPDATE audience_blocks SET content = $1 WHERE first = 1024", of));
    CHECK(codes() ==
          std::vector<std::string>{"audience_row_changed", "audience_index_wrong", "audience_index_missing"});
    CHECK(audiences.read_checked(info.id, info.hash, 1'500, 1).error().code == error_code::corrupt);
    CHECK(expect(audiences.read_checked(info.id, info.hash, 1'600, 1)).size() == 1);
  }
  SECTION("a block of rows that is gone") {
    shared->run("DELETE FROM audience_blocks WHERE first = 1024");
    CHECK(codes() == std::vector<std::string>{"audience_unreadable"});
    CHECK(audiences.read_rows(info.id, 1'024, 1, 1'000).error().code == error_code::corrupt);
    CHECK(expect(audiences.read(info.id, 1'000, 24)).size() == 24);
  }
  SECTION("a block of the index that is gone") {
    shared->run("DELETE FROM audience_addresses WHERE first = (SELECT first FROM audience_addresses ORDER BY "
                "first LIMIT 1)");
    CHECK(codes() == std::vector<std::string>(96, "audience_index_missing"));
  }
  SECTION("an index whose entries nobody would find") {
    shared->run("UPDATE audience_addresses SET content = substr(content, 21) || substr(content, 1, 20) "
                "WHERE first = (SELECT first FROM audience_addresses ORDER BY first LIMIT 1)");
    CHECK_FALSE(codes().empty());
  }
  SECTION("two entries of the index that changed places") {
    shared->run(
        "UPDATE audience_addresses SET content = substr(content, 1, 20) || substr(content, 41, 20) || "
        "substr(content, 21, 20) || substr(content, 61) "
        "WHERE first = (SELECT first FROM audience_addresses ORDER BY first LIMIT 1)");
    CHECK(codes() == std::vector<std::string>{"audience_index_wrong", "audience_index_missing"});
  }
  SECTION("the tree") {
    shared->run("UPDATE audience_hashes SET hashes = set_byte(hashes, 40, 1 - get_byte(hashes, 40) % 2) "
                "WHERE level = 0");
    CHECK_FALSE(codes().empty());
  }
}

TEST_CASE("an import that broke off leaves nothing in a shared store, at once or at its node's next start") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  audience_id first;
  {
    const auto dropped = begin_list(audiences, 10);
    first = audience_id{static_cast<std::uint64_t>(shared->number("SELECT max(audience) FROM audiences"))};
    CHECK(expect(audiences.list()).empty());
    CHECK(audiences.info(first).error().code == error_code::not_found);
  }
  audiences.finish_cleaning();
  CHECK(shared->number("SELECT count(*) FROM audiences") == 0);
  // Of processes that were killed: this node's, another's of today, another's of the day before yesterday.
  shared->run("INSERT INTO audiences (audience, importer, begun) SELECT * FROM (VALUES (101, 1, 0), (102, 2, "
              "0), (103, 2, 0)) v");
  shared->run("UPDATE audiences SET begun = (extract(epoch FROM clock_timestamp()) * 1000)::int8 WHERE "
              "audience < 103");
  shared->run("INSERT INTO audience_blocks SELECT a, n, '' FROM generate_series(101, 103) a, "
              "generate_series(1, 600) n");
  shared->run("INSERT INTO audience_addresses SELECT a, decode(lpad(to_hex(n), 8, '0'), 'hex'), '' FROM "
              "generate_series(101, 103) a, generate_series(1, 600) n");
  {
    postgres_audiences again(shared->database(), shared->house(), 1, shared->scratch(9));
    again.finish_cleaning();
    CHECK(shared->number("SELECT sum(audience)::int8 FROM audiences") == 102);
    CHECK(shared->number("SELECT count(*) FROM audience_blocks") == 600);
    CHECK(shared->number("SELECT count(*) FROM audience_addresses WHERE audience = 102") > 0);
    CHECK(shared->number("SELECT count(*) FROM audience_addresses WHERE audience <> 102") == 0);
  }
  CHECK(import_list(audiences, 10).id.value == first.value + 1);
}

TEST_CASE("an import that was taken for a broken-off one is refused, and nothing of it is left") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  {
    const auto writer = begin_list(audiences, 3'000);
    shared->run("UPDATE audiences SET importer = NULL, is_garbage = true");
    CHECK(writer->commit({}).error().code == error_code::storage_failed);
    CHECK(writer->commit({}).error().code == error_code::storage_failed);
  }
  audiences.finish_cleaning();
  CHECK(shared->number(rows_left) == 0);
  CHECK(shared->number("SELECT count(*) FROM audiences") == 0);
  CHECK(shared->told().empty());
}

TEST_CASE("a deleted audience is gone at every node, although another has read it, and its rows leave the "
          "database") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences here(shared->database(), shared->house(), 1, shared->scratch(1));
  postgres_audiences there(shared->database(), shared->house(), 2, shared->scratch(2));
  const auto info = import_list(here, 2'000);
  CHECK(expect(there.read(info.id, 5, 10)).size() == 10);
  expect(here.remove(info.id, {{}, at_second(9)}));
  for (const auto* one : {&here, &there}) {
    CHECK(one->read_rows(info.id, 5, 10, 1'000).error().notice.code == "audience_deleted");
    CHECK(one->info(info.id).error().notice.code == "audience_deleted");
    CHECK(one->find_all(info.id, {}).error().notice.code == "audience_deleted");
    CHECK(expect(one->list()).empty());
  }
  CHECK(there.remove(info.id, {}).error().notice.code == "audience_deleted");
  CHECK(there.rename(audience_id{99}, "none", {}).error().notice.code == "audience_unknown");
  here.finish_cleaning();
  CHECK(shared->number(rows_left) == 0);
  CHECK(shared->number("SELECT count(*) FROM audiences WHERE NOT is_garbage") == 1);
  CHECK(import_list(there, 1).id.value == info.id.value + 1);
}

TEST_CASE("audiences that are made together come with their key, all or none of them") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  const auto make_two = [&] {
    std::vector<std::unique_ptr<audience_writer>> writers;
    writers.push_back(begin_list(audiences, 3, "first"));
    writers.push_back(begin_list(audiences, 4, "second"));
    return audiences.commit_all(writers, {{}, at_second(1)}, [](const std::vector<audience_info>& made) {
      return key_record{.key = "a key",
                        .what = "import",
                        .campaign = {},
                        .answer = {},
                        .at = at_second(1),
                        .response = std::to_string(made.size()) + " lists"};
    });
  };
  const auto made = expect(make_two());
  REQUIRE(made.size() == 2);
  CHECK(made[0].name == "first");
  CHECK(made[1].size == 4);
  CHECK(expect(decode_key_record("a key", shared->bytes("SELECT value FROM keys WHERE key = 'a key'")))
            .response == "2 lists");
  // Another node was asked the same, and answered first.
  CHECK(make_two().error().notice.code == "idempotency_key_taken");
  CHECK(expect(audiences.list()) == made);
  CHECK(shared->told().size() == 3);
}

TEST_CASE("what is known of an import and its name are kept with an audience of a shared store") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences audiences(shared->database(), shared->house(), 1, shared->scratch());
  auto writer = begin_list(audiences, 3);
  const import_record how{.summary = {.read = {}, .left_out_total = 1, .left_out_repeated = 0, .reasons = {}},
                          .left_out = {{.line = 4, .why = notice{"address_invalid"}, .cell = "no address"}}};
  writer->describe(how);
  writer->rename("friends");
  const auto info = expect(writer->commit({{}, at_second(1)}));
  CHECK(info.name == "friends");
  CHECK(expect(audiences.import_of(info.id)) == how.summary);
  CHECK(expect(audiences.left_out(info.id)) == how.left_out);
  CHECK(expect(audiences.rename(info.id, "all friends", {{}, at_second(2)})).name == "all friends");
  CHECK(expect(audiences.info(info.id)).name == "all friends");
  CHECK(std::get<house::audience_renamed>(shared->told().back()) ==
        house::audience_renamed{info.id, "all friends", "friends"});
  CHECK(begin_list(audiences, 0)->commit({}).error().code == error_code::invalid_input);
}

TEST_CASE("two nodes import at the same moment, each its own list") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_audiences here(shared->database(), shared->house(), 1, shared->scratch(1));
  postgres_audiences there(shared->database(), shared->house(), 2, shared->scratch(2));
  std::vector<audience_info> made_there;
  const auto import_some = [](postgres_audiences& to, std::size_t rows, std::vector<audience_info>& made) {
    for (int list = 0; list < 5; ++list) {
      auto writer = to.begin("list", at_second(0));
      for (std::size_t number = 0; writer && number < rows; ++number)
        static_cast<void>(
            (*writer)->add({.email = std::to_string(number) + "@example.com", .fields = {}}).has_value());
      if (auto info = writer ? (*writer)->commit({}) : result<audience_info>(std::unexpected(writer.error())))
        made.push_back(*info);
    }
  };
  std::vector<audience_info> made;
  {
    std::thread other([&] { import_some(there, 700, made_there); });
    import_some(here, 1'500, made);
    other.join();
  }
  REQUIRE(made.size() == 5);
  REQUIRE(made_there.size() == 5);
  for (const auto* some : {&made, &made_there})
    for (const auto& info : *some)
      CHECK(expect(here.verify(info)).empty());
  CHECK(expect(here.list()).size() == 10);
  CHECK(shared->told().size() == 11);
}
