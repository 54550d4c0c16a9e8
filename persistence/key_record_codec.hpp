#pragma once
// How the answer to an idempotency key is stored, under the key as it was given:
//
//   8 bytes   when it was given: milliseconds since 1970, big-endian
//   the rest  a CBOR map {"what": text, "campaign": number, "answer": as messages/json.hpp writes it}
//
// A key older than key_kept_for is forgotten when the keys are next compacted. "Now" is the newest time
// that any key was given: the store asks no clock, and keys only pile up where new ones come in.

#include "persistence/journal.hpp"

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <string>
#include <string_view>

namespace sluice {

std::string encode_key_record(const key_record& record);
/// Any bytes may come in; what is no key record is `corrupt`.
result<key_record> decode_key_record(std::string_view key, std::string_view value);

/// Drops old keys. Its counterpart `saw` is told of every new one.
class old_keys_filter final : public rocksdb::CompactionFilter {
public:
  void saw(timestamp at);
  bool Filter(int level,
              const rocksdb::Slice& key,
              const rocksdb::Slice& value,
              std::string* new_value,
              bool* value_changed) const override;
  const char* Name() const override { return "sluice_old_keys"; }

private:
  std::atomic<std::int64_t> newest_ms_ = 0;
};

} // namespace sluice
