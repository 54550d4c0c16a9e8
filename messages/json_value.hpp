#pragma once
// A recipient's field that is a list or an object. Its stored value is a NUL, which no text has, and the JSON of it
// (RFC 8259, without blanks). A value without the NUL is text, as all are in audiences of before.

#include <string>
#include <string_view>

namespace sluice {

inline constexpr char json_value_mark = '\0';
/// Lists and objects within each other at most.
inline constexpr int json_value_depth_max = 8;

inline bool is_json_value(std::string_view value) {
  return value.starts_with(json_value_mark);
}

/// The JSON of such a value.
inline std::string_view json_of_value(std::string_view value) {
  return value.substr(1);
}

inline std::string json_value(std::string_view json) {
  return std::string(1, json_value_mark).append(json);
}

} // namespace sluice
