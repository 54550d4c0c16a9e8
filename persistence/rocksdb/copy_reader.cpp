#include "persistence/rocksdb/copy_reader.hpp"

#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/removed_campaigns.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"

#include <fmt/format.h>

#include <limits>
#include <map>

namespace sluice {

namespace {

constexpr std::string_view audience_marks = "dilm";
constexpr std::string_view copying_failed = "cannot read the store that is copied";

std::unique_ptr<rocksdb::Iterator> records_to_copy(const rocksdb_database& database, family from) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  return std::unique_ptr<rocksdb::Iterator>(database.db().NewIterator(options, database[from]));
}

std::unexpected<error> not_copied(std::string_view what, std::string_view key) {
  return failure(
      error_code::corrupt,
      fmt::format("{}: there is {} that cannot be read ({}); sluice audit verify says what is wrong",
                  copying_failed, what,
                  to_hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()})));
}

} // namespace

result<std::vector<copy_record>> rocksdb_copy_reader::read(copy_table table, std::string_view after) const {
  switch (table) {
  case copy_table::audiences:
    return read_audiences(after);
  case copy_table::audience_rows:
    return read_rows(after);
  case copy_table::erased_addresses:
    return read_erased(after);
  case copy_table::audience_hashes:
    return scan(family::audiences, "h", after, [this](copy_record& one) -> result<bool> {
      const auto id = copy_number(one.key);
      const auto there = audience_from(id);
      if (!there)
        return std::unexpected(there.error());
      return *there && (*there)->value == id;
    });
  case copy_table::suppressions:
    return scan(family::suppressions, "", after, [](copy_record& one) -> result<bool> {
      if (one.key.starts_with(end_mark))
        return false;
      return decode_suppression(one.key, one.value) ? result<bool>(true)
                                                    : not_copied("a suppression", one.key);
    });
  case copy_table::tokens:
    return scan(family::tokens, "", after);
  case copy_table::keys:
    return scan(family::keys, "", after);
  case copy_table::notes:
    return scan(family::meta, "note/", after);
  case copy_table::partials:
    return scan(family::partials, "", after);
  case copy_table::attachment_pieces:
    return scan(family::attachments, "c", after, [this](copy_record& one) -> result<bool> {
      const auto begun = database_.get(family::attachments, "b" + one.key.substr(0, sizeof(std::uint64_t)));
      return begun ? result<bool>(!*begun) : std::unexpected(begun.error());
    });
  case copy_table::attachments:
    return scan(family::attachments, "i", after);
  case copy_table::removed:
    return scan(family::meta, removed_prefix, after, [](copy_record& one) -> result<bool> {
      const auto removed = decode_removed({copy_number(one.key)}, one.value);
      if (!removed)
        return std::unexpected(removed.error());
      one.value = big_endian(static_cast<std::uint64_t>(removed->at.time_since_epoch().count()));
      append_big_endian(one.value,
                        static_cast<std::uint64_t>(removed->over_since.time_since_epoch().count()));
      append_big_endian(one.value, removed->audience.value);
      return true;
    });
  case copy_table::events:
    return scan(family::events, "", after, [](copy_record& one) -> result<bool> {
      return one.key.size() == record_key_bytes ? result<bool>(true) : not_copied("a record's key", one.key);
    });
  case copy_table::counters:
    return read_counters(after);
  }
  return page{};
}

result<rocksdb_copy_reader::page> rocksdb_copy_reader::scan(family from,
                                                            std::string_view prefix,
                                                            std::string_view after,
                                                            const taker& take) const {
  page found;
  if (!database_.has(from))
    return found;
  auto begin = std::string(prefix).append(after);
  if (!after.empty())
    begin.push_back('\0'); // the first key behind it
  std::size_t bytes = 0;
  const auto records = records_to_copy(database_, from);
  for (records->Seek(slice(begin)); records->Valid() && bytes < copy_page_bytes; records->Next()) {
    const auto key = view(records->key());
    if (!key.starts_with(prefix))
      break;
    copy_record one{std::string(key.substr(prefix.size())), std::string(view(records->value()))};
    if (take) {
      const auto is_taken = take(one);
      if (!is_taken)
        return std::unexpected(is_taken.error());
      if (!*is_taken)
        continue;
    }
    bytes += one.key.size() + one.value.size();
    found.push_back(std::move(one));
  }
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), copying_failed));
  return found;
}

result<rocksdb_copy_reader::page> rocksdb_copy_reader::read_audiences(std::string_view after) const {
  for (const auto mark : audience_marks) {
    if (!after.empty() && mark < after.front())
      continue;
    const auto behind = !after.empty() && mark == after.front() ? after.substr(1) : std::string_view{};
    auto found = scan(family::audiences, std::string(1, mark), behind, [&](copy_record& one) -> result<bool> {
      if (one.key.size() != sizeof(std::uint64_t))
        return not_copied("a list's key", one.key);
      // Of how it was imported only where it is there by now.
      if (mark == import_mark || mark == left_out_mark) {
        const auto there = database_.get(family::audiences, info_mark + one.key);
        if (!there || !*there)
          return there ? result<bool>(false) : std::unexpected(there.error());
      }
      one.key.insert(one.key.begin(), mark);
      return true;
    });
    if (!found || !found->empty())
      return found;
  }
  return page{};
}

