#pragma once
// Reading a JSON object strictly: each field by name and type, and no field that nobody knows. The first
// fault is kept and names the field by its path.

#include "messages/error.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class object_reader {
public:
  /// `path` is what the object is called in messages: "" for the whole, "plan.parts" …
  object_reader(const nlohmann::json& value, std::string path) : value_(value), path_(std::move(path)) {
    if (!value.is_object())
      fail("", notice{"must_be_object"});
  }

  bool has(const char* field) {
    if (std::ranges::find(known_, field) == known_.end())
      known_.emplace_back(field);
    const auto found = value_.is_object() ? value_.find(field) : value_.end();
    return value_.is_object() && found != value_.end() && !found->is_null();
  }

  /// Empty where the field is not there.
  std::string text(const char* field, std::size_t bytes_max) {
    if (!has(field))
      return {};
    const auto& found = value_.at(field);
    if (!found.is_string()) {
      fail(field, notice{"must_be_text"});
      return {};
    }
    auto read = found.get<std::string>();
    if (!is_utf8(read))
      fail(field, notice{"not_utf8"});
    if (read.size() > bytes_max)
      fail(field, notice{"too_many_bytes", {{"max", bytes_max}}});
    return read;
  }

  std::optional<std::uint64_t> number(const char* field, std::uint64_t min, std::uint64_t max) {
    if (!has(field))
      return std::nullopt;
    const auto& found = value_.at(field);
    // A number that was put in by a program may be of a signed type and still be none below 0.
    const auto is_whole =
        found.is_number_unsigned() || (found.is_number_integer() && found.get<std::int64_t>() >= 0);
    const auto value = is_whole ? found.get<std::uint64_t>() : 0;
    if (!is_whole || value < min || value > max) {
      fail(field, notice{"must_be_whole_number", {{"min", min}, {"max", max}}});
      return std::nullopt;
    }
    return value;
  }

  /// False where the field is not there.
  bool flag(const char* field) {
    if (!has(field))
      return false;
    const auto& found = value_.at(field);
    if (!found.is_boolean())
      fail(field, notice{"must_be_flag"});
    return found == true;
  }

  const nlohmann::json& at(const char* field) const { return value_.at(field); }
  std::string path_of(std::string_view field) const {
    if (path_.empty() || field.empty())
      return path_ + std::string{field};
    return path_ + "." + std::string{field};
  }

  /// `what` is said of the field; of the whole where that has no name.
  void fail(std::string_view field, notice what) {
    if (fault_)
      return;
    if (const auto path = path_of(field); !path.empty())
      what.add({"field", path});
    else if (what.code == "must_be_object")
      what = notice{"this_must_be_object"};
    fault_ = make_error(error_code::invalid_input, std::move(what));
  }
  void fail(const error& inner) {
    if (!fault_)
      fault_ = inner;
  }

  /// The first fault, a field that is not known included.
  std::optional<error> finish() {
    if (value_.is_object())
      for (const auto& [name, ignored] : value_.items())
        if (std::ranges::find(known_, name) == known_.end())
          fail(is_plain(name) ? name : quoted_excerpt(name),
               notice{"no_such_field", {{"known", known_fields()}}});
    return fault_;
  }

private:
  /// A name that can stand in a message as it is.
  static bool is_plain(std::string_view name) {
    constexpr std::size_t bytes_max = 60;
    return !name.empty() && name.size() <= bytes_max &&
           std::ranges::all_of(name, [](char one) { return one > ' ' && one < 0x7F; });
  }

  std::string known_fields() const {
    std::string all;
    for (const auto& one : known_)
      all += (all.empty() ? "" : ", ") + one;
    return all;
  }

  const nlohmann::json& value_;
  std::string path_;
  std::vector<std::string> known_;
  std::optional<error> fault_;
};

} // namespace sluice
