#include "persistence/postgres/audiences.hpp"

#include "messages/address.hpp"
#include "messages/house_event.hpp"
#include "persistence/audience_info_codec.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/key_record_codec.hpp"
#include "persistence/postgres/address_blocks.hpp"
#include "persistence/postgres/audience_writer.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::int64_t broken_off_after_ms = 24LL * 60 * 60 * 1000;
/// Blocks that one question asks for: half a megabyte and a row each at most.
constexpr std::int64_t row_blocks_at_once = 8;
/// Blocks of the index, 2 KB each.
constexpr std::int64_t address_blocks_at_once = 1'000;
/// Addresses that one question looks up: each may lie in a block of its own.
constexpr std::size_t addresses_at_once = 1'000;
/// Rows whose entries of the index are held at once where all of it is visited: 16 bytes each.
constexpr letter_index rows_visited_at_once = 2'000'000;

std::int64_t number_of(audience_id id) {
  return static_cast<std::int64_t>(id.value);
}

std::unexpected<error> audience_damaged(audience_id id, letter_index row) {
  return failure(error_code::corrupt,
                 notice{"audience_damaged", {{"audience", to_string(id)}, {"row", row}}});
}

std::string reading(audience_id id) {
  return fmt::format("cannot read audience {}", to_string(id));
}

/// What is stored of it, with its row locked; an error of ours where there is none.
pg_result_of<std::string> lock_audience(pg_connection& to, audience_id id, pg_refusal& refuse) {
  pg_parameters of;
  of.add(number_of(id));
  const auto rows = to.run("SELECT info, deletion FROM audiences WHERE audience = $1 FOR UPDATE", of,
                           postgres_database::answer_within);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty() || (rows->is_null(0, 0) && rows->is_null(0, 1)))
    return refuse(no_such_audience(id).error());
  if (rows->is_null(0, 0))
    return refuse(deletion_of(id, rows->bytes(0, 1)).error());
  return std::string(rows->bytes(0, 0));
}

} // namespace

postgres_audiences::postgres_audiences(postgres_database& database,
                                       postgres_house_log& house,
                                       std::int64_t node,
                                       std::filesystem::path scratch) :
    database_(database), house_(house), node_(node), scratch_(std::move(scratch)), cleaner_(database, node) {
  // What cannot be done now is done before the next import: nothing else hangs on it.
  const std::lock_guard guard(preparing_);
  if (database.check_writable())
    static_cast<void>(prepare_imports().has_value());
}

result<void> postgres_audiences::prepare_imports() {
  if (is_prepared_)
    return {};
  constexpr std::string_view doing = "cannot look for what broken-off imports left";
  pg_parameters of;
  of.add(node_).add(broken_off_after_ms);
  const auto marked =
      database_.run(doing,
                    "UPDATE audiences SET importer = NULL, is_garbage = true WHERE importer IS NOT NULL AND "
                    "info IS NULL AND "
                    "(importer = $1 OR begun < (extract(epoch FROM clock_timestamp()) * 1000)::int8 - $2)",
                    of);
  if (!marked)
    return std::unexpected(marked.error());
  const auto garbage =
      database_.run(doing, "SELECT audience FROM audiences WHERE is_garbage ORDER BY audience");
  if (!garbage)
    return std::unexpected(garbage.error());
  for (std::size_t row = 0; row < garbage->size(); ++row)
    cleaner_.clean_up(audience_id{static_cast<std::uint64_t>(garbage->number(row, 0))});
  is_prepared_ = true;
  return {};
}

result<audience_id> postgres_audiences::begin_import() {
  audience_id id;
  const auto begun =
      database_.transact("cannot begin an import", [&](pg_connection& to) -> pg_result_of<void> {
        const auto next =
            to.run("UPDATE counters SET value = value + 1 WHERE name = 'audience' RETURNING value", {},
                   postgres_database::answer_within);
        if (!next)
          return std::unexpected(next.error());
        id = audience_id{static_cast<std::uint64_t>(next->number(0, 0))};
        pg_parameters of;
        of.add(number_of(id)).add(node_);
        const auto made = to.run("INSERT INTO audiences (audience, importer, begun) VALUES ($1, $2, "
                                 "(extract(epoch FROM clock_timestamp()) * 1000)::int8)",
                                 of, postgres_database::answer_within);
        return made ? pg_result_of<void>{} : std::unexpected(made.error());
      });
  return begun ? result<audience_id>(id) : std::unexpected(begun.error());
}

