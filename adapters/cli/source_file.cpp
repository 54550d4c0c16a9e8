#include "adapters/cli/source_file.hpp"

#include "adapters/cli/text.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace sluice::cli {
namespace {

constexpr std::size_t whole_bytes_max = std::size_t{32} << 20U;
constexpr std::size_t piece_bytes = 65536;

std::unexpected<failed> cannot_read(const std::string& file) {
  return fail(exit_code::usage, fmt::format("cannot read {}: {}", shown(file), std::strerror(errno)));
}

} // namespace

outcome<source_file> source_file::open(const std::string& file, std::istream& standard_input) {
  source_file opened;
  if (file == "-") {
    opened.standard_input_ = &standard_input;
    return opened;
  }
  std::error_code trouble;
  if (std::filesystem::is_directory(file, trouble)) {
    errno = EISDIR;
    return cannot_read(file);
  }
  errno = 0;
  opened.own_.open(file, std::ios::binary);
  if (!opened.own_)
    return cannot_read(file);
  if (std::filesystem::is_regular_file(file, trouble)) {
    const auto bytes = std::filesystem::file_size(file, trouble);
    if (!trouble)
      opened.size_ = bytes;
  }
  return opened;
}

std::optional<std::size_t> source_file::read(char* into, std::size_t bytes_max) {
  auto& from = standard_input_ != nullptr ? *standard_input_ : own_;
  from.read(into, static_cast<std::streamsize>(bytes_max));
  if (from.bad())
    return {};
  const auto count = static_cast<std::size_t>(from.gcount());
  taken_ += count;
  return count;
}

outcome<std::string> read_whole(const std::string& file, std::istream& standard_input) {
  auto opened = source_file::open(file, standard_input);
  if (!opened)
    return std::unexpected(opened.error());
  std::string text;
  std::string piece(piece_bytes, '\0');
  while (true) {
    const auto count = opened->read(piece.data(), piece.size());
    if (!count)
      return cannot_read(file);
    if (*count == 0)
      return text;
    text.append(piece, 0, *count);
    if (text.size() > whole_bytes_max)
      return fail(exit_code::usage,
                  fmt::format("{} is larger than 32 MiB; that is no campaign file", shown(file)));
  }
}

outcome<nlohmann::json> read_json(const std::string& file, std::istream& standard_input) {
  const auto text = read_whole(file, standard_input);
  if (!text)
    return std::unexpected(text.error());
  auto value = parse_json(*text);
  if (!value)
    return fail(exit_code::usage, fmt::format("{}: {}", shown(file), shown(value.error().message)));
  return std::move(*value);
}

} // namespace sluice::cli
