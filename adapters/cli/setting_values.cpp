#include "adapters/cli/setting_values.hpp"

#include "adapters/cli/text.hpp"
#include "messages/blanks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ranges>

namespace sluice::cli {
namespace {

std::unexpected<error> wrong(const setting_value& from, std::string_view wanted) {
  const auto written = from.kind == value_kind::list    ? std::string{"a list"}
                       : from.kind == value_kind::other ? std::string{"a value of another kind"}
                                                        : fmt::format("\"{}\"", shown(from.text));
  return failure(error_code::invalid_input, fmt::format("{} is not {}", written, wanted));
}

bool may_be(const setting_value& from, value_kind kind) {
  return from.kind == kind || (from.is_loose && from.kind == value_kind::text);
}

template <class Number>
bool read_all(const std::string& text, Number& into) {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, into);
  return read.ec == std::errc{} && read.ptr == end;
}

} // namespace

result<std::string> read_text(const setting_value& from) {
  if (!may_be(from, value_kind::text))
    return wrong(from, "a text in quotes");
  return from.text;
}

result<std::uint64_t> read_whole_number(const setting_value& from, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  if (!may_be(from, value_kind::whole) || !read_all(from.text, number) || number < least || number > most)
    return wrong(from, fmt::format("a whole number from {} to {}", least, most));
  return number;
}

result<double> read_number(const setting_value& from, double least, double most) {
  double number = 0;
  const bool is_right_kind = may_be(from, value_kind::number) || from.kind == value_kind::whole;
  if (!is_right_kind || !read_all(from.text, number) || !std::isfinite(number) || number < least ||
      number > most)
    return wrong(from, fmt::format("a number from {} to {}", number_words(least), number_words(most)));
  return number;
}

result<bool> read_boolean(const setting_value& from) {
  if (may_be(from, value_kind::boolean) && (from.text == "true" || from.text == "false"))
    return from.text == "true";
  return wrong(from, "true or false");
}

result<milliseconds> read_duration(const setting_value& from, milliseconds least) {
  constexpr auto wanted = "a duration like \"30s\", \"5m\", \"24h\" or \"7d\"";
  if (!may_be(from, value_kind::text))
    return wrong(from, wanted);
  const auto duration = parse_duration(from.text);
  if (!duration)
    return wrong(from, wanted);
  if (*duration < least)
    return wrong(from, fmt::format("{} or longer", format_duration(least)));
  return *duration;
}

namespace {

struct size_unit {
  std::string_view name;
  std::uint64_t bytes;
};

/// Largest first, so that a size is told in the largest that it is a multiple of.
constexpr std::array<size_unit, 3> size_units{
    {{"GiB", 1ULL << 30U}, {"MiB", 1ULL << 20U}, {"KiB", 1ULL << 10U}}};

} // namespace

result<std::uint64_t> read_size(const setting_value& from, std::uint64_t least, std::uint64_t most) {
  const auto wanted =
      fmt::format("a size from {} to {}, like \"64MiB\"", size_words(least), size_words(most));
  std::uint64_t number = 0;
  const auto* last = from.text.data() + from.text.size();
  const auto [end, fault] = std::from_chars(from.text.data(), last, number);
  const std::string_view unit{end, last};
  std::uint64_t factor = unit.empty() ? 1 : 0;
  for (const auto& one : size_units)
    if (one.name == unit)
      factor = one.bytes;
  const auto may_be_read = may_be(from, value_kind::text) || may_be(from, value_kind::whole);
  if (!may_be_read || fault != std::errc{} || factor == 0 || number > most / factor ||
      number * factor < least)
    return wrong(from, wanted);
  return number * factor;
}

std::string size_words(std::uint64_t bytes) {
  for (const auto& one : size_units)
    if (bytes != 0 && bytes % one.bytes == 0)
      return fmt::format("{}{}", bytes / one.bytes, one.name);
  return std::to_string(bytes);
}

result<std::vector<std::string>> read_list(const setting_value& from) {
  if (from.kind == value_kind::list)
    return from.items;
  if (!may_be(from, value_kind::list))
    return wrong(from, "a list of texts like [\"a\", \"b\"]");
  std::vector<std::string> items;
  // As the file has it, and as it is shown: a list of texts is the same in TOML and JSON.
  if (from.text.starts_with('[')) {
    const auto list = nlohmann::json::parse(from.text, nullptr, false);
    if (!list.is_array() || !std::ranges::all_of(list, [](const auto& one) { return one.is_string(); }))
      return wrong(from, "a list of texts like [\"a\", \"b\"], or a, b");
    return list.get<std::vector<std::string>>();
  }
  std::string_view rest{from.text};
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (const auto item = without_blanks(rest.substr(0, comma), line_blanks); !item.empty())
      items.emplace_back(item);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return items;
}

std::string toml_text(std::string_view text) {
  std::string safe = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      safe += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      safe += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      safe += c;
  }
  return safe + '"';
}

std::string list_words(const std::vector<std::string>& items) {
  auto texts = items | std::views::transform([](const std::string& item) { return toml_text(item); });
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string number_words(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

} // namespace sluice::cli
