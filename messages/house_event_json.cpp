#include "messages/house_event_json.hpp"

#include "messages/base64.hpp"
#include "messages/cbor.hpp"
#include "messages/storable_json.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <concepts>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace sluice {

using nlohmann::json;

namespace {

constexpr std::size_t hidden_bytes = 16;
/// Who reads version 1 alone would take a token that is limited for one that is not.
int house_version_of(const house_body& body) {
  const auto* const token = std::get_if<house::token_created>(&body);
  return token != nullptr && (token->expires_at || !token->limits.empty()) ? 2 : 1;
}

int newest_house_version_of(std::string_view type) {
  return type == "token_created" ? 2 : 1;
}

/// Any fault while reading: caught at the border of this file.
[[noreturn]] void unreadable(const std::string& what) {
  throw std::invalid_argument(what);
}

template <class Texts>
struct pair_list {
  Texts& texts;
};

std::int64_t to_number(timestamp at) {
  return at.time_since_epoch().count();
}

/// Stored as a list of pairs, since there may be several of a name; left out where there is none.
template <class Event>
auto limits_of(Event& it) {
  return pair_list<std::conditional_t<std::is_const_v<Event>, const std::vector<house::named_text>,
                                      std::vector<house::named_text>>>{it.limits};
}

/// The fields of each type, in one place for both directions: `with(name, field)` writes one or reads it.
template <class Archive, class Event>
void each_field(Archive& with, Event& it) {
  using type = std::remove_const_t<Event>;
  if constexpr (std::same_as<type, house::log_began>) {
    with("key_hash", it.key_hash);
  } else if constexpr (std::same_as<type, house::engine_started>) {
    with("version", it.version);
    with("relays", it.relays);
    with("settings", it.settings);
  } else if constexpr (std::same_as<type, house::token_created>) {
    with("id", it.id);
    with("name", it.name);
    with("role", it.role);
    with("hash", it.hash);
    with("adopted", it.is_adopted);
    with("expires_at", it.expires_at);
    with("limits", limits_of(it));
  } else if constexpr (std::same_as<type, house::token_rotated>) {
    with("id", it.id);
    with("name", it.name);
    with("hash", it.hash);
    with("expires_at", it.expires_at);
    with("old_until", it.old_until);
  } else if constexpr (std::same_as<type, house::signed_in>) {
    with("role", it.role);
  } else if constexpr (std::same_as<type, house::signed_out>) {
    with("why", it.why);
  } else if constexpr (std::same_as<type, house::token_revoked>) {
    with("id", it.id);
    with("name", it.name);
  } else if constexpr (std::same_as<type, house::suppression_group>) {
    with("list", it.list);
    with("reason", it.reason);
    with("since", it.since);
    with("until", it.until);
    with("targets", it.targets);
  } else if constexpr (std::same_as<type, house::suppressions_added>) {
    with("groups", it.groups);
    with("adopted", it.is_adopted);
  } else if constexpr (std::same_as<type, house::suppressions_removed>) {
    with("list", it.list);
    with("targets", it.targets);
  } else if constexpr (std::same_as<type, house::audience_imported>) {
    with("audience", it.audience);
    with("name", it.name);
    with("size", it.size);
    with("hash", it.hash);
    with("adopted", it.is_adopted);
  } else if constexpr (std::same_as<type, house::audience_renamed>) {
    with("audience", it.audience);
    with("name", it.name);
    with("before", it.before);
  } else if constexpr (std::same_as<type, house::audience_deleted>) {
    with("audience", it.audience);
    with("name", it.name);
    with("size", it.size);
    with("hash", it.hash);
  } else if constexpr (std::same_as<type, house::audience_rooted>) {
    with("audience", it.audience);
    with("hash", it.hash);
    with("root", it.root);
  } else if constexpr (std::same_as<type, house::test_copy_sent>) {
    with("campaign", it.campaign);
    with("letter", it.letter);
    with("recipient", it.recipient);
    with("shown", it.shown);
    with("outcome", it.outcome);
    with("reply", it.reply);
  } else if constexpr (std::same_as<type, house::recipients_read>) {
    with("what", it.what);
    with("of", it.of);
    with("rows", it.rows);
  } else if constexpr (std::same_as<type, house::sealed>) {
    with("logs", it.logs);
    with("hash", it.hash);
  } else if constexpr (std::same_as<type, house::sign_ins_refused>) {
    with("count", it.count);
    with("since", it.since);
  } else if constexpr (std::same_as<type, house::address_erased>) {
    with("recipient", it.recipient);
    with("rows", it.rows);
    with("suppressions", it.suppressions);
  } else if constexpr (std::same_as<type, house::campaign_removed>) {
    with("campaign", it.campaign);
    with("name", it.name);
    with("status", it.status);
    with("total", it.total);
    with("accepted", it.accepted);
    with("refused", it.refused);
    with("skipped", it.skipped);
    with("audience", it.audience);
    with("last", it.last);
    with("hash", it.hash);
    with("over_since", it.over_since);
  } else {
    static_assert(std::same_as<type, house::tables_accepted>);
    with("words", it.words);
    with("differences", it.differences);
  }
}

/// Hidden addresses are bytes, all else that is text is text.
bool is_hidden(std::string_view field) {
  return field == "recipient";
}

class field_writer {
public:
  json into = json::object();

