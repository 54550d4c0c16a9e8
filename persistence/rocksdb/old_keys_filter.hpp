#pragma once
// Forgets the answers of idempotency keys that are older than key_kept_for, when the keys are next compacted. "Now" is
// the newest time that any key was given: the store asks no clock, and keys only pile up where new ones come in.

#include "persistence/journal.hpp"

#include <rocksdb/compaction_filter.h>

#include <atomic>
#include <string>

namespace sluice {

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
