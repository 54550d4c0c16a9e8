#include "persistence/postgres/erasure.hpp"

#include "messages/address.hpp"
#include "messages/house_event.hpp"
#include "messages/import_record.hpp"
#include "messages/masked_address.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/postgres/address_blocks.hpp"
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/refusal.hpp"
#include "persistence/postgres/row_blocks.hpp"
#include "persistence/postgres/suppression_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

namespace {

/// Audiences whose index is asked by one statement, for a block of 2 KB each.
constexpr std::int64_t audiences_asked_at_once = 500;
/// Kept answers that one statement looks through: some hundred bytes each.
constexpr std::int64_t keys_searched_at_once = 50'000;
constexpr std::chrono::seconds vacuum_within{20};

/// One recipient, on its way out.
class recipient_erasure {
public:
  recipient_erasure(const address_hider& hide, std::string_view address, timestamp at) :
      address_(address), target_(folded(address)), hidden_(hide(target_)), at_(at) {}

  /// Kept answers that name the address, or whose key does. It looks through the whole table, and so before the transaction.
  result<void> look_for_keys(const postgres_database& database);
  /// What it changes; the events that tell of it. May be called more than once.
  pg_result_of<std::vector<house_event>> run(pg_connection& to, const act& done);
  const erasure& made() const { return made_; }
  pg_refusal& refuse() { return refuse_; }

private:
  pg_result_of<void> erase_rows(pg_connection& to);
  pg_result_of<bool> erase_row(pg_connection& to, audience_id audience, letter_index row);
  pg_result_of<void> clean_left_out(pg_connection& to, audience_id audience);
  pg_result_of<std::optional<house::suppressions_added>> erase_entries(pg_connection& to);
  pg_result_of<void> forget_keys(pg_connection& to) const;
  std::unexpected<pg_failure> damaged(audience_id audience, letter_index row) {
    return refuse_(make_error(error_code::corrupt,
                              notice{"audience_damaged", {{"audience", to_string(audience)}, {"row", row}}}));
  }

