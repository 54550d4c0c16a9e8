#include "persistence/audience_rows.hpp"

#include "messages/address.hpp"
#include "persistence/big_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::size_t varint_bytes_max = 10;
constexpr std::string_view email_column = "email";
constexpr char erased_mark = 0;
constexpr char salted_mark = 1;

void append_varint(std::string& to, std::uint64_t number) {
  while (number >= 0x80) {
    to.push_back(static_cast<char>(0x80U | (number & 0x7fU)));
    number >>= 7U;
  }
  to.push_back(static_cast<char>(number));
}

std::size_t varint_size(std::uint64_t number) {
  std::size_t size = 1;
  while (number >= 0x80) {
    number >>= 7U;
    ++size;
  }
  return size;
}

std::optional<std::uint64_t> take_varint(std::string_view& from) {
  // Nearly every column and length.
  if (!from.empty() && static_cast<unsigned char>(from.front()) < 0x80) {
    const auto number = static_cast<std::uint64_t>(from.front());
    from.remove_prefix(1);
    return number;
  }
  std::uint64_t number = 0;
  for (std::size_t index = 0; index < std::min(from.size(), varint_bytes_max); ++index) {
    const auto byte = static_cast<unsigned char>(from[index]);
    number |= std::uint64_t{byte & 0x7fU} << (7 * index);
    if (byte < 0x80) {
      from.remove_prefix(index + 1);
      return number;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> take_text(std::string_view& from) {
  const auto length = take_varint(from);
  if (!length || *length > from.size())
    return std::nullopt;
  const auto text = from.substr(0, *length);
  from.remove_prefix(*length);
  return text;
}

void append_text(std::string& to, std::string_view text) {
  append_varint(to, text.size());
  to.append(text);
}

std::size_t encoded_size(const recipient& row) {
  auto size = varint_size(row.email.size()) + row.email.size();
  for (const auto& field : row.fields)
    size += varint_size(field.column) + varint_size(field.value.size()) + field.value.size();
  return size;
}

} // namespace

std::unexpected<error> no_such_audience(audience_id id) {
  return failure(error_code::not_found, notice{"audience_unknown", {{"audience", to_string(id)}}});
}

std::unexpected<error> audience_was_deleted(audience_id id, std::string_view name, timestamp at) {
  return failure(error_code::not_found,
                 notice{"audience_deleted", {{"audience", to_string(id)}, {"name", name}, {"at", at}}});
}

void encode_row(const recipient& row, std::string& to) {
  append_varint(to, encoded_size(row));
  append_text(to, row.email);
  for (const auto& field : row.fields) {
    append_varint(to, field.column);
    append_text(to, field.value);
  }
}

sha256_hash row_entry::leaf_hash() const {
  if (!is_erased())
    return sha256(leaf);
  sha256_hash hash;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(leaf.data()), hash.size(), hash.begin());
  return hash;
}

void append_entry(std::string_view leaf, std::string& chunk) {
  chunk.push_back(salted_mark);
  chunk += leaf;
}

std::optional<row_entry> take_entry(std::string_view& chunk) {
  if (chunk.empty())
    return std::nullopt;
  const auto mark = chunk.front();
  if (mark == erased_mark) {
    constexpr auto bytes = 1 + std::tuple_size_v<sha256_hash>;
    if (chunk.size() < bytes)
      return std::nullopt;
    const auto leaf = chunk.substr(1, bytes - 1);
    chunk.remove_prefix(bytes);
    return row_entry{{}, leaf};
  }
  if (mark == salted_mark)
    chunk.remove_prefix(1);
  const auto* const begin = chunk.data();
  const auto salt_bytes = mark == salted_mark ? leaf_salt_bytes : 0;
  if (chunk.size() < salt_bytes)
    return std::nullopt;
  chunk.remove_prefix(salt_bytes);
  const auto row = take_text(chunk);
  if (!row || row->empty())
    return std::nullopt;
  return row_entry{*row, {begin, static_cast<std::size_t>(chunk.data() - begin)}};
}

std::optional<std::string> with_erased(std::string_view chunk, std::size_t place, const sha256_hash& leaf) {
  auto left = chunk;
  for (std::size_t at = 0; at < place; ++at)
    if (!take_entry(left))
      return std::nullopt;
  std::string changed(chunk.substr(0, chunk.size() - left.size()));
  if (!take_entry(left))
    return std::nullopt;
  changed.push_back(erased_mark);
  changed += as_text(leaf);
  return changed.append(left);
}

std::optional<std::string_view> read_row(std::string_view row, std::vector<field_view>& fields) {
  const auto email = take_text(row);
  while (email && !row.empty()) {
    const auto column = take_varint(row);
    const auto value = column ? take_text(row) : std::nullopt;
    if (!value || *column > std::numeric_limits<std::uint16_t>::max())
      return std::nullopt;
    fields.push_back({static_cast<std::uint16_t>(*column), *value});
  }
  return email;
}

audience_draft::audience_draft(audience_id id, std::string name, timestamp now, std::string_view salt_key) :
    salts_(salt_key) {
  info_.id = id;
  info_.name = std::move(name);
  info_.columns.emplace_back(email_column);
  info_.created_at = now;
}

result<std::uint16_t> audience_draft::column(std::string_view name) {
  const auto known = std::ranges::find(info_.columns, name);
  const auto index = static_cast<std::uint16_t>(known - info_.columns.begin());
  if (known != info_.columns.end())
    return index;
  if (info_.columns.size() >= audience_columns_max)
    return failure(error_code::too_large, notice{"too_many_columns", {{"max", audience_columns_max}}});
  info_.columns.emplace_back(name);
  return index;
}

result<void> audience_draft::check_row(const recipient& row) const {
  if (row.email.empty())
    return failure(error_code::invalid_input, "a row needs an address");
  if (info_.size >= letters_max)
    return failure(error_code::too_large, notice{"too_many_rows", {{"max", letters_max}}});
  for (const auto& field : row.fields)
    if (field.column >= info_.columns.size())
      return failure(error_code::invalid_input,
                     fmt::format("the row of {} has a field for column {}, which there is not", row.email,
                                 field.column));
  if (encoded_size(row) > audience_row_bytes_max)
    return failure(error_code::too_large,
                   fmt::format("the row of {} has more than {} bytes", row.email, audience_row_bytes_max));
  return {};
}

letter_index audience_draft::take(const recipient& row, std::string& chunk) {
  chunk.push_back(salted_mark);
  const auto begin = chunk.size();
  chunk += salts_.next();
  encode_row(row, chunk);
  tree_.add(sha256(std::string_view(chunk).substr(begin)));
  info_.role_addresses += is_role_address(row.email) ? 1U : 0U;
  return info_.size++;
}

result<audience_info> audience_draft::finish() {
  if (info_.size == 0)
    return failure(error_code::invalid_input, notice{"list_empty"});
  info_.hash = tree_hash(info_.size, info_.columns, tree_.finish());
  return info_;
}

std::string flat_hash::finish(letter_index rows, std::span<const std::string> columns) {
  sha256_stream whole;
  whole.update(big_endian(std::uint64_t{rows}));
  for (const auto& name : columns)
    whole.update(big_endian(static_cast<std::uint32_t>(name.size()))).update(name);
  whole.update(as_text(rows_.finish()));
  return to_hex(whole.finish());
}

} // namespace sluice
