#include "persistence/rocksdb/erasure.hpp"

#include "messages/address.hpp"
#include "messages/masked_address.hpp"
#include "persistence/audience_tree.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/suppressions.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

namespace {

/// All that one erasure changes.
struct prepared_erasure {
  erasure made;
  std::vector<rocksdb_audiences::row_erasure> rows;
  rocksdb_suppressions::erasure suppressions;
  std::vector<std::string> keys; ///< of kept answers
};

/// Lists of before that have the address get their trees, and are held against their hashes, while they are whole.
result<void> root_those_of_before(rocksdb_audiences& audiences, std::string_view address) {
  const auto listed = audiences.list();
  if (!listed)
    return std::unexpected(listed.error());
  for (const auto& info : *listed) {
    if (is_tree_hash(info.hash))
      continue;
    const auto row = audiences.find(info.id, address);
    if (!row)
      return std::unexpected(row.error());
    if (!*row)
      continue;
    if (const auto checked = audiences.read_checked(info.id, info.hash, **row, 1); !checked)
      return std::unexpected(checked.error());
  }
  return {};
}

/// Keys whose kept answer names the address, or that do so themselves.
result<std::vector<std::string>> keys_naming(const rocksdb_database& database, std::string_view address) {
  auto spellings = folded_before(address);
  spellings.emplace_back(address);
  spellings.push_back(folded(address));
  const auto is_named_in = [&](std::string_view text) {
    return std::ranges::any_of(spellings, [&](const auto& one) { return names_address(text, one); });
  };
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> kept(database.db().NewIterator(options, database[family::keys]));
  std::vector<std::string> found;
  for (kept->SeekToFirst(); kept->Valid(); kept->Next())
    if (is_named_in(view(kept->key())) || is_named_in(view(kept->value())))
      found.emplace_back(view(kept->key()));
  if (!kept->status().ok())
    return std::unexpected(error_of(kept->status(), "cannot read the idempotency keys"));
  return found;
}

result<prepared_erasure> prepare(const erased_from& store, std::string_view address, timestamp now) {
  prepared_erasure all;
  const auto listed = store.audiences.list();
  if (!listed)
    return std::unexpected(listed.error());
  for (const auto& info : *listed) {
    auto one = store.audiences.prepare_erasure(info, address, now);
    if (!one)
      return std::unexpected(one.error());
    if (!*one)
      continue;
    all.made.rows.push_back({(*one)->audience, (*one)->row});
    all.rows.push_back(**std::move(one));
  }
  auto entries = store.suppressions.prepare_erasure(address, now);
  if (!entries)
    return std::unexpected(entries.error());
  all.suppressions = *std::move(entries);
  all.made.suppressions = all.suppressions.count;
  auto keys = keys_naming(store.database, address);
  if (!keys)
    return std::unexpected(keys.error());
  all.keys = *std::move(keys);
  return all;
}

result<void>
record(const erased_from& store, std::string_view address, const act& done, const prepared_erasure& all) {
  const auto& [made, rows, entries, kept] = all;
  std::vector<house_event> events{
      {done.at, done.by,
       house::address_erased{store.house.hide()(folded(address)), made.rows.size(), made.suppressions}}};
  for (const auto& one : rows)
    if (one.rooted)
      events.push_back(*one.rooted);
  if (entries.added)
    events.push_back({done.at, {}, *entries.added});
  std::vector<std::string_view> announced;
  for (const auto& [key, value] : entries.puts)
    announced.push_back(key);
  store.suppressions.announce(announced);
  const auto recorded = store.house.record(std::move(events), [&](rocksdb::WriteBatch& batch) {
    auto* const audiences = store.database[family::audiences];
    for (const auto& one : all.rows) {
      batch.Delete(audiences, one.gone_key);
      for (const auto& [key, value] : one.puts)
        batch.Put(audiences, key, value);
    }
    auto* const list = store.database[family::suppressions];
    for (const auto& key : all.suppressions.gone)
      batch.Delete(list, key);
    for (const auto& [key, value] : all.suppressions.puts)
      batch.Put(list, key, value);
    for (const auto& key : all.keys)
      batch.Delete(store.database[family::keys], key);
  });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

/// The log of writes and the tables that the old bytes lie in go.
result<void> rewrite(rocksdb_database& database, const prepared_erasure& all) {
  if (auto flushed = database.flush_all(); !flushed)
    return flushed;
  for (const auto& one : all.rows) {
    if (auto done = database.rewrite_key(family::audiences, one.gone_key); !done)
      return done;
    for (const auto& [key, value] : one.puts)
      if (auto done = database.rewrite_key(family::audiences, key); !done)
        return done;
  }
  for (const auto& key : all.suppressions.gone)
    if (auto done = database.rewrite_key(family::suppressions, key); !done)
      return done;
  for (const auto& key : all.keys)
    if (auto done = database.rewrite_key(family::keys, key); !done)
      return done;
  return database.renew_manifest();
}

} // namespace

result<erasure> erase_recipient(const erased_from& store, std::string_view address, const act& done) {
  if (auto writable = store.database.check_writable(); !writable)
    return std::unexpected(writable.error());
  if (auto rooted = root_those_of_before(store.audiences, address); !rooted)
    return std::unexpected(rooted.error());
  const std::scoped_lock guard(store.audiences.changing(), store.suppressions.changing());
  auto all = prepare(store, address, done.at);
  if (!all)
    return std::unexpected(all.error());
  if (auto recorded = record(store, address, done, *all); !recorded)
    return std::unexpected(recorded.error());
  if (auto rewritten = rewrite(store.database, *all); !rewritten)
    return std::unexpected(rewritten.error());
  return std::move(all->made);
}

} // namespace sluice
