#include "persistence/rocksdb/audiences.hpp"

#include "messages/address.hpp"
#include "messages/masked_address.hpp"
#include "persistence/audience_info_codec.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/audience_writer.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

std::unexpected<error> damaged(audience_id id, letter_index row) {
  return failure(error_code::corrupt,
                 notice{"audience_damaged", {{"audience", to_string(id)}, {"row", row}}});
}

/// Visits every key of one kind: (audience, value).
template <class Visit>
result<void> for_each_audience(const rocksdb_database& database, char mark, Visit&& visit) {
  const std::string begin(1, mark);
  const auto end = prefix_end(begin);
  const auto end_slice = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end_slice;
  const std::unique_ptr<rocksdb::Iterator> stored(
      database.db().NewIterator(options, database[family::audiences]));
  for (stored->Seek(slice(begin)); stored->Valid(); stored->Next())
    if (stored->key().size() == 1 + sizeof(std::uint64_t))
      visit(audience_id{read_big_endian<std::uint64_t>(stored->key().data() + 1)}, view(stored->value()));
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the audiences"));
  return {};
}

/// Keys that RocksDB is asked about at once: it keeps the blocks of all of them meanwhile.
constexpr std::size_t looked_up_at_once = 1024;

/// Where one of the addresses that are looked for may stand.
struct address_question {
  std::string key;
  std::size_t place = 0; ///< of the address
};

/// Answers some, sorted by their keys, each at its address's place.
result<void> look_up(const rocksdb_database& database,
                     audience_id id,
                     std::span<const address_question> asked,
                     std::vector<std::optional<letter_index>>& places) {
  std::vector<rocksdb::Slice> keys;
  keys.reserve(asked.size());
  for (const auto& one : asked)
    keys.push_back(slice(one.key));
  std::vector<rocksdb::PinnableSlice> values(asked.size());
  std::vector<rocksdb::Status> statuses(asked.size());
  database.db().MultiGet({}, database[family::audiences], keys.size(), keys.data(), values.data(),
                         statuses.data(), true);
  for (std::size_t at = 0; at < asked.size(); ++at) {
    if (statuses[at].IsNotFound())
      continue;
    if (!statuses[at].ok())
      return std::unexpected(error_of(statuses[at], "cannot look addresses up"));
    if (values[at].size() != sizeof(letter_index))
      return damaged(id, 0);
    places[asked[at].place] = read_big_endian<letter_index>(values[at].data());
  }
  return {};
}

} // namespace

deleted_ranges ranges_of_deleted(audience_id id) {
  deleted_ranges deleted{
      .ranges = {}, .marks_of = family::audiences, .marks = {audience_key(garbage_mark, id)}};
  for (const auto mark : content_marks) {
    const auto begin = audience_key(mark, id);
    deleted.ranges.push_back({family::audiences, begin, prefix_end(begin)});
  }
  return deleted;
}

rocksdb_audiences::rocksdb_audiences(rocksdb_database& database, rocksdb_house_log& house) :
    database_(database), house_(house), cleaner_(database) {
  // What cannot be done now, because the table is damaged or the disk full, is done before the next import:
  // nothing else hangs on it.
  if (database.check_writable())
    static_cast<void>(prepare_imports().has_value());
}

result<void> rocksdb_audiences::prepare_imports() {
  if (is_prepared_)
    return {};
  const auto next = database_.get(family::audiences, next_audience_key);
  if (!next)
    return std::unexpected(next.error());
  if (*next && (*next)->size() == sizeof(std::uint64_t))
    next_id_ = read_big_endian<std::uint64_t>((*next)->data());
  auto deleted = delete_unfinished_imports();
  if (deleted)
    deleted = clean_up_deleted();
  is_prepared_ = deleted.has_value();
  return deleted;
}

result<void> rocksdb_audiences::clean_up_deleted() {
  return for_each_audience(database_, garbage_mark, [this](audience_id id, std::string_view) {
    cleaner_.clean_up(ranges_of_deleted(id));
  });
}

result<void> rocksdb_audiences::delete_unfinished_imports() {
  rocksdb::WriteBatch batch;
  auto listed = for_each_audience(
      database_, begun_mark, [&](audience_id id, std::string_view) { delete_import(batch, database_, id); });
  if (!listed || batch.Count() == 0)
    return listed;
  return database_.write(batch, durability::synced);
}