result<std::optional<audience_id>> rocksdb_copy_reader::audience_from(std::uint64_t id) const {
  const auto known = records_to_copy(database_, family::audiences);
  known->Seek(slice(audience_key(info_mark, {id})));
  if (!known->status().ok())
    return std::unexpected(error_of(known->status(), copying_failed));
  if (!known->Valid() || !view(known->key()).starts_with(info_mark))
    return std::nullopt;
  return audience_id{copy_number(view(known->key()), 1)};
}

result<rocksdb_copy_reader::page> rocksdb_copy_reader::read_rows(std::string_view after) const {
  page found;
  std::size_t bytes = 0;
  auto id = copy_number(after);
  auto wanted = after.empty() ? 0U : copy_index(after) + 1;
  for (;; ++id, wanted = 0) {
    const auto there = audience_from(id);
    if (!there)
      return std::unexpected(there.error());
    if (!*there)
      return found;
    if ((*there)->value != id)
      wanted = 0;
    id = (*there)->value;
    const auto prefix = audience_key(rows_mark, **there);
    const auto chunks = records_to_copy(database_, family::audiences);
    chunks->SeekForPrev(slice(rows_key(rows_mark, **there, wanted)));
    if (!chunks->Valid() || !view(chunks->key()).starts_with(prefix))
      chunks->Seek(slice(prefix));
    for (; chunks->Valid() && view(chunks->key()).starts_with(prefix); chunks->Next()) {
      if (bytes >= copy_page_bytes)
        return found;
      auto row = copy_index(view(chunks->key()), prefix.size());
      for (auto chunk = view(chunks->value()); !chunk.empty(); ++row) {
        const auto whole = chunk;
        if (!take_entry(chunk))
          return not_copied("a row of a list", view(chunks->key()));
        if (row < wanted)
          continue;
        found.push_back({copy_key(id, row), std::string(whole.substr(0, whole.size() - chunk.size()))});
        bytes += found.back().value.size();
      }
    }
    if (!chunks->status().ok())
      return std::unexpected(error_of(chunks->status(), copying_failed));
  }
}

/// They lie in the order of addresses, and are few: those of one list are put in the order of rows.
result<rocksdb_copy_reader::page> rocksdb_copy_reader::read_erased(std::string_view after) const {
  for (auto id = copy_number(after);; ++id) {
    const auto there = audience_from(id);
    if (!there)
      return std::unexpected(there.error());
    if (!*there)
      return page{};
    id = (*there)->value;
    const auto prefix = address_key(**there, "<");
    std::map<std::string, std::string> by_row;
    const auto erased = records_to_copy(database_, family::audiences);
    for (erased->Seek(slice(prefix)); erased->Valid() && view(erased->key()).starts_with(prefix);
         erased->Next()) {
      const auto target = view(erased->key()).substr(prefix.size() - 1);
      if (!is_erased_target(target) || erased->value().size() != sizeof(letter_index))
        return not_copied("an erased address", view(erased->key()));
      by_row.emplace(copy_key(id, copy_index(view(erased->value()), 0)), hidden_in(target));
    }
    if (!erased->status().ok())
      return std::unexpected(error_of(erased->status(), copying_failed));
    page found;
    for (auto one = by_row.upper_bound(std::string(after)); one != by_row.end(); ++one)
      found.push_back({one->first, one->second});
    if (!found.empty())
      return found;
  }
}

result<rocksdb_copy_reader::page> rocksdb_copy_reader::read_counters(std::string_view after) const {
  page found;
  for (const auto& [name, from] :
       {std::pair{"audience", family::audiences}, std::pair{"upload", family::attachments}}) {
    if (std::string_view(name) <= after)
      continue;
    const auto next = database_.get(from, next_audience_key);
    if (!next)
      return std::unexpected(next.error());
    const auto number = copy_number(next->value_or(""));
    found.push_back({name, big_endian(number > 0 ? number - 1 : 0)});
  }
  return found;
}

result<std::vector<std::pair<campaign_id, log_head>>> rocksdb_copy_reader::heads() const {
  std::vector<std::pair<campaign_id, log_head>> all;
  const auto records = records_to_copy(database_, family::events);
  records->SeekToFirst();
  while (records->Valid()) {
    const campaign_id campaign{copy_number(view(records->key()))};
    records->SeekForPrev(slice(record_key(campaign, std::numeric_limits<event_number>::max())));
    if (!records->Valid() || records->key().size() != record_key_bytes)
      break;
    const auto number = copy_number(view(records->key()), sizeof(std::uint64_t));
    all.emplace_back(campaign, log_head{number, record_hash(campaign, number, view(records->value()))});
    records->Next();
  }
  if (!records->status().ok())
    return std::unexpected(error_of(records->status(), copying_failed));
  return all;
}

} // namespace sluice
