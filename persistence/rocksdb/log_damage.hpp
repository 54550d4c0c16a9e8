#pragma once
// Whether RocksDB's write-ahead log is damaged in the midst of what was acknowledged.
//
// A power cut may leave a log with a torn tail: pages of the last write reach the disk in any order. RocksDB is told
// to keep everything before the first record that it cannot read and to drop the rest (see rocksdb_options.cpp), which
// is right for a tail. But for a bit that flipped on the disk the rest is what people were told is kept. The two are
// told apart by what lies behind: a synced write is over before the next one begins, so where a readable write of
// events is followed by another write, everything before them was on the disk once. Each file is judged by itself: a
// write that a full disk cut short stays at the end of its file, and the next ones go to a new one.
//
// A log file is blocks of 32 KiB; a record does not cross their bounds, and less than 7 bytes at a block's end are
// zeros. Numbers are little-endian.
//
//   4  masked CRC-32C of type and payload      2  length of the payload
//   1  type: 1 whole, 2 first, 3 middle, 4 last piece of a write; 0 nothing      …  payload
//
// The payload of a write: 8 bytes sequence number, 4 bytes count, then its entries, each with a tag and, where the tag
// says so, the number of its column family.

#include "messages/error.hpp"

#include <cstdint>
#include <filesystem>

namespace sluice {

/// Reads every log of the folder, block by block: it takes their time, and the memory of one block. `corrupt`,
/// with the file, the place and what can be done, when acknowledged writes lie behind a record that cannot be
/// read. `events_family` is the number of the column family that is only written with a sync.
result<void> check_log_damage(const std::filesystem::path& folder, std::uint32_t events_family);

} // namespace sluice
