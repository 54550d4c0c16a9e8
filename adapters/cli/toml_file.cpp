#include "adapters/cli/toml_file.hpp"

#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace sluice::cli {
namespace {

std::string written_number(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end.ptr};
}

setting_value list_of(const toml::array& items) {
  setting_value value{.kind = value_kind::list, .text = {}, .items = {}, .is_loose = false};
  for (const auto& item : items) {
    const auto text = item.value_exact<std::string>();
    if (!text)
      return {.kind = value_kind::other, .text = {}, .items = {}, .is_loose = false};
    value.items.push_back(*text);
  }
  return value;
}

setting_value value_of(const toml::node& node) {
  setting_value value{.kind = value_kind::other, .text = {}, .items = {}, .is_loose = false};
  if (const auto* items = node.as_array())
    return list_of(*items);
  if (const auto text = node.value_exact<std::string>()) {
    value.kind = value_kind::text;
    value.text = *text;
  } else if (const auto whole = node.value_exact<std::int64_t>()) {
    value.kind = value_kind::whole;
    value.text = std::to_string(*whole);
  } else if (const auto number = node.value_exact<double>()) {
    value.kind = value_kind::number;
    value.text = written_number(*number);
  } else if (const auto is_so = node.value_exact<bool>()) {
    value.kind = value_kind::boolean;
    value.text = *is_so ? "true" : "false";
  }
  return value;
}

setting_value fields_of(const toml::table& from) {
  setting_value value{.kind = value_kind::table, .text = {}, .items = {}, .is_loose = false};
  for (const auto& [name, node] : from) {
    auto field = value_of(node);
    value.fields.push_back({std::string{name.str()}, field.kind, std::move(field.text)});
  }
  return value;
}

bool is_list_of_tables(const toml::node& node) {
  const auto* items = node.as_array();
  return items != nullptr && !items->empty() &&
         std::all_of(items->begin(), items->end(), [](const auto& item) { return item.is_table(); });
}

void flatten(const toml::table& from, const std::string& prefix, std::vector<toml_entry>& into) {
  for (const auto& [name, node] : from) {
    const auto key = prefix.empty() ? std::string{name.str()} : fmt::format("{}.{}", prefix, name.str());
    const auto* inner = node.as_table();
    if (inner != nullptr && !inner->empty())
      flatten(*inner, key, into);
    else if (is_list_of_tables(node))
      for (const auto& item : *node.as_array())
        into.push_back({key, fields_of(*item.as_table()), item.source().begin.line});
    else if (inner == nullptr)
      into.push_back({key, value_of(node), node.source().begin.line});
  }
}

} // namespace

result<std::vector<toml_entry>> read_toml(std::string_view text, const std::string& name) {
  std::vector<toml_entry> entries;
  try {
    flatten(toml::parse(text), {}, entries);
  } catch (const toml::parse_error& fault) {
    return failure(error_code::invalid_input,
                   fmt::format("{}:{}: {}", name, fault.source().begin.line, shown(fault.description())));
  }
  // The tables of a list may stand in one line, and keep their order there.
  std::ranges::stable_sort(entries, [](const toml_entry& a, const toml_entry& b) {
    return std::tie(a.line, a.key) < std::tie(b.line, b.key);
  });
  return entries;
}

} // namespace sluice::cli
