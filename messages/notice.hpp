#pragma once
// What there is to say, as data: a reason, a refusal, a trouble, a skip. A notice has a stable code for programs
// and typed parameters; the sentence is made where a person reads it (`words_of`, messages/notice_words.hpp), in
// that person's language. Every code and its English words stand in one table, messages/notice_words.cpp.
//
// As JSON, and as CBOR in the log: one flat map, {"code": "domain_is_new", "number": 1, "domain": "shop.example",
// "first": 3}; a time is RFC 3339, a duration "90s". What led to it stands in "causes", a list of notices, where
// there is something. No parameter is called "code" or "causes".
//
// Three parameters mean the same with every code, and their words come first: `server` (whose trouble it is),
// `field` (of a campaign file or request that is wrong) and `line` (of the field, or of a file).

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

struct notice_parameter {
  using value_type = std::variant<std::string,
                                  std::int64_t,
                                  double,
                                  std::chrono::sys_time<std::chrono::milliseconds>,
                                  std::chrono::milliseconds>;
  std::string name;
  value_type value;

  template <class Value>
  notice_parameter(std::string_view called, const Value& is) : name(called), value(value_of(is)) {}

  bool operator==(const notice_parameter&) const = default;

private:
  template <class Value>
  static value_type value_of(const Value& is) {
    if constexpr (std::integral<Value>)
      return static_cast<std::int64_t>(is);
    else if constexpr (std::floating_point<Value>)
      return static_cast<double>(is);
    else if constexpr (std::convertible_to<Value, std::string_view>)
      return std::string{std::string_view{is}};
    else
      return is;
  }
};

struct notice {
  std::string code;                         ///< empty: there is nothing to say
  std::vector<notice_parameter> parameters; ///< sorted by name
  std::vector<notice> causes;

  notice() = default;
  explicit notice(std::string_view code_name,
                  std::initializer_list<notice_parameter> of = {},
                  std::vector<notice> because = {});

  bool empty() const { return code.empty(); }
  /// Nothing where there is no such parameter.
  const notice_parameter::value_type* find(std::string_view name) const;
  /// Adds a parameter, unless there is one of that name.
  notice& add(notice_parameter more);

  bool operator==(const notice&) const = default;
};

/// A sentence that nobody took apart: of an event of before, of a library, of the system. Its code is `text`.
notice text_notice(std::string_view words);

/// The notice, or where there is none the sentence as one: how events of before are read.
notice notice_or_text(const notice& one, std::string_view words);
std::vector<notice> notices_or_texts(const std::vector<notice>& all, const std::vector<std::string>& words);

} // namespace sluice
