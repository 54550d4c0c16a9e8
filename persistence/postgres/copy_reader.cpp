#include "persistence/postgres/copy_reader.hpp"

#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/postgres/address_blocks.hpp"
#include "persistence/postgres/records.hpp"
#include "persistence/postgres/row_blocks.hpp"
#include "persistence/postgres/suppression_rows.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace sluice {

namespace {

constexpr std::string_view reading_to_copy = "cannot read the store that is copied";

std::int64_t as_copied_number(std::string_view key, std::size_t at = 0) {
  return static_cast<std::int64_t>(copy_number(key, at));
}

std::string key_number(const pg_rows& rows, std::size_t row, int column) {
  return big_endian(static_cast<std::uint64_t>(rows.number(row, column)));
}

std::uint32_t small_number(const pg_rows& rows, std::size_t row, int column) {
  return static_cast<std::uint32_t>(rows.number(row, column));
}

copy_record first_two(const pg_rows& rows, std::size_t row) {
  return {std::string(rows.bytes(row, 0)), std::string(rows.bytes(row, 1))};
}

/// Of the marks of an audience's records, in their order, the column that has each.
struct audience_column {
  char mark;
  const char* name;
};
constexpr std::array<audience_column, 4> audience_columns{
    {{'d', "deletion"}, {'i', "info"}, {'l', "left_out"}, {'m', "import"}}};

std::unexpected<error> rows_damaged(std::uint64_t audience, std::int64_t first) {
  return failure(
      error_code::corrupt,
      notice{"audience_damaged", {{"audience", to_string(audience_id{audience})}, {"row", first}}});
}

} // namespace

result<std::vector<copy_record>> postgres_copy_reader::ask(const std::string& statement,
                                                           const pg_parameters& of,
                                                           const row_reader& read_row) const {
  const auto rows = database_.run(reading_to_copy, statement, of);
  if (!rows)
    return std::unexpected(rows.error());
  page found;
  found.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row)
    found.push_back(read_row(*rows, row));
  return found;
}

