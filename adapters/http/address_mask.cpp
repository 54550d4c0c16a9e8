#include "adapters/http/address_mask.hpp"

#include "messages/json.hpp"
#include "messages/masked_address.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 2> unreadable_fields{"cell", "source"};

/// RFC 5322's atext and the dot, and all that is not ASCII (RFC 6531).
bool is_local(char c) {
  constexpr std::string_view others = "<>()[],;:\"\\";
  return static_cast<unsigned char>(c) > ' ' && c != 0x7F && !others.contains(c);
}

struct at_sign {
  std::size_t place = std::string_view::npos;
  std::size_t bytes = 0;
};

at_sign next_at_sign(std::string_view text, std::size_t from) {
  constexpr std::string_view in_link = "%40";
  const at_sign plain{text.find('@', from), 1};
  const at_sign linked{text.find(in_link, from), in_link.size()};
  return plain.place <= linked.place ? plain : linked;
}

/// Where the local part begins that ends at `end`, `from` at the earliest.
std::size_t begin_of_local(std::string_view text, std::size_t from, std::size_t end) {
  if (end > from && text[end - 1] == '"') {
    const auto quote = end >= 2 ? text.rfind('"', end - 2) : std::string_view::npos;
    return quote == std::string_view::npos || quote < from ? from : quote;
  }
  auto begin = end;
  while (begin > from && is_local(text[begin - 1]))
    --begin;
  return begin;
}

} // namespace

std::string mask_addresses(std::string_view text) {
  std::string masked;
  std::size_t copied = 0;
  for (auto at = next_at_sign(text, 0); at.place != std::string_view::npos;
       at = next_at_sign(text, at.place + at.bytes)) {
    const auto begin = begin_of_local(text, copied, at.place);
    masked += text.substr(copied, begin - copied);
    const auto local = text.substr(begin, at.place - begin);
    if (local == "…") // of a quoted one that was masked before
      masked += local;
    else if (!local.empty())
      masked.append(masked_address(std::string(local) + "@")).pop_back();
    masked += text.substr(at.place, at.bytes);
    copied = at.place + at.bytes;
  }
  return masked.append(text.substr(copied));
}

void mask_addresses(json& value) {
  if (value.is_string()) {
    value = mask_addresses(value.get_ref<const std::string&>());
  } else if (value.is_array()) {
    for (auto& one : value)
      mask_addresses(one);
  } else if (value.is_object()) {
    auto shown = json::object();
    for (auto& [name, inner] : value.items()) {
      if (std::ranges::find(unreadable_fields, name) != unreadable_fields.end())
        inner = nullptr;
      else
        mask_addresses(inner);
      shown[mask_addresses(name)] = std::move(inner);
    }
    value = std::move(shown);
  }
}

http_response masked(http_response whole, const token_info& who) {
  if (whole.body.empty() && whole.constant_body.empty() && !whole.produced)
    return whole;
  auto body = whole.produced ? json(json::value_t::discarded) : json::parse(whole.body, nullptr, false);
  if (body.is_discarded() || !whole.content_type.ends_with("json"))
    return problem(make_error(error_code::not_permitted,
                              notice{"role_forbids", {{"role", name_of(who.role)}, {"token", who.name}}}));
  mask_addresses(body);
  whole.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return whole;
}

} // namespace sluice
