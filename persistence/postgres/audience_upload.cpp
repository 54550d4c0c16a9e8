#include "persistence/postgres/audience_upload.hpp"

#include "persistence/audience_rows.hpp"
#include "persistence/postgres/address_blocks.hpp"
#include "persistence/postgres/row_blocks.hpp"

#include <fmt/format.h>

#include <optional>
#include <span>

namespace sluice {

namespace {

/// Of one statement; one that is larger goes alone.
constexpr std::size_t upload_bytes_at_once = 1U << 20U;

/// The lock lets nobody delete what the import left while it is being written; whoever was late finds no import any more.
constexpr std::string_view mine = "WITH mine AS (SELECT audience FROM audiences WHERE audience = $1 AND "
                                  "importer = $2 AND info IS NULL FOR SHARE) ";

std::string insert_blocks(std::string_view table, std::string_view first) {
  return fmt::format("{}INSERT INTO {} SELECT mine.audience, w.first, w.content FROM mine, "
                     "unnest($3::{}[], $4::bytea[]) AS w(first, content) "
                     "ON CONFLICT (audience, first) DO UPDATE SET content = excluded.content",
                     mine, table, first);
}

} // namespace

audience_upload::audience_upload(const postgres_database& database,
                                 const address_hider& hide,
                                 audience_id to,
                                 std::int64_t importer) :
    database_(database), hide_(hide), to_(to), importer_(importer) {}

result<void> audience_upload::run(const audience_store& from,
                                  const audience_info& info,
                                  const std::filesystem::path& folder) {
  if (auto begun = begin(); !begun)
    return begun;
  if (auto done = upload_rows(from, info); !done)
    return done;
  if (auto done = upload_tree(from, info); !done)
    return done;
  return upload_addresses(from, info, folder);
}

result<void> audience_upload::send(const std::string& statement, const pg_parameters& of) const {
  const auto doing = fmt::format("cannot bring audience {} to the database", to_string(to_));
  const auto sent = database_.run(doing, statement, of);
  if (!sent)
    return std::unexpected(sent.error());
  if (sent->changed() == 0)
    return failure(
        error_code::storage_failed,
        fmt::format("{}: it was taken for an import that had broken off, and its rows were deleted; "
                    "import it again",
                    doing));
  return {};
}

/// From now on it counts as broken off a day later.
result<void> audience_upload::begin() {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(to_.value)).add(importer_);
  return send("UPDATE audiences SET begun = (extract(epoch FROM clock_timestamp()) * 1000)::int8 "
              "WHERE audience = $1 AND importer = $2 AND info IS NULL",
              of);
}

result<void> audience_upload::upload_rows(const audience_store& from, const audience_info& info) {
  std::vector<std::int64_t> firsts;
  std::vector<std::string> contents;
  std::size_t bytes = 0;
  const auto flush = [&]() -> result<void> {
    pg_parameters of;
    of.add(static_cast<std::int64_t>(to_.value)).add(importer_).add_all(firsts).add_all_bytes(contents);
    firsts.clear();
    contents.clear();
    bytes = 0;
    static const auto statement = insert_blocks("audience_blocks", "int8");
    return send(statement, of);
  };
  for (letter_index first = 0; first < info.size;) {
    const auto rows = from.read_rows(info.id, first, row_block_rows_max, row_block_bytes_max);
    if (!rows)
      return std::unexpected(rows.error());
    row_block block{first, static_cast<letter_index>(rows->size()), {}};
    for (std::size_t row = 0; row < rows->size(); ++row)
      append_entry(rows->sealed(row), block.entries);
    firsts.push_back(first);
    contents.push_back(pack_row_block(block));
    bytes += contents.back().size();
    first += block.rows;
    if (bytes >= upload_bytes_at_once || first == info.size)
      if (auto sent = flush(); !sent)
        return sent;
  }
  return {};
}

result<void> audience_upload::upload_tree(const audience_store& from, const audience_info& info) {
  std::vector<std::int64_t> levels;
  std::vector<std::int64_t> places;
  std::vector<std::string> hashes;
  std::size_t bytes = 0;
  const auto flush = [&]() -> result<void> {
    if (hashes.empty())
      return {};
    pg_parameters of;
    of.add(static_cast<std::int64_t>(to_.value)).add(importer_);
    of.add_all(levels).add_all(places).add_all_bytes(hashes);
    levels.clear();
    places.clear();
    hashes.clear();
    bytes = 0;
    static const auto statement =
        fmt::format("{}INSERT INTO audience_hashes SELECT mine.audience, w.* FROM mine, "
                    "unnest($3::int8[], $4::int8[], $5::bytea[]) AS w(level, place, hashes) "
                    "ON CONFLICT (audience, level, place) DO UPDATE SET hashes = excluded.hashes",
                    mine);
    return send(statement, of);
  };
  const auto add_level = [&](unsigned level, letter_index count) -> result<void> {
    for (std::uint32_t place = 0; place < count; ++place) {
      auto block = from.tree_hashes(info.id, level, place);
      if (!block)
        return std::unexpected(block.error());
      levels.push_back(level);
      places.push_back(place);
      hashes.push_back(*std::move(block));
      bytes += hashes.back().size();
      if (bytes >= upload_bytes_at_once)
        if (auto sent = flush(); !sent)
          return sent;
    }
    return {};
  };
  const auto blocks_of = [](letter_index hashes_in_all, letter_index in_block) {
    return (hashes_in_all + in_block - 1) / in_block;
  };
  for (unsigned level = 0;; ++level) {
    const auto size = tree_level_size(info.size, level);
    if (auto added = add_level(level, blocks_of(size, tree_fanout)); !added)
      return added;
    if (size == 1)
      break;
  }
  if (auto added = add_level(leaf_marks_level, blocks_of(info.size, leaf_marks_per_block)); !added)
    return added;
  return flush();
}

result<void> audience_upload::upload_addresses(const audience_store& from,
                                               const audience_info& info,
                                               const std::filesystem::path& folder) {
  address_sorter sorter(folder, info.size);
  result<void> outcome;
  const auto visited = from.visit_addresses(info.id, [&](std::string_view address, letter_index row) {
    if (outcome)
      outcome = sorter.add(hide_(address), row);
  });
  if (!visited || !outcome)
    return visited ? outcome : visited;
  std::vector<std::string> firsts;
  std::vector<std::string> contents;
  std::size_t bytes = 0;
  const auto flush = [&]() -> result<void> {
    pg_parameters of;
    of.add(static_cast<std::int64_t>(to_.value)).add(importer_).add_all_bytes(firsts).add_all_bytes(contents);
    firsts.clear();
    contents.clear();
    bytes = 0;
    static const auto statement = insert_blocks("audience_addresses", "bytea");
    return send(statement, of);
  };
  const auto finished = sorter.finish([&](std::string_view block) -> result<void> {
    firsts.emplace_back(address_entry_at(block, 0).hidden);
    contents.emplace_back(block);
    bytes += block.size();
    return bytes >= upload_bytes_at_once ? flush() : result<void>{};
  });
  if (!finished || firsts.empty())
    return finished;
  return flush();
}

} // namespace sluice
