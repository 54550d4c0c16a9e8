#include "actors/letters/json_sections.hpp"

#include "messages/json_value.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace sluice {

namespace {

using nlohmann::json;
using step_kind = template_step::kind_type;

/// Builds the document, with fractions as they are written: 1.50 is a price.
class document_builder {
public:
  json take() { return std::move(root_); }

  // What nlohmann's parser calls; false ends the parsing.
  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(json::number_integer_t value) { return add(value); }
  bool number_unsigned(json::number_unsigned_t value) { return add(value); }
  bool number_float(json::number_float_t, const std::string& as_written) { return add(as_written); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(json::binary_t&) { return false; }
  bool key(std::string& name) {
    name_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) { return begin(json::object()); }
  bool end_object() { return end(); }
  bool start_array(std::size_t) { return begin(json::array()); }
  bool end_array() { return end(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) {
    root_ = json();
    return false;
  }

private:
  json& put(json value) {
    if (open_.empty())
      return root_ = std::move(value);
    auto& parent = *open_.back();
    if (parent.is_object())
      return parent[name_] = std::move(value);
    parent.push_back(std::move(value));
    return parent.back();
  }
  bool add(json value) {
    put(std::move(value));
    return true;
  }
  bool begin(json value) {
    open_.push_back(&put(std::move(value)));
    return true;
  }
  bool end() {
    open_.pop_back();
    return true;
  }

  json root_;
  std::vector<json*> open_; ///< none of which moves while it is open
  std::string name_;
};

json parsed(std::string_view value) {
  if (!is_json_value(value))
    return json(value);
  const auto text = json_of_value(value);
  document_builder builder;
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

/// As it stands in a letter. A list or an object is no text.
std::string text_of(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  return value.is_null() || value.is_structured() ? std::string{} : value.dump();
}

bool is_false_json(const json& value) {
  return value.is_array() ? value.empty() : !value.is_object() && is_false(text_of(value));
}

class json_walk {
public:
  json_walk(std::span<const template_step> steps,
            std::span<const std::string_view> values,
            value_escaping escaping,
            const json_section_visitor& visitor) :
      steps_(steps), values_(values), escaping_(escaping), visitor_(visitor) {}

  bool section(std::size_t at, const json& value) {
    const auto& begin = steps_[at];
    if (begin.kind == step_kind::inverted_section)
      return !is_false_json(value) || inside(at + 1, begin.begin);
    if (is_false_json(value))
      return true;
    if (!value.is_array())
      return item(at, value);
    for (const auto& one : value)
      if (!item(at, one))
        return false;
    return true;
  }

private:
  bool item(std::size_t at, const json& value) {
    if (++sections_ > json_sections_max)
      return false;
    around_.push_back(&value);
    const auto is_done = inside(at + 1, steps_[at].begin);
    around_.pop_back();
    return is_done;
  }

  bool inside(std::size_t at, std::size_t end) {
    while (at < end) {
      const auto& one = steps_[at];
      if (one.kind == step_kind::text) {
        if (!visitor_.on_text(one))
          return false;
        ++at;
        continue;
      }
      json of_column;
      const auto& value = find(one, of_column);
      if (one.kind == step_kind::section || one.kind == step_kind::inverted_section) {
        if (!section(at, value))
          return false;
        at = one.begin;
        continue;
      }
      const auto text = text_of(value);
      if (!text.empty() &&
          !visitor_.on_value(text, one.kind == step_kind::raw_value ? value_escaping::none : escaping_))
        return false;
      ++at;
    }
    return true;
  }

  /// Where the name stands for nothing, null. What is a column's is put into `of_column`.
  const json& find(const template_step& one, json& of_column) const {
    if (one.name == ".")
      return *around_.back();
    for (auto context = around_.rbegin(); context != around_.rend(); ++context)
      if ((*context)->is_object())
        if (const auto member = (*context)->find(one.name); member != (*context)->end())
          return *member;
    if (one.column < values_.size())
      of_column = parsed(values_[one.column]);
    return of_column;
  }

  std::span<const template_step> steps_;
  std::span<const std::string_view> values_;
  value_escaping escaping_;
  const json_section_visitor& visitor_;
  std::vector<const json*> around_;
  std::size_t sections_ = 0;
};

} // namespace

bool walk_json_section(std::span<const template_step> steps,
                       std::size_t at,
                       std::span<const std::string_view> values,
                       value_escaping escaping,
                       const json_section_visitor& visitor) {
  json_walk walk(steps, values, escaping, visitor);
  const auto value = parsed(values[steps[at].column]);
  return walk.section(at, value);
}

} // namespace sluice