result<std::unique_ptr<audience_writer>> rocksdb_audiences::begin(std::string name, timestamp now) {
  const std::lock_guard guard(changing_);
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  if (auto prepared = prepare_imports(); !prepared)
    return std::unexpected(prepared.error());
  const audience_id id{next_id_};
  const auto salt_key = database_.make_secret();
  if (!salt_key)
    return std::unexpected(salt_key.error());
  rocksdb::WriteBatch batch;
  batch.Put(database_[family::audiences], slice(next_audience_key), big_endian(next_id_ + 1));
  batch.Put(database_[family::audiences], audience_key(begun_mark, id), {});
  if (auto written = database_.write(batch, durability::synced); !written)
    return std::unexpected(written.error());
  ++next_id_;
  return std::make_unique<rocksdb_audience_writer>(database_, house_,
                                                   audience_draft(id, std::move(name), now, *salt_key));
}

result<std::vector<audience_info>>
rocksdb_audiences::commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                              const act& done,
                              const audience_key_maker& key) {
  std::vector<rocksdb_audience_writer*> ours;
  for (const auto& one : writers)
    ours.push_back(static_cast<rocksdb_audience_writer*>(one.get()));
  return commit_writers(database_, house_, ours, done, key);
}

result<audience_info> rocksdb_audiences::rename(audience_id id, std::string name, const act& done) {
  const std::lock_guard guard(changing_);
  const auto before = stored_info(id);
  if (!before)
    return std::unexpected(before.error());
  const auto known = decode_audience_info(id, *before);
  const auto renamed = with_text(id, *before, "name", name);
  if (!known || !renamed)
    return std::unexpected(known ? renamed.error() : known.error());
  const auto recorded = house_.record(
      {{done.at, done.by, house::audience_renamed{id, name, known->name}}}, [&](rocksdb::WriteBatch& batch) {
        batch.Put(database_[family::audiences], audience_key(info_mark, id), *renamed);
      });
  if (!recorded)
    return std::unexpected(recorded.error());
  return decode_audience_info(id, *renamed);
}

result<void> rocksdb_audiences::remove(audience_id id, const act& done) {
  {
    const std::lock_guard guard(changing_);
    const auto known = info(id);
    if (!known)
      return std::unexpected(known.error());
    const auto recorded = house_.record(
        {{done.at, done.by, house::audience_deleted{id, known->name, known->size, known->hash}}},
        [&](rocksdb::WriteBatch& batch) {
          auto* const audiences = database_[family::audiences];
          batch.Delete(audiences, audience_key(info_mark, id));
          delete_content(batch, database_, id);
          batch.Put(audiences, audience_key(deleted_mark, id), encode_deleted(*known, done.at));
          batch.Put(audiences, audience_key(garbage_mark, id), {});
        });
    if (!recorded)
      return std::unexpected(recorded.error());
  }
  cleaner_.clean_up(ranges_of_deleted(id));
  return {};
}

result<std::string> rocksdb_audiences::stored_info(audience_id id) const {
  auto value = database_.get(family::audiences, audience_key(info_mark, id));
  if (!value)
    return std::unexpected(value.error());
  if (*value)
    return **std::move(value);
  const auto deleted = database_.get(family::audiences, audience_key(deleted_mark, id));
  if (!deleted)
    return std::unexpected(deleted.error());
  return *deleted ? deletion_of(id, **deleted) : no_such_audience(id);
}

result<audience_info> rocksdb_audiences::info(audience_id id) const {
  const auto value = stored_info(id);
  if (!value)
    return std::unexpected(value.error());
  return decode_audience_info(id, *value);
}

result<rocksdb_audiences::layout> rocksdb_audiences::layout_of(audience_id id) const {
  const auto known = info(id);
  if (!known)
    return std::unexpected(known.error());
  return layout{known->size, is_tree_hash(known->hash) ? rows_mark : old_rows_mark};
}

result<std::vector<audience_info>> rocksdb_audiences::list() const {
  std::vector<audience_info> all;
  std::optional<error> problem;
  const auto listed = for_each_audience(database_, info_mark, [&](audience_id id, std::string_view value) {
    auto one = decode_audience_info(id, value);
    if (one)
      all.push_back(*std::move(one));
    else
      problem = one.error();
  });
  if (!listed)
    return std::unexpected(listed.error());
  if (problem)
    return std::unexpected(*problem);
  return all;
}

