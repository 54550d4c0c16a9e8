// A copy of a store: all that there is, of whatever kind, broken off anywhere, held against its source.
#include "persistence/audience_info_codec.hpp"
#include "persistence/cluster_table.hpp"
#include "persistence/postgres/store_copy.hpp"
#include "persistence/rocksdb/store_copy.hpp"
#include "persistence/stores/copy_store.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/rocksdb/test_disk.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr act copied_by{{}, timestamp{milliseconds{1'700'000'000'000}}};
constexpr campaign_id gone_campaign{2};
constexpr letter_index copied_rows = 2'500;

/// A place for a store, of one kind.
class copy_end {
public:
  explicit copy_end(store_kind kind) {
    if (kind == store_kind::postgres)
      database_.emplace();
  }
  std::string url() const { return database_ ? database_->url() : (folder_.path() / "data").string(); }
  std::unique_ptr<store> open(const std::string& node = "a") const {
    return expect(try_open(open_mode::read_write, node));
  }
  result<std::unique_ptr<store>> try_open(open_mode mode, const std::string& node = "a") const {
    return open_store(url(), mode, {.node = node, .folder = folder_.path() / node, .accept_single = true});
  }
  std::unique_ptr<copy_target> target(const std::string& secret) const {
    return database_ ? expect(open_postgres_copy_target(url(), true, secret))
                     : expect(open_rocksdb_copy_target(url(), secret));
  }

private:
  temporary_folder folder_;
  std::optional<test_database> database_;
};

struct copy_kinds {
  store_kind from;
  store_kind to;
};

std::ostream& operator<<(std::ostream& out, const copy_kinds& kinds) {
  return out << kinds.from << " to " << kinds.to;
}

copy_kinds every_copy() {
  using enum store_kind;
  if (!has_postgres())
    return {rocksdb, rocksdb};
  return GENERATE(copy_kinds{rocksdb, postgres}, copy_kinds{postgres, rocksdb}, copy_kinds{rocksdb, rocksdb},
                  copy_kinds{postgres, postgres});
}