result<std::unique_ptr<audience_writer>> postgres_audiences::begin(std::string name, timestamp now) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  {
    const std::lock_guard guard(preparing_);
    if (auto prepared = prepare_imports(); !prepared)
      return std::unexpected(prepared.error());
  }
  auto scratch = scratch_.open();
  if (!scratch)
    return std::unexpected(scratch.error());
  auto local = (*scratch)->audiences().begin(std::move(name), now);
  if (!local)
    return std::unexpected(local.error());
  const auto id = begin_import();
  if (!id)
    return std::unexpected(id.error());
  return std::make_unique<postgres_audience_writer>(*this, *id, *std::move(scratch), *std::move(local));
}

result<std::vector<audience_info>>
postgres_audiences::commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                               const act& done,
                               const audience_key_maker& key) {
  std::vector<postgres_audience_writer*> ours;
  for (const auto& one : writers)
    ours.push_back(static_cast<postgres_audience_writer*>(one.get()));
  return commit_writers(ours, done, key);
}

result<std::vector<audience_info>> postgres_audiences::commit_writers(
    std::span<postgres_audience_writer* const> writers, const act& done, const audience_key_maker& key) {
  std::vector<audience_info> made;
  for (auto* one : writers) {
    auto info = one->finish(done);
    if (!info)
      return std::unexpected(info.error());
    made.push_back(*std::move(info));
  }
  std::vector<house_event> events;
  for (const auto& one : made)
    events.push_back({done.at, done.by, house::audience_imported{one.id, one.name, one.size, one.hash}});
  const auto remembered = key ? std::optional(key(made)) : std::nullopt;
  pg_refusal refuse;
  const auto recorded = house_.record(std::move(events), [&](pg_connection& to) -> pg_result_of<void> {
    for (std::size_t at = 0; at < made.size(); ++at) {
      pg_parameters of;
      of.add(number_of(made[at].id)).add(node_).add_bytes(encode_audience_info(made[at]));
      if (const auto& how = writers[at]->how_)
        of.add_bytes(encode_import_summary(how->summary)).add_bytes(encode_left_out(how->left_out));
      else
        of.add_null_bytes().add_null_bytes();
      const auto shown = to.run("UPDATE audiences SET info = $3, import = $4, left_out = $5, importer = NULL "
                                "WHERE audience = $1 AND importer = $2 AND info IS NULL",
                                of, postgres_database::answer_within);
      if (!shown)
        return std::unexpected(shown.error());
      if (shown->changed() == 0)
        return refuse(
            {error_code::storage_failed,
             fmt::format("audience {} was taken for an import that had broken off, and its rows were "
                         "deleted; import it again",
                         to_string(made[at].id))});
    }
    if (!remembered)
      return {};
    pg_parameters of;
    of.add_bytes(remembered->key).add_bytes(encode_key_record(*remembered, milliseconds{0}));
    const auto kept =
        to.run("INSERT INTO keys VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::int8) "
               "ON CONFLICT DO NOTHING",
               of, postgres_database::answer_within);
    if (!kept)
      return std::unexpected(kept.error());
    // Another node answered the same request meanwhile.
    return kept->changed() == 0 ? refuse(make_error(error_code::conflict, notice{"idempotency_key_taken"}))
                                : pg_result_of<void>{};
  });
  if (!recorded) {
    const auto why = refuse.or_else(recorded.error());
    for (auto* one : writers)
      one->broken_ = why.error();
    return why;
  }
  for (auto* one : writers)
    one->is_committed_ = true;
  return made;
}

result<audience_info> postgres_audiences::rename(audience_id id, std::string name, const act& done) {
  pg_refusal refuse;
  result<audience_info> renamed;
  const auto recorded = house_.decide([&](pg_connection& to) -> pg_result_of<std::vector<house_event>> {
    const auto before = lock_audience(to, id, refuse);
    if (!before)
      return std::unexpected(before.error());
    const auto known = decode_audience_info(id, *before);
    const auto with_name = with_text(id, *before, "name", name);
    if (!known || !with_name)
      return refuse(known ? with_name.error() : known.error());
    pg_parameters of;
    of.add(number_of(id)).add_bytes(*with_name);
    if (const auto kept = to.run("UPDATE audiences SET info = $2 WHERE audience = $1", of,
                                 postgres_database::answer_within);
        !kept)
      return std::unexpected(kept.error());
    renamed = decode_audience_info(id, *with_name);
    return std::vector<house_event>{{done.at, done.by, house::audience_renamed{id, name, known->name}}};
  });
  return recorded ? renamed : refuse.or_else(recorded.error());
}

