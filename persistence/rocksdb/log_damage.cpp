#include "persistence/rocksdb/log_damage.hpp"

#include <fmt/format.h>
#include <rocksdb/file_checksum.h>

#include <algorithm>
#include <fstream>
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

/// The record that begins here in its block, if a sound one does.
std::optional<log_record> record_at(std::string_view block, std::size_t at) {
  if (block.size() < at + header_bytes)
    return std::nullopt;
  const auto type = static_cast<unsigned char>(block[at + 6]);
  const auto length = little_endian(block.substr(at + 4, 2));
  if (type < 1 || type > 4 || at + header_bytes + length > block.size())
    return std::nullopt;
  if (masked(crc32c(block.substr(at + 6, 1 + length))) != little_endian(block.substr(at, 4)))
    return std::nullopt;
  return log_record{static_cast<piece>(type), block.substr(at + header_bytes, length),
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

/// Looks through one log, block after block, for damage with acknowledged writes behind it.
class damage_search {
public:
  explicit damage_search(std::uint32_t events_family) : events_family_(events_family) {}

  /// Takes the next block; the place of the damage once it is certain.
  std::optional<std::uint64_t> take(std::string_view block) {
    for (std::size_t at = 0; at < block.size();) {
      if (const auto record = record_at(block, at)) {
        at = record->end;
        if (!damaged_ || !record->begins_write())
          continue;
        if (has_events_behind_)
          return damaged_;
        has_events_behind_ = is_of_family(record->payload, events_family_);
      } else if (block.size() - at < header_bytes) {
        break; // a block's end that is too short for a record
      } else {
        damaged_ = damaged_.value_or(taken_ + at);
        ++at; // the next sound record may begin anywhere
      }
    }
    taken_ += block.size();
    return std::nullopt;
  }

private:
  std::uint32_t events_family_;
  std::uint64_t taken_ = 0; ///< bytes of the blocks before
  std::optional<std::uint64_t> damaged_;
  bool has_events_behind_ = false;
};

std::optional<std::uint64_t> damage_in(const std::filesystem::path& log, std::uint32_t events_family) {
  std::ifstream in(log, std::ios::binary);
  damage_search search(events_family);
  std::string block(block_bytes, '\0');
  do {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    if (const auto place =
            search.take(std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount()))))
      return place;
  } while (in);
  return std::nullopt;
}

} // namespace

result<void> check_log_damage(const std::filesystem::path& folder, std::uint32_t events_family) {
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".log")
      continue;
    if (const auto place = damage_in(entry.path(), events_family))
      return failure(error_code::corrupt,
                     fmt::format("the store is damaged: its log {} cannot be read at byte {}, and behind "
                                 "that lies what was acknowledged; bring the data folder back from a copy, "
                                 "or, to go on without what came after that byte, run: truncate -s {} {}",
                                 entry.path().string(), *place, *place, entry.path().string()));
  }
  return {};
}

} // namespace sluice
