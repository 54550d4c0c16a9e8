// The family `partials`: name, a zero byte, version (4, big-endian) → see encode_partial. A store of before has no such
// family where it is opened for reading: then there are none.

#include "persistence/rocksdb/partials.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

#include <limits>

namespace sluice {

namespace {

std::string prefix_of(std::string_view name) {
  return std::string{name}.append(1, '\0');
}

std::string key_of(std::string_view name, std::uint32_t version) {
  auto key = prefix_of(name);
  append_big_endian(key, version);
  return key;
}

result<stored_partial> decode(std::string_view key, std::string_view value) {
  const auto end = key.find('\0');
  if (end == std::string_view::npos || key.size() != end + 1 + sizeof(std::uint32_t))
    return decode_partial(key, 0, {});
  return decode_partial(key.substr(0, end), read_big_endian<std::uint32_t>(key.data() + end + 1), value);
}

} // namespace

result<std::optional<stored_partial>> rocksdb_partials::last_of(std::string_view name) const {
  if (!database_.has(family::partials))
    return std::nullopt;
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::partials]));
  stored->SeekForPrev(key_of(name, std::numeric_limits<std::uint32_t>::max()));
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the partials"));
  if (!stored->Valid() || !view(stored->key()).starts_with(prefix_of(name)))
    return std::nullopt;
  auto found = decode(view(stored->key()), view(stored->value()));
  if (!found)
    return std::unexpected(found.error());
  return *std::move(found);
}

result<void> rocksdb_partials::write(const stored_partial& one) {
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  rocksdb::WriteBatch batch;
  batch.Put(database_[family::partials], key_of(one.name, one.version), encode_partial(one));
  return database_.write(batch, durability::synced);
}

result<stored_partial>
rocksdb_partials::put(std::string_view name, std::string_view content, std::string_view by, timestamp now) {
  if (auto checked = check_partial_name(name); !checked)
    return std::unexpected(checked.error());
  if (auto checked = check_partial_content(content); !checked)
    return std::unexpected(checked.error());
  const std::lock_guard guard(changing_);
  auto last = last_of(name);
  if (!last)
    return std::unexpected(last.error());
  if (*last && !(*last)->is_deleted && (*last)->content == content)
    return **std::move(last);
  stored_partial next{.name = std::string{name},
                      .version = (*last ? (*last)->version : 0U) + 1,
                      .content = std::string{content},
                      .changed_at = now,
                      .changed_by = std::string{by}};
  if (auto written = write(next); !written)
    return std::unexpected(written.error());
  return next;
}

result<void> rocksdb_partials::remove(std::string_view name, std::string_view by, timestamp now) {
  const std::lock_guard guard(changing_);
  const auto last = last_of(name);
  if (!last)
    return std::unexpected(last.error());
  if (!*last || (*last)->is_deleted)
    return no_such_partial(name);
  return write({.name = std::string{name},
                .version = (*last)->version + 1,
                .content = {},
                .changed_at = now,
                .changed_by = std::string{by},
                .is_deleted = true});
}

result<stored_partial> rocksdb_partials::find(std::string_view name,
                                              std::optional<std::uint32_t> version) const {
  std::optional<stored_partial> found;
  if (version) {
    const auto value = database_.get(family::partials, key_of(name, *version));
    if (!value)
      return std::unexpected(value.error());
    if (*value) {
      auto decoded = decode_partial(name, *version, **value);
      if (!decoded)
        return decoded;
      found = *std::move(decoded);
    }
  } else {
    auto last = last_of(name);
    if (!last)
      return std::unexpected(last.error());
    found = *std::move(last);
  }
  if (!found || found->is_deleted)
    return no_such_partial(name);
  return *std::move(found);
}

result<std::vector<stored_partial>> rocksdb_partials::list() const {
  std::vector<stored_partial> all;
  if (!database_.has(family::partials))
    return all;
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::partials]));
  // From each name's first key to its last, and on to the next name.
  for (stored->SeekToFirst(); stored->Valid();) {
    const auto name = std::string{view(stored->key()).substr(0, view(stored->key()).find('\0'))};
    stored->SeekForPrev(key_of(name, std::numeric_limits<std::uint32_t>::max()));
    if (!stored->Valid())
      break;
    auto one = decode(view(stored->key()), view(stored->value()));
    if (!one)
      return std::unexpected(one.error());
    one->content.clear();
    if (!one->is_deleted)
      all.push_back(*std::move(one));
    stored->Next();
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the partials"));
  return all;
}

} // namespace sluice
