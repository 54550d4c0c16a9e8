#include "persistence/rocksdb/old_keys_filter.hpp"

#include "persistence/key_record_codec.hpp"

#include <string_view>

namespace sluice {

bool old_keys_filter::Filter(
    int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const {
  const auto given = key_record_running_time(std::string_view(value.data(), value.size()));
  return given && *given + key_kept_for < running_.now();
}

} // namespace sluice