result<std::vector<copy_record>> postgres_copy_reader::read(copy_table table, std::string_view after) const {
  pg_parameters of;
  switch (table) {
  case copy_table::audiences:
    return read_audiences(after);
  case copy_table::audience_rows:
    return read_rows(after);
  case copy_table::erased_addresses:
    return read_erased(after);
  case copy_table::audience_hashes: {
    // At the beginning before all: no audience has the number 0.
    const auto level = after.empty() ? 0 : static_cast<unsigned char>(after[sizeof(std::uint64_t)]);
    of.add(as_copied_number(after)).add(std::int64_t{level}).add(std::int64_t{copy_index(after, 9)});
    return ask("SELECT h.audience, h.level, h.place, h.hashes FROM audience_hashes h JOIN audiences a USING "
               "(audience) "
               "WHERE a.info IS NOT NULL AND (h.audience, h.level, h.place) > ($1, $2, $3) "
               "ORDER BY h.audience, h.level, h.place LIMIT 250",
               of, [](const pg_rows& rows, std::size_t row) {
                 auto key = key_number(rows, row, 0);
                 key.push_back(static_cast<char>(rows.number(row, 1)));
                 append_big_endian(key, small_number(rows, row, 2));
                 return copy_record{std::move(key), std::string(rows.bytes(row, 3))};
               });
  }
  case copy_table::suppressions: {
    const auto place = place_of_key(after);
    of.add_bytes(place.list).add_bytes(place.target);
    return ask(
        fmt::format(
            "SELECT {} FROM suppressions s WHERE (s.list, s.target) > ($1, $2) ORDER BY s.list, s.target "
            "LIMIT 5000",
            suppression_columns),
        of, [](const pg_rows& rows, std::size_t row) {
          const auto entry = suppression_of(rows, row);
          return copy_record{list_prefix(entry.list) + entry.email, encode_suppression(entry)};
        });
  }
  case copy_table::tokens:
    of.add_bytes(after);
    return ask("SELECT hash, value FROM tokens WHERE hash > $1 ORDER BY hash LIMIT 1000", of, first_two);
  case copy_table::keys:
    of.add_bytes(after);
    return ask("SELECT key, value FROM keys WHERE key > $1 ORDER BY key LIMIT 200", of, first_two);
  case copy_table::notes:
    of.add_bytes(after);
    return ask("SELECT name, content FROM notes WHERE name > $1 ORDER BY name LIMIT 20", of, first_two);
  case copy_table::partials: {
    const auto end = after.find('\0');
    of.add_bytes(after.substr(0, end));
    of.add(std::int64_t{after.empty() ? 0 : copy_index(after, end + 1)});
    return ask("SELECT name, version, value FROM partials WHERE (name, version) > ($1, $2) ORDER BY name, "
               "version LIMIT 50",
               of, [](const pg_rows& rows, std::size_t row) {
                 auto key = std::string(rows.bytes(row, 0)).append(1, '\0');
                 append_big_endian(key, small_number(rows, row, 1));
                 return copy_record{std::move(key), std::string(rows.bytes(row, 2))};
               });
  }
  case copy_table::attachment_pieces:
    of.add(after.empty() ? -1 : as_copied_number(after)).add(std::int64_t{copy_index(after)});
    return ask(
        "SELECT p.upload, p.piece, p.content FROM attachment_pieces p WHERE (p.upload, p.piece) > ($1, $2) "
        "AND NOT "
        "EXISTS (SELECT 1 FROM uploads u WHERE u.upload = p.upload) ORDER BY p.upload, p.piece LIMIT 8",
        of, [](const pg_rows& rows, std::size_t row) {
          return copy_record{
              copy_key(static_cast<std::uint64_t>(rows.number(row, 0)), small_number(rows, row, 1)),
              std::string(rows.bytes(row, 2))};
        });
  case copy_table::attachments:
    of.add_bytes(after);
    return ask("SELECT hash, value FROM attachments WHERE hash > $1 ORDER BY hash LIMIT 1000", of, first_two);
  case copy_table::removed:
    of.add(as_copied_number(after));
    return ask("SELECT campaign, at, over_since, audience FROM removed WHERE campaign > $1 ORDER BY campaign "
               "LIMIT 5000",
               of, [](const pg_rows& rows, std::size_t row) {
                 return copy_record{key_number(rows, row, 0), key_number(rows, row, 1) +
                                                                  key_number(rows, row, 2) +
                                                                  key_number(rows, row, 3)};
               });
  case copy_table::events:
    of.add(as_copied_number(after)).add(as_copied_number(after, sizeof(std::uint64_t)));
    of.add(static_cast<std::int64_t>(copy_page_bytes));
    return ask(
        "SELECT campaign, number, record FROM (SELECT campaign, number, record, sum(length(record)) OVER "
        "(ORDER BY campaign, number) - length(record) AS before FROM (SELECT campaign, number, record FROM "
        "events "
        "WHERE (campaign, number) > ($1, $2) ORDER BY campaign, number LIMIT 2000) AS taken) AS counted "
        "WHERE before < $3 ORDER BY campaign, number",
        of, [](const pg_rows& rows, std::size_t row) {
          return copy_record{key_number(rows, row, 0) + key_number(rows, row, 1),
                             std::string(rows.bytes(row, 2))};
        });
  case copy_table::counters:
    of.add_text(after);
    return ask(
        "SELECT name, value FROM counters WHERE name IN ('audience', 'upload') AND name > $1 ORDER BY name",
        of, [](const pg_rows& rows, std::size_t row) {
          return copy_record{std::string(rows.bytes(row, 0)), key_number(rows, row, 1)};
        });
  }
  return page{};
}

result<postgres_copy_reader::page> postgres_copy_reader::read_audiences(std::string_view after) const {
  for (const auto& [mark, name] : audience_columns) {
    if (!after.empty() && mark < after.front())
      continue;
    pg_parameters of;
    of.add(!after.empty() && mark == after.front() ? as_copied_number(after, 1) : 0);
    auto found =
        ask(fmt::format(
                "SELECT audience, {0} FROM audiences WHERE {0} IS NOT NULL AND audience > $1 AND (info IS "
                "NOT NULL OR deletion IS NOT NULL) ORDER BY audience LIMIT 500",
                name),
            of, [&, first = mark](const pg_rows& rows, std::size_t row) {
              return copy_record{first + key_number(rows, row, 0), std::string(rows.bytes(row, 1))};
            });
    if (!found || !found->empty())
      return found;
  }
  return page{};
}