result<void> postgres_audiences::remove(audience_id id, const act& done) {
  pg_refusal refuse;
  const auto recorded = house_.decide([&](pg_connection& to) -> pg_result_of<std::vector<house_event>> {
    const auto before = lock_audience(to, id, refuse);
    if (!before)
      return std::unexpected(before.error());
    const auto known = decode_audience_info(id, *before);
    if (!known)
      return refuse(known.error());
    pg_parameters of;
    of.add(number_of(id)).add_bytes(encode_deleted(*known, done.at));
    if (const auto kept =
            to.run("UPDATE audiences SET info = NULL, import = NULL, left_out = NULL, deletion = $2, "
                   "version = version + 1, is_garbage = true WHERE audience = $1",
                   of, postgres_database::answer_within);
        !kept)
      return std::unexpected(kept.error());
    return std::vector<house_event>{
        {done.at, done.by, house::audience_deleted{id, known->name, known->size, known->hash}}};
  });
  if (!recorded)
    return refuse.or_else(recorded.error());
  blocks_.forget(id);
  cleaner_.clean_up(id);
  return {};
}

result<postgres_audiences::stored_audience> postgres_audiences::stored(audience_id id) const {
  pg_parameters of;
  of.add(number_of(id));
  const auto rows =
      database_.run(reading(id), "SELECT info, version, deletion FROM audiences WHERE audience = $1", of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty() || (rows->is_null(0, 0) && rows->is_null(0, 2)))
    return no_such_audience(id);
  if (rows->is_null(0, 0))
    return deletion_of(id, rows->bytes(0, 2));
  stored_audience known{std::string(rows->bytes(0, 0)), rows->number(0, 1)};
  if (known.info.size() < sizeof(letter_index))
    return audience_damaged(id, 0);
  return known;
}

result<audience_info> postgres_audiences::info(audience_id id) const {
  const auto known = stored(id);
  if (!known)
    return std::unexpected(known.error());
  return decode_audience_info(id, known->info);
}

result<std::vector<audience_info>> postgres_audiences::list() const {
  const auto rows =
      database_.run("cannot read the audiences",
                    "SELECT audience, info FROM audiences WHERE info IS NOT NULL ORDER BY audience");
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<audience_info> all;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto one = decode_audience_info(audience_id{static_cast<std::uint64_t>(rows->number(row, 0))},
                                    rows->bytes(row, 1));
    if (!one)
      return std::unexpected(one.error());
    all.push_back(*std::move(one));
  }
  return all;
}

result<recipient_rows> postgres_audiences::read_rows(audience_id id,
                                                     letter_index first,
                                                     std::size_t count,
                                                     std::size_t bytes_max) const {
  const auto known = stored(id);
  if (!known)
    return std::unexpected(known.error());
  auto rows = read_stored_rows(id, *known, first, count, bytes_max);
  // One that was deleted meanwhile is no damaged one.
  if (!rows && rows.error().code == error_code::corrupt)
    if (const auto still = stored(id); !still)
      return std::unexpected(still.error());
  return rows;
}

result<recipient_rows> postgres_audiences::read_stored_rows(audience_id id,
                                                            const stored_audience& known,
                                                            letter_index first,
                                                            std::size_t count,
                                                            std::size_t bytes_max) const {
  const auto size = read_big_endian<letter_index>(known.info.data());
  if (first >= size || count == 0)
    return recipient_rows();
  const auto end = first + static_cast<letter_index>(std::min<std::size_t>(count, size - first));
  std::vector<char> bytes;
  auto expected = first;
  auto is_full = false;
  while (expected < end && !is_full) {
    const auto blocks = blocks_from(id, known.version, expected, end);
    if (!blocks)
      return std::unexpected(blocks.error());
    for (const auto& block : *blocks) {
      std::string_view entries = block->entries;
      auto index = block->first;
      if (index > expected || expected - index >= block->rows)
        return audience_damaged(id, expected);
      for (; index < expected; ++index)
        if (!take_entry(entries))
          return audience_damaged(id, index);
      const auto* const begin = entries.data();
      const auto* taken = begin;
      const auto block_end = std::min(end, block->first + block->rows);
      for (; expected < block_end; ++expected, taken = entries.data()) {
        if (!take_entry(entries))
          return audience_damaged(id, expected);
        const auto so_far = bytes.size() + static_cast<std::size_t>(entries.data() - begin);
        is_full = so_far > bytes_max && expected > first;
        if (is_full)
          break;
      }
      bytes.insert(bytes.end(), begin, taken);
      if (is_full)
        break;
    }
  }
  recipient_rows rows(std::move(bytes));
  if (rows.size() != expected - first)
    return audience_damaged(id, first + static_cast<letter_index>(rows.size()));
  return rows;
}

