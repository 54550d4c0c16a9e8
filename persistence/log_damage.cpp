#include "persistence/log_damage.hpp"

#include "persistence/sentence.hpp"

#include <rocksdb/file_checksum.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The log's files one after the other, and what was seen in them.
class inspection {
public:
  explicit inspection(std::uint32_t events_family) : events_family_(events_family) {}

  /// False: what was acknowledged lies behind the damage.
  bool take(const std::filesystem::path& file, std::string_view log) {
    std::size_t at = 0;
    while (at < log.size()) {
      const auto end = block_end(log, at);
      if (const auto record = record_at(log, at)) {
        at = record->end;
        if (!take(*record))
          return false;
      } else if (end - at < header_bytes) {
        at = end; // a block's end that is too short for a record
      } else {
        if (damaged_.empty()) {
          damaged_ = file;
          offset_ = at;
        }
        ++at; // the next sound record may begin anywhere
      }
    }
    return true;
  }

  error fault() const {
    return {
        error_code::corrupt,
        sentence(
            "the store is damaged: its log ", damaged_.string(), " cannot be read at byte ", offset_,
            ", and behind that lies what was acknowledged; bring the data folder back from a copy, or, to go "
            "on without what came after that byte, run: truncate -s ",
            offset_, " ", damaged_.string())};
  }

private:
  bool take(const log_record& record) {
    if (damaged_.empty() || !record.begins_write())
      return true;
    if (has_events_behind_)
      return false;
    has_events_behind_ = is_of_family(record.payload, events_family_);
    return true;
  }

  std::uint32_t events_family_;
  std::filesystem::path damaged_;
  std::size_t offset_ = 0;
  bool has_events_behind_ = false;
};

std::vector<std::filesystem::path> log_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem))
    if (entry.path().extension() == ".log")
      files.push_back(entry.path());
  // Their names are numbers with zeros before them.
  std::ranges::sort(files, {}, [](const auto& file) { return std::pair(file.string().size(), file); });
  return files;
}

} // namespace

result<void> check_log_damage(const std::filesystem::path& folder, std::uint32_t events_family) {
  inspection seen(events_family);
  for (const auto& file : log_files(folder)) {
    std::ifstream in(file, std::ios::binary);
    const std::string log{std::istreambuf_iterator<char>(in), {}};
    if (!seen.take(file, log))
      return std::unexpected(seen.fault());
  }
  return {};
}

} // namespace sluice
