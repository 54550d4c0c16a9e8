#include "persistence/rocksdb/old_keys_filter.hpp"

#include "persistence/key_record_codec.hpp"

#include <algorithm>
#include <string_view>

namespace sluice {

void old_keys_filter::saw(timestamp at) {
  // Only the journal's writer calls it, so the newest so far cannot change in between.
  newest_ms_.store(std::max(newest_ms_.load(std::memory_order_relaxed), at.time_since_epoch().count()),
                   std::memory_order_relaxed);
}

bool old_keys_filter::Filter(
    int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const {
  const auto at = key_record_time(std::string_view(value.data(), value.size()));
  return at &&
         at->time_since_epoch().count() + key_kept_for.count() < newest_ms_.load(std::memory_order_relaxed);
}

} // namespace sluice