  void operator()(const char* name, const std::string& value) {
    if (!value.empty())
      into[name] = is_hidden(name) ? to_base64(value) : value;
  }
  void operator()(const char* name, bool value) {
    if (value)
      into[name] = true;
  }
  template <std::unsigned_integral Number>
  void operator()(const char* name, Number value) {
    if (value != 0)
      into[name] = value;
  }
  void operator()(const char* name, campaign_id id) { into[name] = id.value; }
  void operator()(const char* name, audience_id id) { into[name] = id.value; }
  void operator()(const char* name, timestamp at) { into[name] = to_number(at); }
  void operator()(const char* name, const std::optional<timestamp>& at) {
    if (at)
      into[name] = to_number(*at);
  }
  void operator()(const char* name, const std::vector<std::string>& targets) {
    std::string all;
    all.reserve(targets.size() * hidden_bytes);
    for (const auto& one : targets)
      all += one;
    into[name] = to_base64(all);
  }
  void operator()(const char* name, const std::vector<house::named_text>& texts) {
    auto map = json::object();
    for (const auto& one : texts)
      map[one.name] = one.text;
    into[name] = std::move(map);
  }
  template <class Texts>
  void operator()(const char* name, pair_list<Texts> pairs) {
    for (const auto& one : pairs.texts)
      into[name].push_back(json::array({one.name, one.text}));
  }
  void operator()(const char* name, const std::vector<house::suppression_group>& groups) {
    auto list = json::array();
    for (const auto& group : groups) {
      field_writer inner;
      each_field(inner, group);
      list.push_back(std::move(inner.into));
    }
    into[name] = std::move(list);
  }
};

class field_reader {
public:
  explicit field_reader(const json& from) : from_(from) {}

  void operator()(const char* name, std::string& value) const {
    const auto* found = find(name);
    if (found == nullptr)
      return;
    value = text(name, *found);
    if (is_hidden(name))
      value = bytes(name, value);
  }
  void operator()(const char* name, bool& value) const {
    const auto* found = find(name);
    if (found != nullptr && !found->is_boolean())
      unreadable(std::string(name) + " is neither true nor false");
    value = found != nullptr && found->get<bool>();
  }
  template <std::unsigned_integral Number>
  void operator()(const char* name, Number& value) const {
    if (const auto* found = find(name))
      value = static_cast<Number>(number(name, *found, std::numeric_limits<Number>::max()));
  }
  void operator()(const char* name, campaign_id& id) const {
    id.value = number(name, needed(name), std::numeric_limits<std::uint64_t>::max());
  }
  void operator()(const char* name, audience_id& id) const {
    id.value = number(name, needed(name), std::numeric_limits<std::uint64_t>::max());
  }
  void operator()(const char* name, timestamp& at) const { at = moment(name, needed(name)); }
  void operator()(const char* name, std::optional<timestamp>& at) const {
    if (const auto* found = find(name))
      at = moment(name, *found);
  }
  void operator()(const char* name, std::vector<std::string>& targets) const {
    const auto all = bytes(name, text(name, needed(name)));
    if (all.size() % hidden_bytes != 0)
      unreadable(std::string(name) + " holds a part of a hash");
    for (std::size_t at = 0; at < all.size(); at += hidden_bytes)
      targets.push_back(all.substr(at, hidden_bytes));
  }
  void operator()(const char* name, std::vector<house::named_text>& texts) const {
    const auto& map = needed(name);
    if (!map.is_object())
      unreadable(std::string(name) + " is no map");
    for (const auto& [key, value] : map.items())
      texts.push_back({key, text(name, value)});
  }
  template <class Texts>
  void operator()(const char* name, pair_list<Texts> pairs) const {
    const auto* const list = find(name);
    if (list == nullptr)
      return;
    if (!list->is_array())
      unreadable(std::string(name) + " is no list");
    for (const auto& pair : *list) {
      if (!pair.is_array() || pair.size() != 2)
        unreadable(std::string(name) + " holds something else than pairs");
      pairs.texts.push_back({text(name, pair[0]), text(name, pair[1])});
    }
  }
  void operator()(const char* name, std::vector<house::suppression_group>& groups) const {
    const auto& list = needed(name);
    if (!list.is_array())
      unreadable(std::string(name) + " is no list");
    for (const auto& item : list) {
      if (!item.is_object())
        unreadable(std::string(name) + " holds something else than maps");
      field_reader inner(item);
      each_field(inner, groups.emplace_back());
    }
  }

private:
  const json* find(const char* name) const {
    const auto found = from_.find(name);
    return found == from_.end() ? nullptr : &*found;
  }
  const json& needed(const char* name) const {
    const auto* found = find(name);
    if (found == nullptr)
      unreadable(std::string(name) + " is missing");
    return *found;
  }
  static std::string text(const char* name, const json& value) {
    if (!value.is_string() || !is_utf8(value.get_ref<const std::string&>()))
      unreadable(std::string(name) + " is no text");
    return value.get<std::string>();
  }
  static std::string bytes(const char* name, std::string_view base64) {
    auto read = from_base64(base64);
    if (!read)
      unreadable(std::string(name) + " is no base64");
    return *std::move(read);
  }
  static std::uint64_t number(const char* name, const json& value, std::uint64_t max) {
    const auto is_whole =
        value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0);
    if (!is_whole || value.get<std::uint64_t>() > max)
      unreadable(std::string(name) + " is no number that it could be");
    return value.get<std::uint64_t>();
  }
  static timestamp moment(const char* name, const json& value) {
    if (!value.is_number_integer())
      unreadable(std::string(name) + " is no time");
    return timestamp(milliseconds(value.get<std::int64_t>()));
  }

