// The family `suppressions`: under the address as `folded` has it, or as folded_before has it, where an engine of
// before wrote it
//
//   8 bytes   since when: milliseconds since 1970, big-endian
//   the rest  the reason

#include "persistence/rocksdb/suppressions.hpp"

#include "messages/address.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_set>

namespace sluice {

namespace {

constexpr std::size_t since_bytes = 8;
// One look-up and one write each; a list of millions holds up the other writers for milliseconds only.
constexpr std::size_t changes_at_once_max = 10'000;

std::string encode(const suppression& entry) {
  std::string value;
  append_big_endian(value, static_cast<std::uint64_t>(entry.since.time_since_epoch().count()));
  value.append(entry.reason);
  return value;
}

std::unexpected<error> damaged() {
  return failure(error_code::corrupt,
                 "an entry of the suppression list cannot be read; bring the data folder "
                 "back from a copy");
}

/// The addresses folded, as the keys are, and behind them other spellings that keys of before may have. Those that are
/// so already are not copied.
class folded_addresses {
public:
  explicit folded_addresses(const std::vector<std::string_view>& emails) : folded_(emails) {
    for (std::size_t place = 0; place < emails.size(); ++place) {
      const auto email = emails[place];
      if (std::ranges::any_of(email, may_fold))
        folded_[place] = copies_.emplace_back(folded(email));
      if (folded_[place].find("@xn--") == std::string_view::npos &&
          folded_[place].find(".xn--") == std::string_view::npos)
        continue;
      for (auto& before : folded_before(email)) {
        folded_.push_back(copies_.emplace_back(std::move(before)));
        places_.push_back(place);
      }
    }
  }
  const std::vector<std::string_view>& all() const { return folded_; }
  /// Which of the addresses the spelling is of.
  std::size_t place_of(std::size_t spelling) const {
    const auto addresses = folded_.size() - places_.size();
    return spelling < addresses ? spelling : places_[spelling - addresses];
  }
  std::vector<rocksdb::Slice> keys() const {
    std::vector<rocksdb::Slice> keys;
    keys.reserve(folded_.size());
    for (const auto email : folded_)
      keys.push_back(slice(email));
    return keys;
  }

private:
  static bool may_fold(char c) { return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

  std::vector<std::string_view> folded_;
  std::vector<std::size_t> places_; ///< of those behind the addresses
  std::deque<std::string> copies_;  ///< none moves when another is added
};

std::uint64_t hash_of(std::string_view folded_address) {
  return std::hash<std::string_view>{}(folded_address);
}

/// Looks all keys up at once; a value that was not found is left empty.
result<void> look_up(const rocksdb_database& database,
                     const std::vector<rocksdb::Slice>& keys,
                     std::vector<rocksdb::PinnableSlice>& values,
                     std::vector<rocksdb::Status>& statuses) {
  values = std::vector<rocksdb::PinnableSlice>(keys.size());
  statuses = std::vector<rocksdb::Status>(keys.size());
  database.db().MultiGet({}, database[family::suppressions], keys.size(), keys.data(), values.data(),
                         statuses.data());
  for (const auto& status : statuses)
    if (!status.ok() && !status.IsNotFound())
      return std::unexpected(error_of(status, "cannot read the suppression list"));
  return {};
}

} // namespace

rocksdb_suppressions::rocksdb_suppressions(rocksdb_database& database) :
    database_(database), filter_is_whole_(fill_filter()) {}

/// Whether it could: a list that is too large, or cannot be read, is looked up on the disk.
bool rocksdb_suppressions::fill_filter() {
  std::uint64_t about = 0;
  auto* const list = database_[family::suppressions];
  if (!database_.db().GetIntProperty(list, rocksdb::DB::Properties::kEstimateNumKeys, &about) ||
      about > suppressions_filtered_max)
    return false;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> stored(database_.db().NewIterator(options, list));
  for (stored->SeekToFirst(); stored->Valid(); stored->Next())
    filter_.insert(hash_of(view(stored->key())));
  return stored->status().ok();
}

result<std::size_t> rocksdb_suppressions::add(const std::vector<suppression>& entries) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry.email.empty(); }))
    return failure(error_code::invalid_input, "a suppression needs an address");
  const std::lock_guard guard(changing_);
  std::size_t added = 0;
  for (std::size_t begin = 0; begin < entries.size(); begin += changes_at_once_max) {
    const auto end = std::min(entries.size(), begin + changes_at_once_max);
    std::vector<std::string_view> emails;
    for (auto index = begin; index < end; ++index)
      emails.push_back(entries[index].email);
    const folded_addresses addresses(emails);
    std::vector<rocksdb::PinnableSlice> values;
    std::vector<rocksdb::Status> statuses;
    if (auto found = look_up(database_, addresses.keys(), values, statuses); !found)
      return std::unexpected(found.error());
    std::vector<bool> is_known(emails.size());
    for (std::size_t spelling = 0; spelling < statuses.size(); ++spelling)
      if (statuses[spelling].ok())
        is_known[addresses.place_of(spelling)] = true;
    rocksdb::WriteBatch batch;
    std::unordered_set<std::string_view> taken;
    for (auto index = begin; index < end; ++index) {
      const auto address = addresses.all()[index - begin];
      if (is_known[index - begin] || !taken.insert(address).second)
        continue;
      batch.Put(database_[family::suppressions], slice(address), encode(entries[index]));
    }
    if (taken.empty())
      continue;
    {
      // Before it is on the disk: who looks in between finds too much in the filter, never too little.
      const std::lock_guard filter_guard(filter_mutex_);
      for (const auto address : taken)
        filter_.insert(hash_of(address));
    }
    if (auto written = database_.write(batch, durability::synced); !written)
      return std::unexpected(written.error());
    added += taken.size();
  }
  return added;
}

