#include "messages/notice_json.hpp"

#include "messages/notice_words.hpp"
#include "messages/time.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

using nlohmann::json;

namespace {

constexpr std::size_t code_bytes_max = 100;
constexpr std::size_t causes_max = 1'000;
/// A cause of a cause of a cause: more is an attack on whoever walks through it.
constexpr int depth_max = 8;

json value_json(const notice_parameter::value_type& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return *number;
  if (const auto* real = std::get_if<double>(&value))
    return *real;
  if (const auto* moment = std::get_if<timestamp>(&value))
    return format_timestamp(*moment);
  return format_duration(std::get<milliseconds>(value));
}

notice_parameter text_parameter(std::string_view code, const std::string& name, const std::string& text) {
  const auto kind = kind_of(code, name);
  if (kind == "time")
    if (const auto moment = parse_timestamp(text))
      return {name, *moment};
  if (kind == "duration")
    if (const auto length = parse_duration(text))
      return {name, *length};
  return {name, text};
}

std::unexpected<error> no_notice(const char* what) {
  return failure(error_code::corrupt, std::string{"a notice "} + what);
}

result<notice> read(const json& value, int depth);

result<std::vector<notice>> read_all(const json& value, int depth) {
  if (!value.is_array() || value.size() > causes_max || depth > depth_max)
    return no_notice("has a list that is none");
  std::vector<notice> all;
  for (const auto& one : value) {
    auto inner = read(one, depth);
    if (!inner)
      return std::unexpected(inner.error());
    all.push_back(std::move(*inner));
  }
  return all;
}

result<notice> read(const json& value, int depth) {
  if (!value.is_object())
    return no_notice("is no map");
  const auto code = value.find("code");
  if (code == value.end() || !code->is_string())
    return no_notice("has no code");
  notice said{code->get<std::string>()};
  if (said.empty() || said.code.size() > code_bytes_max)
    return no_notice("has no code that can be one");
  for (const auto& [name, one] : value.items()) {
    if (name == "code")
      continue;
    if (name == "causes") {
      auto causes = read_all(one, depth + 1);
      if (!causes)
        return std::unexpected(causes.error());
      said.causes = std::move(*causes);
    } else if (one.is_string()) {
      said.add(text_parameter(said.code, name, one.get<std::string>()));
    } else if (one.is_number_unsigned() && one.get<std::uint64_t>() > INT64_MAX) {
      said.add({name, one.get<double>()});
    } else if (one.is_number_integer()) {
      said.add({name, one.get<std::int64_t>()});
    } else if (one.is_number_float()) {
      said.add({name, one.get<double>()});
    }
  }
  return said;
}

} // namespace

json to_json(const notice& value) {
  if (value.empty())
    return nullptr;
  json into{{"code", value.code}};
  for (const auto& one : value.parameters)
    into[one.name] = value_json(one.value);
  if (!value.causes.empty())
    into["causes"] = to_json(value.causes);
  return into;
}

json to_json(const std::vector<notice>& values) {
  auto into = json::array();
  for (const auto& one : values)
    into.push_back(to_json(one));
  return into;
}

result<notice> notice_from_json(const json& value) {
  return read(value, 0);
}

result<std::vector<notice>> notices_from_json(const json& value) {
  return read_all(value, 0);
}

} // namespace sluice