  const json& from_;
};

template <std::size_t Index = 0>
house_body read_body(std::string_view type, const json& from) {
  if constexpr (Index < std::variant_size_v<house_body>) {
    house_body body{std::in_place_index<Index>};
    if (type_of(body) != type)
      return read_body<Index + 1>(type, from);
    field_reader reader(from);
    each_field(reader, std::get<Index>(body));
    return body;
  } else {
    unreadable("there is no event type " + quoted_excerpt(type) + " in the house's log");
  }
}

house_event read_house_event(const json& from) {
  if (!from.is_object() || !from.contains("t") || !from["t"].is_string() || !from.contains("v") ||
      !from.contains("at"))
    unreadable("it is no event");
  const auto& type = from["t"].get_ref<const std::string&>();
  if (!from["v"].is_number_unsigned() || from["v"] == 0 || from["v"] > newest_house_version_of(type))
    unreadable("this version of " + quoted_excerpt(type) + " is not known; a newer Sluice wrote it");
  const field_reader head(from);
  house_event read;
  head("at", read.at);
  head("by", read.by.name);
  head("token", read.by.token);
  read.body = read_body(type, from);
  return read;
}

std::unexpected<error> unreadable_event(std::string_view why) {
  return failure(error_code::corrupt, notice{"event_unreadable", {{"fault", why}}});
}

} // namespace

json to_json(const house_event& value) {
  field_writer fields;
  std::visit([&](const auto& body) { each_field(fields, body); }, value.body);
  auto into = std::move(fields.into);
  into["t"] = type_of(value.body);
  into["v"] = house_version_of(value.body);
  into["at"] = to_number(value.at);
  if (!value.by.name.empty())
    into["by"] = value.by.name;
  if (!value.by.token.empty())
    into["token"] = value.by.token;
  make_utf8(into);
  return into;
}

result<house_event> house_event_from_json(const json& value) {
  try {
    return read_house_event(value);
  } catch (const std::exception& fault) {
    return unreadable_event(fault.what());
  }
}

std::vector<std::uint8_t> encode_house_event(const house_event& value) {
  return json::to_cbor(to_json(value));
}

result<house_event> decode_house_event(std::span<const std::uint8_t> body) {
  // The library's reader recurses as deep as the bytes say: not before this.
  if (!is_well_formed_cbor(body, stored_depth_max))
    return unreadable_event("it is not well-formed CBOR");
  try {
    return house_event_from_json(json::from_cbor(body));
  } catch (const std::exception& fault) {
    return unreadable_event(fault.what());
  }
}

} // namespace sluice