  const std::string address_;
  const std::string target_;
  const std::string hidden_;
  const timestamp at_;
  std::vector<std::string> keys_;
  erasure made_;
  pg_refusal refuse_;
};

result<void> recipient_erasure::look_for_keys(const postgres_database& database) {
  auto spellings = folded_before(address_);
  spellings.push_back(address_);
  spellings.push_back(target_);
  std::string after;
  for (;;) {
    // The database gives only what may name it, in ASCII's small letters; which it is, is looked at here.
    pg_parameters of;
    of.add_bytes(after).add(keys_searched_at_once).add_all_bytes(spellings);
    const auto some =
        database.run("cannot look through the idempotency keys",
                     "WITH page AS (SELECT key, value FROM keys WHERE key > $1 ORDER BY key LIMIT $2), "
                     "words AS (SELECT lower(encode(w.word, 'escape') COLLATE \"C\") AS word FROM "
                     "unnest($3::bytea[]) AS w(word)) "
                     "SELECT key, value, true FROM page WHERE EXISTS (SELECT 1 FROM words WHERE "
                     "position(words.word IN lower(encode(page.key, 'escape') COLLATE \"C\")) > 0 OR "
                     "position(words.word IN lower(encode(page.value, 'escape') COLLATE \"C\")) > 0) "
                     "UNION ALL (SELECT key, ''::bytea, false FROM page ORDER BY key DESC LIMIT 1)",
                     of);
    if (!some)
      return std::unexpected(some.error());
    if (some->empty())
      return {};
    for (std::size_t row = 0; row < some->size(); ++row) {
      const auto is_named_in = [&](std::string_view text) {
        return std::ranges::any_of(spellings, [&](const auto& one) { return names_address(text, one); });
      };
      if (!some->boolean(row, 2))
        after = some->bytes(row, 0);
      else if (is_named_in(some->bytes(row, 0)) || is_named_in(some->bytes(row, 1)))
        keys_.emplace_back(some->bytes(row, 0));
    }
  }
}

pg_result_of<std::vector<house_event>> recipient_erasure::run(pg_connection& to, const act& done) {
  made_ = {};
  if (auto erased = erase_rows(to); !erased)
    return std::unexpected(erased.error());
  const auto added = erase_entries(to);
  if (!added)
    return std::unexpected(added.error());
  if (auto forgotten = forget_keys(to); !forgotten)
    return std::unexpected(forgotten.error());
  std::vector<house_event> events{
      {done.at, done.by, house::address_erased{hidden_, made_.rows.size(), made_.suppressions}}};
  if (*added)
    events.push_back({done.at, {}, **added});
  return events;
}

pg_result_of<void> recipient_erasure::erase_rows(pg_connection& to) {
  for (std::int64_t after = 0;;) {
    pg_parameters of;
    of.add(after).add(audiences_asked_at_once).add_bytes(hidden_);
    const auto some =
        to.run("SELECT a.audience, (SELECT x.content FROM audience_addresses x WHERE x.audience = a.audience "
               "AND x.first <= $3 "
               "ORDER BY x.first DESC LIMIT 1) FROM audiences a WHERE a.audience > $1 AND a.info IS NOT NULL "
               "ORDER BY a.audience LIMIT $2",
               of, postgres_database::answer_within);
    if (!some)
      return std::unexpected(some.error());
    if (some->empty())
      return {};
    for (std::size_t at = 0; at < some->size(); ++at) {
      after = some->number(at, 0);
      const audience_id audience{static_cast<std::uint64_t>(after)};
      const auto row = row_in_block(some->bytes(at, 1), hidden_);
      if (!row)
        continue;
      const auto erased = erase_row(to, audience, *row);
      if (!erased)
        return std::unexpected(erased.error());
      if (*erased)
        made_.rows.push_back({audience, *row});
    }
  }
}

/// False where it was erased before.
pg_result_of<bool> recipient_erasure::erase_row(pg_connection& to, audience_id audience, letter_index row) {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(audience.value)).add(std::int64_t{row});
  const auto stored = to.run("SELECT first, content FROM audience_blocks WHERE audience = $1 AND first <= $2 "
                             "ORDER BY first DESC LIMIT 1 FOR UPDATE",
                             of, postgres_database::answer_within);
  if (!stored)
    return std::unexpected(stored.error());
  auto block = stored->empty()
                   ? std::nullopt
                   : unpack_row_block(static_cast<letter_index>(stored->number(0, 0)), stored->bytes(0, 1));
  if (!block || row - block->first >= block->rows)
    return damaged(audience, row);
  std::string_view entries = block->entries;
  std::optional<row_entry> entry;
  for (auto at = block->first; at <= row; ++at) {
    entry = take_entry(entries);
    if (!entry)
      return damaged(audience, at);
  }
  if (entry->is_erased())
    return false;
  std::vector<field_view> fields;
  const auto its_address = read_row(entry->row, fields);
  // An index that leads to somebody else must not take them out.
  if (!its_address || folded(*its_address) != target_)
    return damaged(audience, row);
  auto changed = with_erased(block->entries, row - block->first, entry->leaf_hash());
  if (!changed)
    return damaged(audience, row);
  block->entries = *std::move(changed);
  pg_parameters kept;
  kept.add(static_cast<std::int64_t>(audience.value))
      .add(std::int64_t{block->first})
      .add_bytes(pack_row_block(*block));
  if (auto put = to.run("UPDATE audience_blocks SET content = $3 WHERE audience = $1 AND first = $2", kept,
                        postgres_database::answer_within);
      !put)
    return std::unexpected(put.error());
  if (auto cleaned = clean_left_out(to, audience); !cleaned)
    return std::unexpected(cleaned.error());
  return true;
}

/// Rows that its import left out are kept with their cells. The new version makes every node read the rows anew.
pg_result_of<void> recipient_erasure::clean_left_out(pg_connection& to, audience_id audience) {
  pg_parameters of;
  of.add(static_cast<std::int64_t>(audience.value));
  const auto stored =
      to.run("UPDATE audiences SET version = version + 1 WHERE audience = $1 RETURNING left_out", of,
             postgres_database::answer_within);
  if (!stored)
    return std::unexpected(stored.error());
  if (stored->empty() || stored->is_null(0, 0))
    return {};
  auto rows = decode_left_out(stored->bytes(0, 0));
  if (!rows)
    return damaged(audience, 0);
  auto is_changed = false;
  for (auto& one : *rows)
    if (auto cleaned = without_address(one.cell, address_); cleaned != one.cell) {
      one.cell = std::move(cleaned);
      is_changed = true;
    }
  if (!is_changed)
    return {};
  of.add_bytes(encode_left_out(*rows));
  const auto put =
      to.run("UPDATE audiences SET left_out = $2 WHERE audience = $1", of, postgres_database::answer_within);
  return put ? pg_result_of<void>{} : std::unexpected(put.error());
}

