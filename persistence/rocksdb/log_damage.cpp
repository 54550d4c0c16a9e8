#include "persistence/rocksdb/log_damage.hpp"

#include "persistence/sentence.hpp"

#include <rocksdb/file_checksum.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

namespace {

constexpr std::size_t block_bytes = 32UL * 1024;
constexpr std::size_t header_bytes = 7;
constexpr std::size_t write_header_bytes = 12;

enum class piece : std::uint8_t { nothing, whole, first, middle, last };

struct log_record {
  piece type = piece::nothing;
  std::string_view payload;
  std::size_t end = 0;

  bool begins_write() const { return type == piece::whole || type == piece::first; }
};

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t place = bytes.size(); place > 0; --place)
    number = number << 8U | static_cast<unsigned char>(bytes[place - 1]);
  return number;
}

std::uint32_t crc32c(std::string_view bytes) {
  static const auto factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  const auto sum = factory->CreateFileChecksumGenerator({});
  sum->Update(bytes.data(), bytes.size());
  sum->Finalize();
  auto shown = sum->GetChecksum(); // the one number of RocksDB's that is big-endian
  std::ranges::reverse(shown);
  return little_endian(shown);
}

std::uint32_t masked(std::uint32_t crc) {
  return (crc >> 15U | crc << 17U) + 0xa282ead8U;
}

std::size_t block_end(std::string_view log, std::size_t at) {
  return std::min((at / block_bytes + 1) * block_bytes, log.size());
}

/// The record that begins here, if a sound one does.
std::optional<log_record> record_at(std::string_view log, std::size_t at) {
  const auto end = block_end(log, at);
  if (end < at + header_bytes)
    return std::nullopt;
  const auto type = static_cast<unsigned char>(log[at + 6]);
  const auto length = little_endian(log.substr(at + 4, 2));
  if (type < 1 || type > 4 || at + header_bytes + length > end)
    return std::nullopt;
  if (masked(crc32c(log.substr(at + 6, 1 + length))) != little_endian(log.substr(at, 4)))
    return std::nullopt;
  return log_record{static_cast<piece>(type), log.substr(at + header_bytes, length),
                    at + header_bytes + length};
}

/// Whether a write's first entry, a value or a deletion, is one of this column family.
bool is_of_family(std::string_view payload, std::uint32_t family) {
  constexpr unsigned char deletion = 4;
  constexpr unsigned char value = 5;
  if (payload.size() < write_header_bytes + 2)
    return false;
  const auto tag = static_cast<unsigned char>(payload[write_header_bytes]);
  const auto number = static_cast<unsigned char>(payload[write_header_bytes + 1]); // under 128: one byte
  return (tag == value || tag == deletion) && number == family;
}

/// Where the log is damaged with acknowledged writes behind it.
std::optional<std::size_t> damage_in(std::string_view log, std::uint32_t events_family) {
  std::optional<std::size_t> damaged;
  bool has_events_behind = false;
  for (std::size_t at = 0; at < log.size();) {
    const auto end = block_end(log, at);
    if (const auto record = record_at(log, at)) {
      at = record->end;
      if (!damaged || !record->begins_write())
        continue;
      if (has_events_behind)
        return damaged;
      has_events_behind = is_of_family(record->payload, events_family);
    } else if (end - at < header_bytes) {
      at = end; // a block's end that is too short for a record
    } else {
      damaged = damaged.value_or(at);
      ++at; // the next sound record may begin anywhere
    }
  }
  return std::nullopt;
}

} // namespace

result<void> check_log_damage(const std::filesystem::path& folder, std::uint32_t events_family) {
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".log")
      continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string log{std::istreambuf_iterator<char>(in), {}};
    if (const auto place = damage_in(log, events_family))
      return failure(
          error_code::corrupt,
          sentence("the store is damaged: its log ", entry.path().string(), " cannot be read at byte ",
                   *place,
                   ", and behind that lies what was acknowledged; bring the data folder back from a "
                   "copy, or, to go on without what came after that byte, run: truncate -s ",
                   *place, " ", entry.path().string()));
  }
  return {};
}

} // namespace sluice
