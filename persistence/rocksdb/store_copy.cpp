#include "persistence/rocksdb/store_copy.hpp"

#include "messages/address.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/rocksdb/audience_keys.hpp"
#include "persistence/rocksdb/audiences.hpp"
#include "persistence/rocksdb/copy_reader.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/removed_campaigns.hpp"
#include "persistence/rocksdb/store.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <exception>

namespace sluice {

namespace {

constexpr std::string_view origin_key = "copy/origin";
constexpr std::string_view place_key = "copy/place";
constexpr std::string_view copied_key = "copied";
/// As an import makes them.
constexpr std::size_t chunk_bytes_max = 256U << 10U;

std::unexpected<error> cannot_keep(copy_table table) {
  return failure(error_code::corrupt,
                 fmt::format("cannot copy {}: a record of the source cannot be read", name_of(table)));
}

class rocksdb_source final : public rocksdb_copy_reader {
public:
  rocksdb_source(folder_lock lock, std::unique_ptr<rocksdb_database> database) :
      rocksdb_copy_reader(*database), lock_(std::move(lock)), database_(std::move(database)) {}

private:
  folder_lock lock_;
  std::unique_ptr<rocksdb_database> database_;
};

class rocksdb_target final : public copy_target {
public:
  explicit rocksdb_target(std::unique_ptr<rocksdb_database> database) :
      database_(std::move(database)), reader_(*database_), house_(database_->secret()),
      audiences_(*database_, house_) {}

  result<copy_place> begin(const copy_origin& origin) override {
    const auto before = database_->get(family::meta, origin_key);
    const auto place = database_->get(family::meta, place_key);
    if (!before || !place)
      return std::unexpected(before ? place.error() : before.error());
    if (*before && !(*before)->starts_with(origin.fingerprint))
      return failure(
          error_code::conflict,
          fmt::format("a copy of another store was begun here ({}), or of this one before an engine "
                      "changed it; name an empty folder",
                      (*before)->substr(origin.fingerprint.size())));
    origin_ = origin.fingerprint;
    from_ = origin.from;
    rocksdb::WriteBatch batch;
    batch.Put(meta(), slice(origin_key), origin.fingerprint + origin.from);
    if (auto kept = database_->write(batch, durability::synced); !kept)
      return std::unexpected(kept.error());
    return decode_copy_place(place->value_or("")).value_or(copy_place{});
  }

  result<void> put(copy_table table, std::span<const copy_record> records, const copy_place& place) override {
    rocksdb::WriteBatch batch;
    if (table == copy_table::audience_rows) {
      if (auto put = put_rows(batch, records); !put)
        return put;
    } else {
      for (const auto& one : records)
        if (auto put = put_one(batch, table, one); !put)
          return put;
    }
    batch.Put(meta(), slice(place_key), encode_copy_place(place));
    return database_->write(batch, durability::logged);
  }

  /// The index of addresses goes with the rows.
  result<void> derive() override { return {}; }
  const copy_source& contents() const override { return reader_; }
  const audience_store& audiences() const override { return audiences_; }

  result<void> complete(timestamp at) override {
    // What is in memory goes to tables first, so that a full disk shows before this is a store.
    if (auto flushed = database_->flush_all(); !flushed)
      return flushed;
    const auto heads = reader_.heads();
    if (!heads)
      return std::unexpected(heads.error());
    rocksdb::WriteBatch batch;
    if (!heads->empty() && heads->front().first == house_log_id)
      batch.Put(meta(), slice(house_mark), "1");
    batch.Put(meta(), slice(copied_key),
              origin_ + big_endian(static_cast<std::uint64_t>(at.time_since_epoch().count())) + from_);
    batch.Delete(meta(), slice(origin_key));
    batch.Delete(meta(), slice(place_key));
    database_->put_format(batch);
    return database_->write(batch, durability::synced);
  }

private:
  rocksdb::ColumnFamilyHandle* meta() const { return (*database_)[family::meta]; }