/// The address gives way to its hidden form; what is added where it was suppressed by none for good.
pg_result_of<std::optional<house::suppressions_added>> recipient_erasure::erase_entries(pg_connection& to) {
  const auto hidden_target = erased_target(hidden_);
  // Lists are few, and found one after the other by the key: nobody else knows which have an entry of the address.
  pg_parameters of;
  of.add_bytes(target_).add_bytes(hidden_target);
  const auto stored = to.run(
      fmt::format(
          "WITH RECURSIVE lists AS ((SELECT list FROM suppressions ORDER BY list LIMIT 1) UNION ALL "
          "SELECT (SELECT n.list FROM suppressions n WHERE n.list > lists.list ORDER BY n.list LIMIT 1) "
          "FROM lists WHERE lists.list IS NOT NULL) "
          "SELECT {} FROM lists JOIN suppressions s ON s.list = lists.list AND s.target IN ($1, $2)",
          suppression_columns),
      of, postgres_database::answer_within);
  if (!stored)
    return std::unexpected(stored.error());
  std::map<std::string, suppression> kept; // by list
  auto is_suppressed = false;
  for (std::size_t row = 0; row < stored->size(); ++row) {
    auto entry = suppression_of(*stored, row);
    is_suppressed |= entry.list.empty() && (!entry.until || entry.email == hidden_target);
    if (entry.email == hidden_target)
      continue;
    entry.reason = without_address(entry.reason, address_);
    entry.email = hidden_target;
    kept.insert_or_assign(entry.list, std::move(entry));
  }
  made_.suppressions = kept.size();
  std::optional<house::suppressions_added> added;
  // Who was erased gets no letter any more, also where a list brings the address back.
  if (!is_suppressed) {
    const suppression entry{.email = hidden_target, .reason = "erased", .since = at_};
    kept.insert_or_assign("", entry);
    auto group = group_of(entry);
    group.targets.push_back(hidden_);
    added = house::suppressions_added{{std::move(group)}};
  }
  std::vector<suppression> puts;
  std::vector<std::string> lists;
  for (auto& [list, entry] : kept) {
    lists.push_back(list);
    puts.push_back(std::move(entry));
  }
  pg_parameters gone;
  gone.add_bytes(target_).add_all_bytes(lists);
  if (auto deleted = to.run("DELETE FROM suppressions WHERE target = $1 AND list IN "
                            "(SELECT w.list FROM unnest($2::bytea[]) AS w(list))",
                            gone, postgres_database::answer_within);
      !deleted)
    return std::unexpected(deleted.error());
  if (auto put = put_suppressions(to, puts); !put)
    return std::unexpected(put.error());
  return added;
}

pg_result_of<void> recipient_erasure::forget_keys(pg_connection& to) const {
  if (keys_.empty())
    return {};
  pg_parameters of;
  of.add_all_bytes(keys_);
  const auto deleted =
      to.run("DELETE FROM keys WHERE key IN (SELECT w.key FROM unnest($1::bytea[]) AS w(key))", of,
             postgres_database::answer_within);
  return deleted ? pg_result_of<void>{} : std::unexpected(deleted.error());
}

/// Whoever may not, or whose database has none, leaves it to the database's own.
void vacuum(const postgres_database& database) {
  if (const auto connection = database.connect(postgres_database::answer_within))
    static_cast<void>((*connection)
                          ->run_script("VACUUM audience_blocks, audiences, suppressions, keys", vacuum_within)
                          .has_value());
}

} // namespace

result<erasure> erase_recipient(postgres_database& database,
                                postgres_house_log& house,
                                postgres_audiences& audiences,
                                std::string_view address,
                                const act& done) {
  if (auto writable = database.check_writable(); !writable)
    return std::unexpected(writable.error());
  recipient_erasure one(house.hide(), address, done.at);
  if (auto looked = one.look_for_keys(database); !looked)
    return std::unexpected(looked.error());
  const auto recorded = house.decide([&](pg_connection& to) { return one.run(to, done); });
  if (!recorded)
    return one.refuse().or_else(recorded.error());
  for (const auto& place : one.made().rows)
    audiences.forget_blocks(place.audience);
  vacuum(database);
  return one.made();
}

} // namespace sluice