/// Something in every table.
void fill(store& into) {
  auto writer = expect(into.audiences().begin("people", at_second(0)));
  const auto name = expect(writer->column("name"));
  for (letter_index row = 0; row < copied_rows; ++row)
    REQUIRE(expect(
        writer->add({"p" + std::to_string(row) + "@example.com", {{name, std::string(row % 700, 'x')}}})));
  import_record how;
  how.left_out.push_back({.line = 7, .why = notice{"no_address"}, .cell = "no address"});
  writer->describe(how);
  expect(writer->commit(copied_by));
  for (const auto* other : {"others", "deleted"}) {
    auto few = expect(into.audiences().begin(other, at_second(1)));
    REQUIRE(expect(few->add({"Ann@Example.com", {}})));
    REQUIRE(expect(few->add({"bob@example.com", {}})));
    const auto made = expect(few->commit(copied_by));
    if (other == std::string_view("deleted"))
      expect(into.audiences().remove(made.id, copied_by));
  }
  expect(into.suppressions().add(
      {{"p5@example.com", "bounced", at_second(1)},
       {"@shop.example", "operator", at_second(1), "Weekly", copied_by.at + std::chrono::hours(1'000'000)},
       {"@*.shop.example", "complained", at_second(1)},
       {"zoe@example.com", "complained", at_second(1), "Ab"}},
      copied_by));
  expect(into.erase("ann@example.com", copied_by));
  expect(into.erase("p1999@example.com", copied_by));
  expect(into.tokens().create(role::viewer, "eye", copied_by));
  expect(into.tokens().create(role::admin, "hand", copied_by));
  expect(into.tokens().revoke("eye", copied_by));
  auto keyed = request(one_campaign, 0, {cancelled_saying("1")});
  keyed.key = key_record{
      .key = "shop\nabc", .what = "create", .campaign = one_campaign, .answer = {}, .at = at_second(3)};
  expect(append_now(into.journal(), std::move(keyed)));
  append_many(into.journal(), one_campaign, 1, 20);
  append_many(into.journal(), gone_campaign, 0, 3);
  append_many(into.journal(), {3}, 0, 300);
  const auto end = expect(std::as_const(into).journal().head(gone_campaign));
  expect(into.removed_campaigns().remove({.campaign = gone_campaign,
                                          .name = "Spring",
                                          .status = "sent",
                                          .audience = {1},
                                          .last = end.number,
                                          .hash = to_hex(end.hash),
                                          .over_since = at_second(3)},
                                         copied_by));
  into.snapshots().save({3}, {.number = 300, .state = "three hundred"});
  expect(into.notes().save("relay/one", "slow"));
  expect(into.partials().put("footer", "first", "ann", at_second(4)));
  expect(into.partials().put("footer", "second", "ann", at_second(5)));
  expect(into.partials().remove("footer", "ann", at_second(6)));
  expect(into.partials().put("footer.a", "other", "ann", at_second(6)));
  auto upload = expect(into.attachments().begin("a.pdf", "application/pdf", 1U << 20U, at_second(7)));
  expect(upload->add(std::string(600'000, 'q')));
  expect(upload->commit());
}

copy_settings at_once(std::function<bool(const copy_progress&)> progress = {}) {
  return {.accept_single = true,
          .wait = [](milliseconds) {},
          .progress = std::move(progress),
          .now = copied_by.at};
}

copy_report copy_all(const copy_end& from, const copy_end& to) {
  return expect(copy_store(from.url(), to.url(), at_once()));
}

error copy_refusal(const copy_end& from, const copy_end& to, const copy_settings& settings) {
  const auto copied = copy_store(from.url(), to.url(), settings);
  if (copied)
    throw std::runtime_error("the store was copied");
  return copied.error();
}

void check_same(const copy_report& one, const copy_report& other) {
  for (std::size_t table = 0; table < copy_table_count; ++table) {
    INFO(name_of(static_cast<copy_table>(table)));
    CHECK(one.tables[table].records > 0);
    CHECK(one.tables[table].digest == other.tables[table].digest);
  }
  CHECK(one.logs == other.logs);
}

} // namespace

TEST_CASE("a copy has all that the source had, and works on: of every kind into every kind, and back") {
  const auto kinds = every_copy();
  INFO(kinds);
  const copy_end from(kinds.from);
  fill(*from.open());
  const copy_end to(kinds.to);
  const copy_end back(kinds.from);
  const auto there = copy_all(from, to);
  check_same(there, copy_all(to, back));

  for (const auto* const end : {&to, &back}) {
    const auto before = expect(from.try_open(open_mode::read_only));
    const auto after = end->open();
    CHECK(after->secret() == before->secret());
    CHECK(after->table_faults().empty());
    CHECK(expect(after->journal().head({3})) == expect(before->journal().head({3})));
    CHECK(after->house().last_number() == before->house().last_number());
    CHECK(expect(after->journal().find_key("shop\nabc")) == expect(before->journal().find_key("shop\nabc")));
    const auto people = expect(after->audiences().list());
    CHECK(people == expect(before->audiences().list()));
    for (const auto& one : people)
      CHECK(expect(after->audiences().verify(one)).empty());
    CHECK(expect(after->audiences().find({1}, "P2499@example.com")) == std::optional<letter_index>(2499));
    CHECK(expect(after->audiences().find({2}, "ann@example.com")) == std::optional<letter_index>(0));
    CHECK(after->audiences().info({3}).error().notice.code == "audience_deleted");
    CHECK(expect(after->audiences().left_out({1})).size() == 1);
    const auto kept = expect(after->suppressions().find(
        {"p5@example.com", "ann@example.com", "x@a.shop.example", "zoe@example.com"},
        {.list = "", .now = copied_by.at}));
    CHECK(kept[0].has_value());
    CHECK(kept[1].has_value());
    CHECK(kept[2].has_value());
    CHECK_FALSE(kept[3].has_value());
    CHECK(expect(after->removed_campaigns().find(gone_campaign)).has_value());
    CHECK(expect(after->notes().load("relay/one")) == "slow");
    CHECK(expect(after->partials().find("footer", 1)).content == "first");
    const auto files = expect(after->attachments().list("", 10));
    REQUIRE(files.size() == 1);
    CHECK(expect(after->attachments().read(files[0].id)) == std::string(600'000, 'q'));

    // Numbers and names that were given are not given again.
    CHECK(expect(after->next_campaign()).value > 3);
    CHECK(expect(after->audiences().begin("new", at_second(9))) != nullptr);
    CHECK_FALSE(after->tokens().create(role::viewer, "hand", copied_by).has_value());
    auto more = expect(after->audiences().begin("more", at_second(9)));
    REQUIRE(expect(more->add({"new@example.com", {}})));
    CHECK(expect(more->commit(copied_by)).id.value > 3);
    if (auto* const cluster = after->cluster()) {
      // They are a node's that has left: whoever comes first takes them over.
      const auto rows = expect(cluster->nodes());
      const auto left = std::ranges::find(rows, node_state::left, &node_row::state);
      REQUIRE(left != rows.end());
      const std::vector<campaign_id> all{one_campaign, {3}};
      CHECK(expect(cluster->take(all, *left)) == all);
    }
    append_many(after->journal(), {3}, 300, 1);
    CHECK(read_all(after->journal(), {3}).size() == 301);
  }
}

TEST_CASE("a copy that broke off anywhere goes on, and no engine opens it before it is complete") {
  const auto kinds = every_copy();
  INFO(kinds);
  const copy_end from(kinds.from);
  fill(*from.open());
  const copy_end whole(kinds.to);
  const auto expected = copy_all(from, whole);
  const copy_end to(kinds.to);
  // Each run comes one step further than the one before: what is copied by then is not copied again.
  std::size_t runs = 0;
  for (auto is_done = false; !is_done; ++runs) {
    REQUIRE(runs < 200);
    std::size_t copied = 0;
    const auto run =
        copy_store(from.url(), to.url(),
                   at_once([&](const copy_progress& at) { return at.is_checking || ++copied < 2; }));
    is_done = run.has_value();
    if (is_done) {
      check_same(expected, *run);
    } else {
      CHECK(run.error().code == error_code::unavailable);
      for (const auto mode : {open_mode::read_write, open_mode::read_only}) {
        const auto opened = to.try_open(mode);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().code == error_code::unavailable);
        CHECK(opened.error().message.find("sluice store copy") != std::string::npos);
      }
    }
  }
  CHECK(runs > 5);
  CHECK(to.open()->table_faults().empty());
}

TEST_CASE("what is not the source's in the target is found, whichever table it is in") {
  const auto kinds = every_copy();
  INFO(kinds);
  const copy_end from(kinds.from);
  fill(*from.open());
  const auto secret = expect(from.try_open(open_mode::read_only))->secret();
  const auto table = GENERATE(copy_table::audiences, copy_table::audience_hashes, copy_table::keys,
                              copy_table::notes, copy_table::partials, copy_table::attachment_pieces,
                              copy_table::attachments, copy_table::events, copy_table::counters);
  INFO(name_of(table));
  const copy_end to(kinds.to);
  const auto at_check = [](const copy_progress& at) { return !at.is_checking; };
  CHECK(copy_refusal(from, to, at_once(at_check)).code == error_code::unavailable);
  {
    const auto target = to.target(secret);
    auto some = expect(target->contents().read(table, ""));
    REQUIRE_FALSE(some.empty());
    auto& last = some.back();
    last.value.back() = static_cast<char>(last.value.back() ^ 1);
    expect(target->put(table, std::span(&last, 1), {copy_table::counters, "upload"}));
  }
  const auto found = copy_refusal(from, to, at_once());
  CHECK(found.code == error_code::corrupt);
  CHECK_FALSE(to.try_open(open_mode::read_only).has_value());
}

TEST_CASE("a store that an engine has open is not copied") {
  const auto kind =
      has_postgres() ? GENERATE(store_kind::rocksdb, store_kind::postgres) : store_kind::rocksdb;
  const copy_end from(kind);
  const copy_end to(store_kind::rocksdb);
  const auto running = from.open("north");
  auto settings = at_once();
  settings.wait = [&](milliseconds) {
    if (auto* const cluster = running->cluster())
      expect(cluster->beat());
  };
  const auto refused = copy_refusal(from, to, settings);
  CHECK(refused.code == error_code::unavailable);
  if (kind == store_kind::postgres) {
    CHECK(refused.message.find("north") != std::string::npos);
    // One that hangs until the copy is nearly done is seen, too.
    const auto late = copy_refusal(from, to, at_once([&](const copy_progress&) {
                                     expect(running->cluster()->beat());
                                     return true;
                                   }));
    INFO(late.message);
    CHECK(late.code == error_code::unavailable);
    CHECK_FALSE(to.try_open(open_mode::read_only).has_value());
  }
}

TEST_CASE("a copy goes into nothing that holds another store, or another's copy") {
  const auto kinds = every_copy();
  INFO(kinds);
  const copy_end from(kinds.from);
  fill(*from.open());
  const copy_end taken(kinds.to);
  append_many(taken.open()->journal(), one_campaign, 0, 1);
  CHECK(copy_refusal(from, taken, at_once()).code == error_code::conflict);
  CHECK(read_all(expect(taken.try_open(open_mode::read_only))->journal(), one_campaign).size() == 1);

  const copy_end other(kinds.from);
  fill(*other.open());
  const copy_end begun(kinds.to);
  CHECK(copy_refusal(other, begun, at_once([](const copy_progress&) { return false; })).code ==
        error_code::unavailable);
  CHECK(copy_refusal(from, begun, at_once()).code == error_code::conflict);
  append_many(other.open()->journal(), {1}, 21, 1);
  CHECK(copy_refusal(other, begun, at_once()).code == error_code::conflict);
}

TEST_CASE("lists of before, and a store without the house's log, are refused with what to do") {
  const copy_end before(store_kind::rocksdb);
  const std::string secret(32, 's');
  {
    const auto made = before.target(secret);
    expect(made->begin({std::string(32, 'f'), "a test"}));
    const audience_info flat{.id = {4},
                             .name = "old",
                             .size = 1,
                             .columns = {},
                             .hash = std::string(64, 'a'),
                             .created_at = at_second(0)};
    expect(made->put(
        copy_table::audiences,
        std::vector<copy_record>{{"i" + copy_key(4, 0).substr(0, 8), encode_audience_info(flat)}}, {}));
    expect(made->complete(at_second(0)));
  }
  const copy_end to(store_kind::rocksdb);
  const auto without = copy_refusal(before, to, at_once());
  CHECK(without.code == error_code::not_allowed_now);
  CHECK(without.message.find("start this engine once") != std::string::npos);
  before.open();
  const auto flat = copy_refusal(before, to, at_once());
  CHECK(flat.code == error_code::not_allowed_now);
  CHECK(flat.message.find("a4") != std::string::npos);
}

TEST_CASE("a source that is not there is told of, and nothing is made in its place") {
  const copy_end from(store_kind::rocksdb);
  const copy_end to(store_kind::rocksdb);
  CHECK(copy_refusal(from, to, at_once()).code == error_code::not_found);
  CHECK_FALSE(std::filesystem::exists(from.url()));
  CHECK_FALSE(std::filesystem::exists(to.url()));
  CHECK(copy_store("memory:", to.url(), at_once()).error().code == error_code::invalid_input);
}

TEST_CASE("a copy whose disk fills up, or whose machine loses its power, goes on where it was") {
  const copy_end from(store_kind::rocksdb);
  fill(*from.open());
  const copy_end to(store_kind::rocksdb);
  const auto is_power_cut = GENERATE(false, true);
  const auto disk = std::make_shared<test_disk>();
  {
    const auto source = expect(open_rocksdb_copy_source(from.url()));
    rocksdb_environment environment;
    environment.files = disk;
    auto target = expect(open_rocksdb_copy_target(to.url(), source->secret(), environment));
    std::size_t told = 0;
    const auto broken = copy_store(*source, *target, "a test", false, at_once([&](const copy_progress&) {
      if (++told < 3)
        return true;
      if (is_power_cut)
        disk->cut_power();
      else
        disk->fail_with(test_disk::fault::full);
      return !is_power_cut;
    }));
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.error().code == (is_power_cut ? error_code::unavailable : error_code::storage_failed));
  }
  if (is_power_cut)
    disk->lose_unsynced(50);
  CHECK_FALSE(to.try_open(open_mode::read_only).has_value());
  copy_all(from, to);
  CHECK(to.open()->table_faults().empty());
}
