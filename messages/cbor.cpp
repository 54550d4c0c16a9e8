#include "messages/cbor.hpp"

#include "messages/utf8.hpp"

#include <array>

namespace sluice {

namespace {
constexpr std::uint8_t in_1_byte = 24;
constexpr std::uint8_t in_8_bytes = 27;

constexpr std::uint8_t first_byte(std::uint8_t major, std::uint8_t low) {
  return static_cast<std::uint8_t>(major << 5U | low);
}
} // namespace

void cbor_writer::head(std::uint8_t major, std::uint64_t argument) {
  if (argument < in_1_byte) {
    into_.push_back(first_byte(major, static_cast<std::uint8_t>(argument)));
    return;
  }
  const unsigned power = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFF'FFFF ? 2 : 3;
  const std::size_t bytes = std::size_t{1} << power;
  std::array<std::uint8_t, 9> item;
  item[0] = first_byte(major, static_cast<std::uint8_t>(in_1_byte + power));
  for (auto at = bytes; at > 0; --at, argument >>= 8U)
    item[at] = static_cast<std::uint8_t>(argument & 0xFFU);
  const auto written = std::span(item).first(bytes + 1);
  into_.insert(into_.end(), written.begin(), written.end());
}

void cbor_writer::integer(std::int64_t value) {
  if (value >= 0)
    head(0, static_cast<std::uint64_t>(value));
  else
    head(1, ~static_cast<std::uint64_t>(value));
}

void cbor_writer::text(std::string_view value) {
  if (!is_utf8(value)) [[unlikely]]
    return text(as_utf8(value));
  head(3, value.size());
  into_.insert(into_.end(), value.begin(), value.end());
}

std::optional<std::uint64_t> cbor_reader::argument(std::uint8_t low) {
  if (low < in_1_byte)
    return low;
  if (low > in_8_bytes)
    return std::nullopt;
  const auto bytes = std::size_t{1} << (low - in_1_byte);
  if (rest_.size() < bytes)
    return std::nullopt;
  // A loop of unknown length costs more than the number: whole logs are read through here.
  const auto from = rest_.data();
  rest_ = rest_.subspan(bytes);
  const auto pair = [&](std::size_t at) { return static_cast<std::uint64_t>(from[at]) << 8U | from[at + 1]; };
  const auto four = [&](std::size_t at) { return pair(at) << 16U | pair(at + 2); };
  switch (bytes) {
  case 1:
    return from[0];
  case 2:
    return pair(0);
  case 4:
    return four(0);
  default:
    return four(0) << 32U | four(4);
  }
}

std::optional<std::uint64_t> cbor_reader::head(std::uint8_t major) {
  if (rest_.empty() || rest_.front() >> 5U != major)
    return std::nullopt;
  const auto low = static_cast<std::uint8_t>(rest_.front() & 0x1FU);
  rest_ = rest_.subspan(1);
  return argument(low);
}

std::optional<std::int64_t> cbor_reader::integer() {
  if (rest_.empty())
    return std::nullopt;
  const auto is_negative = rest_.front() >> 5U == 1;
  const auto value = head(is_negative ? 1 : 0);
  if (!value || *value > INT64_MAX)
    return std::nullopt;
  const auto signed_value = static_cast<std::int64_t>(*value);
  return is_negative ? -1 - signed_value : signed_value;
}

std::optional<std::string_view> cbor_reader::text() {
  const auto bytes = head(3);
  if (!bytes || *bytes > rest_.size())
    return std::nullopt;
  const std::string_view read{reinterpret_cast<const char*>(rest_.data()), static_cast<std::size_t>(*bytes)};
  if (!is_utf8(read))
    return std::nullopt;
  rest_ = rest_.subspan(read.size());
  return read;
}

std::optional<std::uint64_t> cbor_reader::array() {
  const auto items = head(4);
  return items && *items <= rest_.size() ? items : std::nullopt;
}

std::optional<std::uint64_t> cbor_reader::map() {
  const auto pairs = head(5);
  return pairs && *pairs <= rest_.size() / 2 ? pairs : std::nullopt;
}

bool cbor_reader::skip(int depth_max) {
  if (rest_.empty())
    return false;
  const auto first = rest_.front();
  switch (first >> 5U) {
  case 0:
    return number().has_value();
  case 1:
    return integer().has_value();
  case 2: {
    const auto bytes = head(2);
    if (!bytes || *bytes > rest_.size())
      return false;
    rest_ = rest_.subspan(static_cast<std::size_t>(*bytes));
    return true;
  }
  case 3:
    return text().has_value();
  case 4: {
    const auto items = array();
    if (!items || depth_max == 0)
      return false;
    for (std::uint64_t at = 0; at < *items; ++at)
      if (!skip(depth_max - 1))
        return false;
    return true;
  }
  case 5: {
    const auto pairs = map();
    if (!pairs || depth_max == 0)
      return false;
    for (std::uint64_t at = 0; at < *pairs; ++at)
      if (!text() || !skip(depth_max - 1))
        return false;
    return true;
  }
  case 7: {
    const auto low = first & 0x1FU;
    const auto is_known = (low >= 20 && low <= 22) || (low >= 25 && low <= 27);
    return is_known && head(7).has_value();
  }
  default:
    return false;
  }
}

bool is_well_formed_cbor(std::span<const std::uint8_t> bytes, int depth_max) {
  cbor_reader reader(bytes);
  return reader.skip(depth_max) && reader.is_done();
}

} // namespace sluice
