#pragma once
// Forgets the answers of idempotency keys when the keys are next compacted: those that are older than
// key_kept_for, in the engine's running time, which no jump of the clock makes older.

#include "persistence/rocksdb/running_time.hpp"

#include <rocksdb/compaction_filter.h>

#include <string>

namespace sluice {

class old_keys_filter final : public rocksdb::CompactionFilter {
public:
  /// `running` outlives it.
  explicit old_keys_filter(const running_time& running) : running_(running) {}
  bool Filter(int level,
              const rocksdb::Slice& key,
              const rocksdb::Slice& value,
              std::string* new_value,
              bool* value_changed) const override;
  const char* Name() const override { return "sluice_old_keys"; }

private:
  const running_time& running_;
};

} // namespace sluice
