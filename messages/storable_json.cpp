#include "messages/storable_json.hpp"

#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace sluice {

void make_utf8(nlohmann::json& value) {
  if (value.is_string()) {
    if (const auto& text = value.get_ref<const std::string&>(); !is_utf8(text))
      value = as_utf8(text);
  } else if (value.is_structured()) {
    for (auto& inner : value)
      make_utf8(inner);
  }
}

} // namespace sluice