result<std::size_t> rocksdb_suppressions::remove(const std::vector<std::string>& emails) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  const std::lock_guard guard(changing_);
  const folded_addresses addresses({emails.begin(), emails.end()});
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;
  if (auto found = look_up(database_, addresses.keys(), values, statuses); !found)
    return std::unexpected(found.error());
  rocksdb::WriteBatch batch;
  std::unordered_set<std::string_view> removed;
  for (std::size_t index = 0; index < statuses.size(); ++index)
    if (statuses[index].ok() && removed.insert(addresses.all()[index]).second)
      batch.Delete(database_[family::suppressions], slice(addresses.all()[index]));
  if (removed.empty())
    return 0;
  if (auto written = database_.write(batch, durability::synced); !written)
    return std::unexpected(written.error());
  return removed.size();
}

result<std::vector<std::optional<std::string>>>
rocksdb_suppressions::find(const std::vector<std::string_view>& emails) const {
  std::vector<std::optional<std::string>> reasons(emails.size());
  const folded_addresses addresses(emails);
  const auto places = candidates(addresses.all());
  if (places.empty())
    return reasons;
  std::vector<rocksdb::Slice> keys;
  keys.reserve(places.size());
  for (const auto place : places)
    keys.push_back(slice(addresses.all()[place]));
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;
  if (auto found = look_up(database_, keys, values, statuses); !found)
    return std::unexpected(found.error());
  for (std::size_t index = 0; index < places.size(); ++index) {
    if (!statuses[index].ok())
      continue;
    if (values[index].size() < since_bytes)
      return damaged();
    auto& reason = reasons[addresses.place_of(places[index])];
    if (!reason)
      reason = view(values[index]).substr(since_bytes);
  }
  return reasons;
}

std::vector<std::size_t> rocksdb_suppressions::candidates(const std::vector<std::string_view>& folded) const {
  std::vector<std::size_t> places;
  const std::shared_lock guard(filter_mutex_);
  for (std::size_t place = 0; place < folded.size(); ++place)
    if (!filter_is_whole_ || filter_.may_contain(hash_of(folded[place])))
      places.push_back(place);
  return places;
}

result<std::vector<suppression>> rocksdb_suppressions::list(std::string_view after, std::size_t limit) const {
  std::vector<suppression> entries;
  // As the keys are, also those of before: with its domain folded, the last one of a page would stand elsewhere.
  std::string behind{after};
  std::ranges::transform(behind, behind.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::suppressions]));
  for (stored->Seek(slice(behind)); stored->Valid() && entries.size() < limit; stored->Next()) {
    if (view(stored->key()) == behind)
      continue;
    const auto value = view(stored->value());
    if (value.size() < since_bytes)
      return damaged();
    entries.push_back({.email = stored->key().ToString(),
                       .reason = std::string(value.substr(since_bytes)),
                       .since = timestamp(milliseconds(
                           static_cast<std::int64_t>(read_big_endian<std::uint64_t>(value.data()))))});
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the suppression list"));
  return entries;
}

} // namespace sluice