result<std::vector<std::shared_ptr<const row_block>>> postgres_audiences::blocks_from(
    audience_id id, std::int64_t version, letter_index first, letter_index end) const {
  std::vector<std::shared_ptr<const row_block>> blocks;
  if (auto kept = blocks_.find(id, version, first)) {
    blocks.push_back(std::move(kept));
    return blocks;
  }
  pg_parameters of;
  of.add(number_of(id)).add(std::int64_t{first}).add(std::int64_t{end}).add(row_blocks_at_once);
  const auto rows = database_.run(
      reading(id),
      "SELECT first, content FROM audience_blocks WHERE audience = $1 AND first < $3 AND first >= "
      "(SELECT first FROM audience_blocks WHERE audience = $1 AND first <= $2 ORDER BY first DESC LIMIT 1) "
      "ORDER BY first LIMIT $4",
      of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return audience_damaged(id, first);
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto begins = static_cast<letter_index>(rows->number(row, 0));
    auto block = unpack_row_block(begins, rows->bytes(row, 1));
    if (!block || block->rows == 0)
      return audience_damaged(id, begins);
    blocks.push_back(std::make_shared<const row_block>(*std::move(block)));
    // One that is read whole is hardly read again.
    if (begins < first || begins + blocks.back()->rows > end)
      blocks_.keep(id, version, blocks.back());
  }
  return blocks;
}

result<std::optional<std::string>> postgres_audiences::stored_bytes(audience_id id,
                                                                    const char* column) const {
  pg_parameters of;
  of.add(number_of(id));
  const auto rows =
      database_.run(reading(id), fmt::format("SELECT {} FROM audiences WHERE audience = $1", column), of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty() || rows->is_null(0, 0))
    return std::nullopt;
  return std::string(rows->bytes(0, 0));
}

result<std::optional<import_summary>> postgres_audiences::import_of(audience_id id) const {
  const auto kept = stored_bytes(id, "import");
  if (!kept)
    return std::unexpected(kept.error());
  if (!*kept)
    return std::nullopt;
  auto summary = decode_import_summary(**kept);
  if (!summary)
    return audience_damaged(id, 0);
  return summary;
}

result<std::vector<left_out_entry>> postgres_audiences::left_out(audience_id id) const {
  const auto kept = stored_bytes(id, "left_out");
  if (!kept)
    return std::unexpected(kept.error());
  if (!*kept)
    return std::vector<left_out_entry>{};
  auto rows = decode_left_out(**kept);
  if (!rows)
    return audience_damaged(id, 0);
  return *std::move(rows);
}

result<std::vector<std::optional<letter_index>>>
postgres_audiences::find_all(audience_id id, std::span<const std::string_view> emails) const {
  if (auto known = stored(id); !known)
    return std::unexpected(known.error());
  struct question {
    std::string hidden;
    std::size_t place;
  };
  std::vector<question> asked;
  asked.reserve(emails.size());
  for (std::size_t place = 0; place < emails.size(); ++place)
    asked.push_back({house_.hide()(folded(emails[place])), place});
  // In the index's order, so that a block is read once for all that lie in it.
  std::ranges::sort(asked, {}, &question::hidden);
  std::vector<std::optional<letter_index>> places(emails.size());
  for (std::size_t begin = 0; begin < asked.size(); begin += addresses_at_once) {
    const auto some = std::span(asked).subspan(begin, std::min(addresses_at_once, asked.size() - begin));
    std::vector<std::string_view> hidden;
    for (const auto& one : some)
      hidden.emplace_back(one.hidden);
    pg_parameters of;
    of.add(number_of(id)).add_all_bytes(hidden);
    const auto blocks = database_.run(
        reading(id),
        "SELECT first, content FROM audience_addresses WHERE audience = $1 AND first IN "
        "(SELECT (SELECT a.first FROM audience_addresses a WHERE a.audience = $1 AND a.first <= w.hidden "
        "ORDER BY a.first DESC LIMIT 1) FROM unnest($2::bytea[]) AS w(hidden)) ORDER BY first",
        of);
    if (!blocks)
      return std::unexpected(blocks.error());
    std::size_t block = 0;
    for (const auto& one : some) {
      while (block + 1 < blocks->size() && blocks->bytes(block + 1, 0) <= one.hidden)
        ++block;
      if (block < blocks->size())
        places[one.place] = row_in_block(blocks->bytes(block, 1), one.hidden);
    }
  }
  return places;
}

