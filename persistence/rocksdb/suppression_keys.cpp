#include "persistence/rocksdb/suppression_keys.hpp"

#include "persistence/big_endian.hpp"

namespace sluice {

namespace {

constexpr std::size_t time_bytes = 8;
constexpr char version_with_end = 2;

void append_time(std::string& to, timestamp at) {
  append_big_endian(to, static_cast<std::uint64_t>(at.time_since_epoch().count()));
}

timestamp read_time(std::string_view from) {
  return timestamp(milliseconds(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(from.data()))));
}

} // namespace

std::string list_prefix(std::string_view list) {
  if (list.empty())
    return {};
  std::string prefix(1, list_mark);
  prefix.append(list).push_back('\0');
  return prefix;
}

suppression_place place_of_key(std::string_view key) {
  if (!key.starts_with(list_mark))
    return {{}, std::string{key}};
  const auto end = std::min(key.find('\0'), key.size() - 1);
  return {std::string{key.substr(1, end - 1)}, std::string{key.substr(end + 1)}};
}

std::string end_key(timestamp until, std::string_view entry_key) {
  std::string key(1, end_mark);
  append_time(key, until);
  key.append(entry_key);
  return key;
}

std::optional<suppression_end> read_end_key(std::string_view key) {
  if (!key.starts_with(end_mark) || key.size() < 1 + time_bytes)
    return std::nullopt;
  return suppression_end{read_time(key.substr(1)), key.substr(1 + time_bytes)};
}

std::string encode_suppression(const suppression& entry) {
  std::string value;
  if (entry.until)
    value.push_back(version_with_end);
  append_time(value, entry.since);
  if (entry.until)
    append_time(value, *entry.until);
  value.append(entry.reason);
  return value;
}

std::optional<suppression> decode_suppression(std::string_view key, std::string_view value) {
  const auto ends = value.starts_with(version_with_end);
  if (ends)
    value.remove_prefix(1);
  if (value.size() < (ends ? 2 : 1) * time_bytes)
    return std::nullopt;
  auto [list, target] = place_of_key(key);
  suppression entry{
      .email = std::move(target), .reason = {}, .since = read_time(value), .list = std::move(list)};
  value.remove_prefix(time_bytes);
  if (ends) {
    entry.until = read_time(value);
    value.remove_prefix(time_bytes);
  }
  entry.reason = value;
  return entry;
}

} // namespace sluice