result<postgres_copy_reader::page> postgres_copy_reader::read_rows(std::string_view after) const {
  const auto id = as_copied_number(after);
  const auto wanted = after.empty() ? 0 : std::int64_t{copy_index(after)} + 1;
  pg_parameters of;
  of.add(id).add(wanted);
  const auto blocks = database_.run(reading_to_copy,
                                    "SELECT b.audience, b.first, b.content FROM audience_blocks b JOIN "
                                    "audiences a USING (audience) WHERE a.info IS NOT "
                                    "NULL AND (b.audience, b.first) >= ($1, coalesce((SELECT max(c.first) "
                                    "FROM audience_blocks c WHERE c.audience = $1 "
                                    "AND c.first <= $2), 0)) ORDER BY b.audience, b.first LIMIT 12",
                                    of);
  if (!blocks)
    return std::unexpected(blocks.error());
  page found;
  for (std::size_t at = 0; at < blocks->size(); ++at) {
    const auto audience = static_cast<std::uint64_t>(blocks->number(at, 0));
    const auto block = unpack_row_block(small_number(*blocks, at, 1), blocks->bytes(at, 2));
    if (!block)
      return rows_damaged(audience, blocks->number(at, 1));
    auto row = block->first;
    for (std::string_view entries = block->entries; !entries.empty(); ++row) {
      const auto whole = entries;
      if (!take_entry(entries))
        return rows_damaged(audience, row);
      if (static_cast<std::int64_t>(audience) != id || row >= wanted)
        found.push_back(
            {copy_key(audience, row), std::string(whole.substr(0, whole.size() - entries.size()))});
    }
  }
  return found;
}

/// Erased rows are few, and only in audiences whose version says that something was erased.
result<postgres_copy_reader::page> postgres_copy_reader::read_erased(std::string_view after) const {
  for (auto id = as_copied_number(after);; ++id) {
    pg_parameters of;
    of.add(id);
    const auto next = database_.run(
        reading_to_copy,
        "SELECT min(audience) FROM audiences WHERE info IS NOT NULL AND version > 0 AND audience >= $1", of);
    if (!next)
      return std::unexpected(next.error());
    if (next->empty() || next->is_null(0, 0))
      return page{};
    id = next->number(0, 0);
    auto found = erased_of(id);
    if (!found)
      return found;
    std::erase_if(*found, [&](const copy_record& one) { return one.key <= after; });
    if (!found->empty())
      return found;
  }
}

result<postgres_copy_reader::page> postgres_copy_reader::erased_of(std::int64_t audience) const {
  const auto id = static_cast<std::uint64_t>(audience);
  std::set<letter_index> erased;
  std::string after = copy_key(id - 1, ~std::uint32_t{0});
  for (auto is_over = false; !is_over;) {
    const auto rows = read_rows(after);
    if (!rows)
      return std::unexpected(rows.error());
    is_over = rows->empty();
    for (const auto& one : *rows) {
      is_over = is_over || copy_number(one.key) != id;
      std::string_view bytes = one.value;
      if (const auto entry = take_entry(bytes); !is_over && entry && entry->is_erased())
        erased.insert(copy_index(one.key));
    }
    if (!is_over)
      after = rows->back().key;
  }
  std::map<letter_index, std::string> hidden;
  std::string first;
  for (;;) {
    pg_parameters of;
    of.add(audience).add_bytes(first);
    const auto blocks = database_.run(reading_to_copy,
                                      "SELECT first, content FROM audience_addresses WHERE audience = $1 AND "
                                      "first > $2 ORDER BY first LIMIT 1000",
                                      of);
    if (!blocks)
      return std::unexpected(blocks.error());
    if (blocks->empty() || erased.empty())
      break;
    for (std::size_t at = 0; at < blocks->size(); ++at)
      for (std::size_t number = 0; number < address_entries_in(blocks->bytes(at, 1)); ++number) {
        const auto entry = address_entry_at(blocks->bytes(at, 1), number);
        if (erased.contains(entry.row))
          hidden.emplace(entry.row, entry.hidden);
      }
    first = blocks->bytes(blocks->size() - 1, 0);
  }
  page found;
  for (const auto& [row, address] : hidden)
    found.push_back({copy_key(id, row), address});
  return found;
}

result<std::vector<std::pair<campaign_id, log_head>>> postgres_copy_reader::heads() const {
  const auto rows = database_.run(
      reading_to_copy,
      "SELECT campaign, last_number, last_hash FROM campaigns WHERE last_number > 0 ORDER BY campaign");
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<std::pair<campaign_id, log_head>> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.emplace_back(campaign_id{static_cast<std::uint64_t>(rows->number(row, 0))},
                     log_head{static_cast<event_number>(rows->number(row, 1)), hash_in(rows->bytes(row, 2))});
  return all;
}

} // namespace sluice