result<recipient_rows> rocksdb_audiences::read_rows(audience_id id,
                                                    letter_index first,
                                                    std::size_t count,
                                                    std::size_t bytes_max) const {
  auto rows = read_stored_rows(id, first, count, bytes_max);
  // One that was deleted meanwhile is no damaged one.
  if (!rows && rows.error().code == error_code::corrupt)
    if (const auto still = layout_of(id); !still)
      return std::unexpected(still.error());
  return rows;
}

result<recipient_rows> rocksdb_audiences::read_stored_rows(audience_id id,
                                                           letter_index first,
                                                           std::size_t count,
                                                           std::size_t bytes_max) const {
  const auto known = layout_of(id);
  if (!known)
    return std::unexpected(known.error());
  const auto [size, mark] = *known;
  if (first >= size || count == 0)
    return recipient_rows();
  const auto end = first + static_cast<letter_index>(std::min<std::size_t>(count, size - first));

  const auto prefix = audience_key(mark, id);
  const auto keys_end = prefix_end(prefix);
  const auto keys_end_slice = slice(keys_end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &keys_end_slice;
  const std::unique_ptr<rocksdb::Iterator> chunks(
      database_.db().NewIterator(options, database_[family::audiences]));
  std::vector<char> bytes;
  auto expected = first;
  bool is_full = false;
  for (chunks->SeekForPrev(slice(rows_key(mark, id, first))); chunks->Valid() && expected < end && !is_full;
       chunks->Next()) {
    const auto key = view(chunks->key());
    if (key.size() != prefix.size() + sizeof(letter_index) || !key.starts_with(prefix))
      return damaged(id, expected);
    auto index = read_big_endian<letter_index>(key.data() + prefix.size());
    if (index > expected)
      return damaged(id, expected);
    auto chunk = view(chunks->value());
    for (; index < expected && !chunk.empty(); ++index)
      if (!take_entry(chunk))
        return damaged(id, index);
    const auto* const begin = chunk.data();
    const auto* taken = begin;
    for (; expected < end && !chunk.empty(); ++expected, taken = chunk.data()) {
      if (!take_entry(chunk))
        return damaged(id, expected);
      const auto so_far = bytes.size() + static_cast<std::size_t>(chunk.data() - begin);
      is_full = so_far > bytes_max && expected > first;
      if (is_full)
        break;
    }
    bytes.insert(bytes.end(), begin, taken);
  }
  if (!chunks->status().ok())
    return std::unexpected(error_of(chunks->status(), fmt::format("cannot read audience {}", to_string(id))));
  if (expected != end && !is_full)
    return damaged(id, expected);
  recipient_rows rows(std::move(bytes));
  if (rows.size() != expected - first)
    return damaged(id, first + static_cast<letter_index>(rows.size()));
  return rows;
}

result<std::optional<import_summary>> rocksdb_audiences::import_of(audience_id id) const {
  const auto stored = database_.get(family::audiences, audience_key(import_mark, id));
  if (!stored)
    return std::unexpected(stored.error());
  if (!*stored)
    return std::nullopt;
  auto summary = decode_import_summary(**stored);
  if (!summary)
    return damaged(id, 0);
  return summary;
}

result<std::vector<left_out_entry>> rocksdb_audiences::left_out(audience_id id) const {
  const auto stored = database_.get(family::audiences, audience_key(left_out_mark, id));
  if (!stored)
    return std::unexpected(stored.error());
  if (!*stored)
    return std::vector<left_out_entry>{};
  auto rows = decode_left_out(**stored);
  if (!rows)
    return damaged(id, 0);
  return *std::move(rows);
}

/// The key of the index that has the address, in whichever spelling.
result<std::optional<std::string>> rocksdb_audiences::index_key_of(audience_id id,
                                                                   std::string_view email) const {
  const auto now_folded = folded(email);
  std::vector<std::string> spellings{now_folded};
  std::ranges::move(folded_before(email), std::back_inserter(spellings)); // how an audience of before has it
  spellings.push_back(erased_target(house_.hide()(now_folded)));
  for (const auto& one : spellings) {
    auto key = address_key(id, one);
    const auto value = database_.get(family::audiences, key);
    if (!value)
      return std::unexpected(value.error());
    if (*value)
      return key;
  }
  return std::nullopt;
}

result<std::vector<std::optional<letter_index>>>
rocksdb_audiences::find_all(audience_id id, std::span<const std::string_view> emails) const {
  if (auto known = layout_of(id); !known)
    return std::unexpected(known.error());
  std::vector<address_question> asked;
  asked.reserve(emails.size());
  for (std::size_t place = 0; place < emails.size(); ++place) {
    const auto now_folded = folded(emails[place]);
    asked.push_back({address_key(id, now_folded), place});
    asked.push_back({address_key(id, erased_target(house_.hide()(now_folded))), place});
    for (const auto& before : folded_before(emails[place])) // how an audience of before has it
      asked.push_back({address_key(id, before), place});
  }
  // In the order of the disk, so that a block is unpacked once for all that lie in it.
  std::ranges::sort(asked, {}, &address_question::key);
  std::vector<std::optional<letter_index>> places(emails.size());
  for (std::size_t begin = 0; begin < asked.size(); begin += looked_up_at_once)
    if (auto found = look_up(
            database_, id, std::span(asked).subspan(begin, std::min(looked_up_at_once, asked.size() - begin)),
            places);
        !found)
      return std::unexpected(found.error());
  return places;
}

result<std::optional<rocksdb_audiences::row_erasure>>
rocksdb_audiences::prepare_erasure(const audience_info& info, std::string_view address, timestamp now) {
  const auto id = info.id;
  const auto key = index_key_of(id, address);
  if (!key)
    return std::unexpected(key.error());
  const auto hidden = address_key(id, erased_target(house_.hide()(folded(address))));
  if (!*key || **key == hidden)
    return std::nullopt;
  const auto row = find(id, address);
  if (!row || !*row)
    return row ? damaged(id, 0) : std::unexpected(row.error());
  row_erasure made{.audience = id, .row = **row, .puts = {}, .gone_key = **key, .rooted = {}};
  made.puts.emplace_back(hidden, big_endian(made.row));

  // Its chunk, which begins at or before it.
  const auto lies = layout_of(id);
  if (!lies)
    return std::unexpected(lies.error());
  const auto prefix = audience_key(lies->rows, id);
  const std::unique_ptr<rocksdb::Iterator> chunks(
      database_.db().NewIterator({}, database_[family::audiences]));
  chunks->SeekForPrev(slice(rows_key(lies->rows, id, made.row)));
  if (!chunks->status().ok())
    return std::unexpected(error_of(chunks->status(), fmt::format("cannot read audience {}", to_string(id))));
  if (!chunks->Valid() || !view(chunks->key()).starts_with(prefix))
    return damaged(id, made.row);
  const auto first = read_big_endian<letter_index>(chunks->key().data() + prefix.size());
  const auto rows = read_stored_rows(id, made.row, 1, audience_read_bytes_max);
  if (!rows || rows->empty())
    return rows ? damaged(id, made.row) : std::unexpected(rows.error());
  auto leaf = rows->leaf(0);
  const auto has_salt = is_tree_hash(info.hash);
  if (!has_salt) {
    // Without random bytes it could be guessed back: another stands for it from now on, and in the tree.
    const auto random = database_.make_secret();
    if (!random)
      return std::unexpected(random.error());
    leaf = sha256(*random);
    if (auto rerooted = replace_leaf(info, made, leaf, now); !rerooted)
      return std::unexpected(rerooted.error());
  }
  auto changed = with_erased(view(chunks->value()), made.row - first, leaf);
  if (!changed)
    return damaged(id, made.row);
  made.puts.emplace_back(std::string(view(chunks->key())), *std::move(changed));
  if (auto cleaned = clean_left_out(info, address, made); !cleaned)
    return std::unexpected(cleaned.error());
  return made;
}

/// An audience of before: the tree with another leaf in one place, up to its root.
result<void> rocksdb_audiences::replace_leaf(const audience_info& info,
                                             row_erasure& into,
                                             const sha256_hash& leaf,
                                             timestamp now) {
  constexpr auto hash_bytes = std::tuple_size_v<sha256_hash>;
  const auto group = into.row / tree_fanout;
  const auto proof = prove(info, into.row);
  if (!proof)
    return std::unexpected(proof.error());
  auto hash = leaf;
  auto place = into.row % tree_fanout;
  auto index = group;
  for (std::size_t level = 0; level < proof->path.size(); ++level) {
    auto hashes = proof->path[level];
    if (hashes.size() < (place + 1) * hash_bytes)
      return damaged(info.id, into.row);
    hashes.replace(place * hash_bytes, hash_bytes, as_text(hash));
    if (level > 0)
      into.puts.emplace_back(tree_key(info.id, static_cast<unsigned>(level - 1), index), hashes);
    if (level + 1 == proof->path.size())
      break; // one hash: the top
    hash = sha256(hashes);
    place = index % tree_fanout;
    index /= tree_fanout;
  }
  auto marks = tree_hashes(info.id, leaf_marks_level, group / tree_fanout);
  if (!marks)
    return std::unexpected(marks.error());
  if (const auto at = into.row % leaf_marks_per_block * leaf_mark_bytes;
      at + leaf_mark_bytes <= marks->size()) {
    marks->replace(at, leaf_mark_bytes, as_text(leaf).substr(0, leaf_mark_bytes));
    into.puts.emplace_back(tree_key(info.id, leaf_marks_level, group / tree_fanout), *marks);
  }
  const auto root = tree_hash(info.size, info.columns, hash);
  const auto before = stored_info(info.id);
  const auto with_root = before ? with_text(info.id, *before, "root", root) : before;
  if (!with_root)
    return std::unexpected(with_root.error());
  into.puts.emplace_back(audience_key(info_mark, info.id), *with_root);
  into.rooted = house_event{now, {}, house::audience_rooted{info.id, info.hash, root}};
  return {};
}

/// Rows that its import left out are kept with their cells.
result<void> rocksdb_audiences::clean_left_out(const audience_info& info,
                                               std::string_view address,
                                               row_erasure& into) const {
  auto rows = left_out(info.id);
  if (!rows)
    return std::unexpected(rows.error());
  auto is_changed = false;
  for (auto& one : *rows)
    if (auto cleaned = without_address(one.cell, address); cleaned != one.cell) {
      one.cell = std::move(cleaned);
      is_changed = true;
    }
  if (is_changed)
    into.puts.emplace_back(audience_key(left_out_mark, info.id), encode_left_out(*rows));
  return {};
}

result<std::string>
rocksdb_audiences::tree_hashes(audience_id id, unsigned level, std::uint32_t index) const {
  auto value = database_.get(family::audiences, tree_key(id, level, index));
  if (!value)
    return std::unexpected(value.error());
  return (*value).value_or(std::string{});
}

result<void> rocksdb_audiences::keep_root(const audience_info& info,
                                          const std::string& root,
                                          const std::vector<tree_block>& blocks) {
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  const std::lock_guard guard(changing_);
  const auto before = stored_info(info.id);
  if (!before)
    return std::unexpected(before.error());
  const auto with_root = with_text(info.id, *before, "root", root);
  if (!with_root)
    return std::unexpected(with_root.error());
  const auto recorded = house_.record(
      {{database_.now(), {}, house::audience_rooted{info.id, info.hash, root}}},
      [&](rocksdb::WriteBatch& batch) {
        for (const auto& block : blocks)
          batch.Put(database_[family::audiences], tree_key(info.id, block.level, block.index), block.hashes);
        batch.Put(database_[family::audiences], audience_key(info_mark, info.id), *with_root);
      });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

result<void> rocksdb_audiences::visit_addresses(
    audience_id id, const std::function<void(std::string_view address, letter_index row)>& visit) const {
  const auto prefix = audience_key(address_mark, id);
  const auto end = prefix_end(prefix);
  const auto end_slice = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end_slice;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> keys(
      database_.db().NewIterator(options, database_[family::audiences]));
  for (keys->Seek(slice(prefix)); keys->Valid(); keys->Next()) {
    const auto address = view(keys->key()).substr(prefix.size());
    if (keys->value().size() != sizeof(letter_index))
      return damaged(id, 0);
    visit(is_erased_target(address) ? std::string_view{} : address,
          read_big_endian<letter_index>(keys->value().data()));
  }
  if (!keys->status().ok())
    return std::unexpected(error_of(keys->status(), fmt::format("cannot read audience {}", to_string(id))));
  return {};
}

} // namespace sluice