result<std::string>
postgres_audiences::tree_hashes(audience_id id, unsigned level, std::uint32_t index) const {
  pg_parameters of;
  of.add(number_of(id)).add(std::int64_t{level}).add(std::int64_t{index});
  const auto rows = database_.run(
      reading(id), "SELECT hashes FROM audience_hashes WHERE audience = $1 AND level = $2 AND place = $3",
      of);
  if (!rows)
    return std::unexpected(rows.error());
  return rows->empty() ? std::string{} : std::string(rows->bytes(0, 0));
}

result<void>
postgres_audiences::keep_root(const audience_info&, const std::string&, const std::vector<tree_block>&) {
  return failure(error_code::internal, "an audience in a shared store has a tree from the beginning");
}

result<void> postgres_audiences::visit_address_blocks(
    audience_id id,
    const std::function<void(std::string_view first, std::string_view content)>& visit) const {
  std::string after;
  for (;;) {
    pg_parameters of;
    of.add(number_of(id)).add_bytes(after).add(address_blocks_at_once);
    const auto blocks = database_.run(reading(id),
                                      "SELECT first, content FROM audience_addresses WHERE audience = $1 AND "
                                      "first > $2 ORDER BY first LIMIT $3",
                                      of);
    if (!blocks)
      return std::unexpected(blocks.error());
    if (blocks->empty())
      return {};
    for (std::size_t row = 0; row < blocks->size(); ++row)
      visit(blocks->bytes(row, 0), blocks->bytes(row, 1));
    after = blocks->bytes(blocks->size() - 1, 0);
  }
}

/// The index has hidden addresses only: those of some millions of rows are read, and held against these rows. What is not the
/// row's is visited as the erased address that it would be, which fits no row.
result<void> postgres_audiences::visit_addresses(
    audience_id id, const std::function<void(std::string_view address, letter_index row)>& visit) const {
  const auto known = info(id);
  if (!known)
    return std::unexpected(known.error());
  for (letter_index base = 0; base < known->size; base += rows_visited_at_once) {
    const auto count = std::min(rows_visited_at_once, known->size - base);
    std::string hidden(std::size_t{count} * hidden_address_bytes, '\0');
    std::vector<bool> is_there(count);
    std::string last;
    const auto read = visit_address_blocks(id, [&](std::string_view first, std::string_view content) {
      const auto is_whole = content.size() % address_entry_bytes == 0 && content.starts_with(first);
      for (std::size_t number = 0; number < address_entries_in(content); ++number) {
        const auto entry = address_entry_at(content, number);
        // Where they are not sorted, nobody finds it.
        const auto is_findable = is_whole && entry.hidden > last;
        last = entry.hidden;
        const auto is_ours = entry.row >= base && entry.row - base < count;
        if (is_findable && is_ours && !is_there[entry.row - base]) {
          is_there[entry.row - base] = true;
          hidden.replace(std::size_t{entry.row - base} * hidden_address_bytes, hidden_address_bytes,
                         entry.hidden);
        } else if (is_ours || (base == 0 && entry.row >= known->size)) {
          visit(erased_target(entry.hidden), entry.row);
        }
      }
    });
    if (!read)
      return read;
    for (letter_index at = 0; at < count;) {
      const auto rows = read_rows(id, base + at, count - at, audience_read_bytes_max);
      if (!rows)
        return std::unexpected(rows.error());
      for (std::size_t row = 0; row < rows->size(); ++row, ++at) {
        if (!is_there[at])
          continue;
        const auto in_index =
            std::string_view(hidden).substr(std::size_t{at} * hidden_address_bytes, hidden_address_bytes);
        const auto address = rows->is_erased(row) ? std::string{} : folded((*rows)[row].email);
        if (address.empty() || house_.hide()(address) == in_index)
          visit(address, base + at);
        else
          visit(erased_target(in_index), base + at);
      }
    }
  }
  return {};
}

} // namespace sluice
