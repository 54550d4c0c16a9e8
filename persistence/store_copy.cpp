#include "persistence/store_copy.hpp"

#include "persistence/big_endian.hpp"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::array<std::string_view, copy_table_count> copy_table_names{
    "lists",       "rows of lists",     "erased rows", "trees of lists", "suppressions",
    "tokens",      "idempotency keys",  "notes",       "partials",       "pieces of attachments",
    "attachments", "removed campaigns", "events",      "counters"};

} // namespace

std::string_view name_of(copy_table table) {
  return copy_table_names[static_cast<std::size_t>(table)];
}

std::string encode_copy_place(const copy_place& place) {
  return std::string(1, static_cast<char>(place.table)).append(place.key);
}

std::optional<copy_place> decode_copy_place(std::string_view bytes) {
  if (bytes.empty() || static_cast<std::size_t>(bytes.front()) >= copy_table_count)
    return std::nullopt;
  return copy_place{static_cast<copy_table>(bytes.front()), std::string(bytes.substr(1))};
}

std::string copy_incomplete_words(std::string_view where) {
  return fmt::format(
      "the copy of a store into {} is not complete; go on with it (sluice store copy, with the same FROM "
      "and TO), or empty it",
      where);
}

std::string copy_key(std::uint64_t first, std::uint32_t second) {
  auto key = big_endian(first);
  append_big_endian(key, second);
  return key;
}

std::uint64_t copy_number(std::string_view key, std::size_t at) {
  return key.size() < at + sizeof(std::uint64_t) ? 0 : read_big_endian<std::uint64_t>(key.data() + at);
}

std::uint32_t copy_index(std::string_view key, std::size_t at) {
  return key.size() < at + sizeof(std::uint32_t) ? 0 : read_big_endian<std::uint32_t>(key.data() + at);
}

} // namespace sluice