  result<void> put_one(rocksdb::WriteBatch& batch, copy_table table, const copy_record& one) {
    auto& to = *database_;
    switch (table) {
    case copy_table::audiences:
      batch.Put(to[family::audiences], one.key, one.value);
      break;
    case copy_table::erased_addresses:
      batch.Put(to[family::audiences], address_key({copy_number(one.key)}, erased_target(one.value)),
                big_endian(copy_index(one.key)));
      break;
    case copy_table::audience_hashes:
      batch.Put(to[family::audiences], tree_mark + one.key, one.value);
      break;
    case copy_table::suppressions: {
      const auto entry = decode_suppression(one.key, one.value);
      if (!entry)
        return cannot_keep(table);
      batch.Put(to[family::suppressions], one.key, one.value);
      if (entry->until)
        batch.Put(to[family::suppressions], end_key(*entry->until, one.key), {});
      break;
    }
    case copy_table::tokens:
      batch.Put(to[family::tokens], one.key, one.value);
      break;
    case copy_table::keys:
      batch.Put(to[family::keys], one.key, one.value);
      break;
    case copy_table::notes:
      batch.Put(meta(), "note/" + one.key, one.value);
      break;
    case copy_table::partials:
      batch.Put(to[family::partials], one.key, one.value);
      break;
    case copy_table::attachment_pieces:
      batch.Put(to[family::attachments], "c" + one.key, one.value);
      break;
    case copy_table::attachments:
      batch.Put(to[family::attachments], "i" + one.key, one.value);
      break;
    case copy_table::removed: {
      const auto at = [&](std::size_t from) {
        return timestamp(milliseconds(static_cast<std::int64_t>(copy_number(one.value, from))));
      };
      batch.Put(meta(), std::string(removed_prefix) + one.key,
                encode_removed({{copy_number(one.key)}, at(0), at(8), {copy_number(one.value, 16)}}));
      break;
    }
    case copy_table::events:
      batch.Put(to[family::events], one.key, one.value);
      break;
    case copy_table::counters:
      batch.Put(to[one.key == "audience" ? family::audiences : family::attachments], slice(next_audience_key),
                big_endian(copy_number(one.value) + 1));
      break;
    case copy_table::audience_rows:
      break;
    }
    return {};
  }

  result<void> put_rows(rocksdb::WriteBatch& batch, std::span<const copy_record> rows) {
    auto* const audiences = (*database_)[family::audiences];
    std::string chunk;
    std::string_view first;
    letter_index count = 0;
    const auto end_chunk = [&] {
      if (count > 0)
        batch.Put(audiences, rows_mark + std::string(first), chunk);
      chunk.clear();
      count = 0;
    };
    std::vector<field_view> fields;
    for (const auto& one : rows) {
      const audience_id id{copy_number(one.key)};
      const auto row = copy_index(one.key);
      if (count > 0 && (copy_number(first) != id.value || copy_index(first) + count != row ||
                        count == tree_fanout || chunk.size() + one.value.size() > chunk_bytes_max))
        end_chunk();
      if (count == 0)
        first = one.key;
      chunk += one.value;
      ++count;
      std::string_view rest = one.value;
      const auto entry = take_entry(rest);
      if (!entry)
        return cannot_keep(copy_table::audience_rows);
      if (entry->is_erased())
        continue;
      fields.clear();
      const auto address = read_row(entry->row, fields);
      if (!address)
        return cannot_keep(copy_table::audience_rows);
      batch.Put(audiences, address_key(id, folded(*address)), big_endian(row));
    }
    end_chunk();
    return {};
  }

  // Destroyed from the last to the first.
  std::unique_ptr<rocksdb_database> database_;
  rocksdb_copy_reader reader_;
  rocksdb_house_log house_;
  rocksdb_audiences audiences_;
  std::string origin_;
  std::string from_;
};

template <class Open>
auto without_exceptions(const std::filesystem::path& folder, Open&& open) -> decltype(open()) {
  // The standard library's file functions throw where they run out of memory or get an odd path.
  try {
    return open();
  } catch (const std::exception& problem) {
    return failure(error_code::storage_failed,
                   fmt::format("cannot open the store in {}: {}", folder.string(), problem.what()));
  }
}

} // namespace

result<std::unique_ptr<copy_source>> open_rocksdb_copy_source(const std::filesystem::path& folder) {
  return without_exceptions(folder, [&]() -> result<std::unique_ptr<copy_source>> {
    // The lock would make a folder that is not there.
    if (auto looked = rocksdb_database::open(folder, open_mode::read_only, {}); !looked)
      return std::unexpected(looked.error());
    auto lock = folder_lock::take(folder);
    if (!lock)
      return std::unexpected(lock.error());
    auto database = rocksdb_database::open(folder, open_mode::read_only, {});
    if (!database)
      return std::unexpected(database.error());
    return std::make_unique<rocksdb_source>(*std::move(lock), *std::move(database));
  });
}

result<std::unique_ptr<copy_target>> open_rocksdb_copy_target(const std::filesystem::path& folder,
                                                              const std::string& secret,
                                                              rocksdb_environment environment) {
  return without_exceptions(folder, [&]() -> result<std::unique_ptr<copy_target>> {
    environment.copied_secret = secret;
    auto database = rocksdb_database::open(folder, open_mode::read_write, std::move(environment));
    if (!database)
      return std::unexpected(database.error());
    return std::make_unique<rocksdb_target>(*std::move(database));
  });
}

} // namespace sluice
