// Attachments in a shared store.
#include "persistence/postgres/attachments.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/postgres/shared_tables.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

constexpr std::uint64_t upload_bytes_max = 10U << 20U;

stored_attachment upload(attachment_store& to, const std::string& content, std::string name) {
  auto writer = expect(to.begin(std::move(name), "text/plain", upload_bytes_max, at_second(1)));
  for (std::size_t at = 0; at < content.size(); at += 100'000)
    expect(writer->add(std::string_view(content).substr(at, 100'000)));
  return expect(writer->commit());
}

std::string content_of(std::size_t bytes, unsigned seed) {
  std::string content;
  for (std::size_t at = 0; at < bytes; ++at)
    content.push_back(static_cast<char>((at * 31 + seed + at / 977) & 0xffU));
  return content;
}

} // namespace

TEST_CASE(
    "an attachment that one node took is read at another, and is kept once under the name it had last") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_attachments here(shared->database(), 1);
  postgres_attachments there(shared->database(), 2);
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, attachment_piece_bytes, 17 * attachment_piece_bytes + 5}) {
    const auto content = content_of(bytes, 1);
    const auto kept = upload(here, content, "first.txt");
    CHECK(kept.id == to_hex(sha256(content)));
    CHECK(expect(there.info(kept.id)) == kept);
    CHECK(expect(there.read(kept.id)) == content);
    CHECK(upload(there, content, "second.txt").id == kept.id);
    CHECK(expect(here.info(kept.id)).name == "second.txt");
    CHECK(expect(here.read(kept.id)) == content);
  }
  CHECK(shared->number("SELECT count(*) FROM attachments") == 4);
  CHECK(shared->number("SELECT count(*) FROM attachment_pieces") == 20);
  CHECK(shared->number("SELECT count(*) FROM uploads") == 0);
  const auto all = expect(there.list("", 100));
  REQUIRE(all.size() == 4);
  CHECK(std::ranges::is_sorted(all, {}, &stored_attachment::id));
  CHECK(expect(there.list("", 2)) == std::vector{all[0], all[1]});
  CHECK(expect(there.list(all[1].id, 100)) == std::vector{all[2], all[3]});
  expect(here.remove(all[0].id));
  CHECK(there.read(all[0].id).error().code == error_code::not_found);
  CHECK(there.remove(all[0].id).error().code == error_code::not_found);
  CHECK(there.info("no id").error().code == error_code::not_found);
}

TEST_CASE("an attachment whose content was altered in the database is damaged") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_attachments attachments(shared->database(), 1);
  const auto kept = upload(attachments, content_of(300'000, 2), "a.txt");
  shared->run("UPDATE attachment_pieces SET content = set_byte(content, 7, 0) WHERE piece = 1");
  CHECK(attachments.read(kept.id).error().code == error_code::corrupt);
}

TEST_CASE(
    "of an upload to a shared store that broke off nothing stays, at once or at its node's next start") {
  const auto shared = shared_tables::make();
  if (!shared)
    return;
  postgres_attachments attachments(shared->database(), 1);
  {
    auto writer = expect(attachments.begin("a.txt", "text/plain", upload_bytes_max, at_second(1)));
    expect(writer->add(content_of(600'000, 3)));
    CHECK(shared->number("SELECT count(*) FROM attachment_pieces") == 2);
    CHECK(expect(attachments.list("", 10)).empty());
    CHECK(writer->add(content_of(upload_bytes_max, 3)).error().code == error_code::too_large);
  }
  CHECK(shared->number("SELECT count(*) FROM attachment_pieces") == 0);
  shared->run("INSERT INTO uploads SELECT * FROM (VALUES (101, 1, 0), (102, 2, 0), (103, 2, 0)) v");
  shared->run(
      "UPDATE uploads SET begun = (extract(epoch FROM clock_timestamp()) * 1000)::int8 WHERE upload < 103");
  shared->run("INSERT INTO attachment_pieces VALUES (101, 0, 'one'), (102, 0, 'two'), (103, 0, 'three')");
  auto late = expect(attachments.begin("a.txt", "text/plain", upload_bytes_max, at_second(1)));
  const postgres_attachments again(shared->database(), 1);
  CHECK(shared->number("SELECT sum(upload)::int8 FROM attachment_pieces") == 102);
  // Whose upload was taken for a broken-off one is told.
  expect(late->add("some bytes"));
  CHECK(late->commit().error().code == error_code::storage_failed);
  CHECK(shared->number("SELECT count(*) FROM attachments") == 0);
}
