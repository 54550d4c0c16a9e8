#include "persistence/rocksdb/options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::size_t mebibyte = 1U << 20U;
constexpr std::size_t block_cache_bytes = 8 * mebibyte;
constexpr std::size_t log_bytes_max = 128 * mebibyte;
constexpr double filter_bits_per_key = 10; // 1% of the look-ups that find nothing still read a block

/// Where nobody else is named: a store opened for reading may belong to a running engine, whose info
/// log it must not touch, and RocksDB's own writer of one ends the process on a full disk (see info_log.hpp).
class silent_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, std::va_list) override {}
};

rocksdb::CompressionType compression() {
  const auto there = rocksdb::GetSupportedCompressions();
  return std::ranges::find(there, rocksdb::kLZ4Compression) != there.end() ? rocksdb::kLZ4Compression
                                                                           : rocksdb::kNoCompression;
}

rocksdb::ColumnFamilyOptions family_base(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 * 1024;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = compression();
  options.level_compaction_dynamic_level_bytes = true;
  options.write_buffer_size = 4 * mebibyte;
  return options;
}

} // namespace

std::string_view name_of(family which) {
  switch (which) {
  case family::meta:
    return "default";
  case family::events:
    return "events";
  case family::audiences:
    return "audiences";
  case family::suppressions:
    return "suppressions";
  case family::snapshots:
    return "snapshots";
  case family::tokens:
    return "tokens";
  case family::keys:
    return "keys";
  case family::partials:
    return "partials";
  case family::attachments:
    return "attachments";
  }
  return {};
}

rocksdb::Options database_options(rocksdb::Env* env, open_mode mode) {
  rocksdb::Options options;
  options.env = env;
  options.create_if_missing = mode == open_mode::read_write;
  options.create_missing_column_families = mode == open_mode::read_write;
  options.paranoid_checks = true;
  // A power cut leaves a torn tail: pages of the last, never acknowledged write reach the disk in any
  // order, so that the tail may have a hole before whole records. Only this mode takes any such tail and
  // keeps everything before it; stricter ones refuse to open, laxer ones would read behind the hole.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // What is recovered goes to table files at once, so that a log with a torn tail is read only once.
  options.avoid_flush_during_recovery = false;
  // What is in memory only are the rows of imports that did not finish: worth nothing after the end.
  options.avoid_flush_during_shutdown = true;
  // Resuming is ours (see rocksdb_database::write): on the next append, not by a timer of RocksDB's.
  options.max_bgerror_resume_count = 0;
  // A log is dropped once every family has flushed what it holds; this makes the quiet ones flush too,
  // and bounds what a restart replays.
  options.max_total_wal_size = log_bytes_max;
  // A manifest names the first and last key of every table that there ever was in its time, addresses among them: a new one
  // is begun with each change of the tables, so that none outlives them by much. It is a few KB.
  options.max_manifest_file_size = 1;
  options.max_background_jobs = 2;
  // Tables go to the disk as they are written, not all at their end: a log's sync would wait behind them.
  options.bytes_per_sync = mebibyte;
  // A log would go on in the room set aside for it long after the disk was full and everything else had failed.
  options.allow_fallocate = false;
  options.max_open_files = -1;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log = std::make_shared<silent_logger>();
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_options(const old_keys_filter& old_keys) {
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t index = 0; index < family_count; ++index) {
    const auto which = static_cast<family>(index);
    auto options = family_base(cache);
    if (which == family::events)
      options.write_buffer_size = 32 * mebibyte;
    if (which == family::audiences || which == family::attachments) {
      options.write_buffer_size = 8 * mebibyte;
      options.level0_file_num_compaction_trigger = 16;
      // Far from where imports wait (see import_throttle.hpp): here RocksDB holds back the writers of every family.
      options.max_write_buffer_number = 6;
      options.level0_slowdown_writes_trigger = 60;
      options.level0_stop_writes_trigger = 80;
      options.soft_pending_compaction_bytes_limit = 0;
      options.hard_pending_compaction_bytes_limit = 0;
    }
    if (which == family::suppressions) {
      options.memtable_whole_key_filtering = true;
      options.memtable_prefix_bloom_size_ratio = 0.05;
    }
    if (which == family::keys)
      options.compaction_filter = &old_keys;
    families.emplace_back(std::string(name_of(which)), options);
  }
  return families;
}

} // namespace sluice
