#include "messages/event_json.hpp"

#include "messages/json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace sluice {

using nlohmann::json;

namespace {

/// The version in which each type is written. All are in their first.
constexpr int version = 1;

/// Any fault while reading: caught at the border of this file.
[[noreturn]] void wrong(const std::string& what) {
  throw std::invalid_argument(what);
}

template <class T>
T value_or_wrong(result<T> read) {
  if (!read)
    wrong(read.error().message);
  return std::move(*read);
}

json number(timestamp moment) {
  return moment.time_since_epoch().count();
}

timestamp moment(const json& value) {
  return timestamp{milliseconds{value.get<std::int64_t>()}};
}

// -- writing: each type's own fields --------------------------------------------------------------------

json content(const campaign_spec& spec, const audience_ref& audience) {
  return {{"spec", to_json(spec)},
          {"audience",
           {{"id", audience.id.value},
            {"name", audience.name},
            {"size", audience.size},
            {"hash", audience.hash}}}};
}

json fields_of(const created& it) {
  return content(it.spec, it.audience);
}
json fields_of(const edited& it) {
  return content(it.spec, it.audience);
}
json fields_of(const submitted& it) {
  return {{"reasons", it.reasons}, {"content_hash", it.content_hash}};
}
json fields_of(const approved& it) {
  return {{"words", it.words}, {"content_hash", it.content_hash}};
}
json fields_of(const scheduled& it) {
  return {{"t0", number(it.t0)}};
}
json fields_of(const paused& it) {
  return {{"reason", name_of(it.reason)}, {"text", it.text}};
}
json fields_of(const claimed& it) {
  return {{"letters", to_json(it.letters)}};
}
json fields_of(const settled& it) {
  json groups = json::array();
  for (const auto& group : it.groups) {
    json one{{"outcome", name_of(group.outcome)}, {"letters", to_json(group.letters)}};
    if (group.answer.code != 0)
      one["code"] = group.answer.code;
    if (!group.answer.enhanced.empty())
      one["enhanced"] = group.answer.enhanced;
    if (!group.answer.text.empty())
      one["text"] = group.answer.text;
    if (group.outcome == letter_state::deferred)
      one["retry_at"] = number(group.retry_at);
    groups.push_back(std::move(one));
  }
  return {{"groups", std::move(groups)}};
}
json fields_of(const doubt_settled& it) {
  return {{"letters", to_json(it.letters)}, {"resend", it.resend}};
}
json fields_of(const relay_failed& it) {
  return {{"text", it.text}};
}
template <class WithWords>
  requires requires(const WithWords& it) { it.words; }
json fields_of(const WithWords& it) {
  return {{"words", it.words}};
}
template <class Empty>
  requires std::is_empty_v<Empty>
json fields_of(const Empty&) {
  return json::object();
}

// -- reading --------------------------------------------------------------------------------------------

template <class T>
T read_content(const json& from) {
  const auto& audience = from.at("audience");
  return {value_or_wrong(campaign_spec_from_json(from.at("spec"))),
          {audience_id{audience.at("id").get<std::uint64_t>()}, audience.at("name").get<std::string>(),
           audience.at("size").get<letter_index>(), audience.at("hash").get<std::string>()}};
}

template <class T>
T read_words(const json& from) {
  return {from.at("words").get<std::string>()};
}

letter_ranges read_letters(const json& from) {
  auto letters = value_or_wrong(letter_ranges_from_json(from.at("letters")));
  if (letters.empty())
    wrong("it names no letter");
  return letters;
}

settled_group read_group(const json& from) {
  settled_group group;
  const auto outcome = parse_letter_state(from.at("outcome").get_ref<const std::string&>());
  if (!outcome || *outcome == letter_state::claimed)
    wrong("an outcome is none");
  group.outcome = *outcome;
  group.letters = read_letters(from);
  group.answer.code = from.value("code", std::uint16_t{0});
  group.answer.enhanced = from.value("enhanced", std::string{});
  group.answer.text = from.value("text", std::string{});
  if (group.outcome == letter_state::deferred)
    group.retry_at = moment(from.at("retry_at"));
  return group;
}

settled read_settled(const json& from) {
  settled it;
  for (const auto& group : from.at("groups"))
    it.groups.push_back(read_group(group));
  if (it.groups.empty())
    wrong("it has no outcome");
  return it;
}

paused read_paused(const json& from) {
  const auto reason = parse_hold_reason(from.at("reason").get_ref<const std::string&>());
  if (!reason)
    wrong("a hold has no known reason");
  return {*reason, from.at("text").get<std::string>()};
}

using body_reader = event_body (*)(const json&);

struct reader_of_type {
  std::string_view type;
  body_reader read;
};

constexpr std::array<reader_of_type, std::variant_size_v<event_body>> readers{{
    {"created", [](const json& from) -> event_body { return read_content<created>(from); }},
    {"edited", [](const json& from) -> event_body { return read_content<edited>(from); }},
    {"discarded", [](const json&) -> event_body { return discarded{}; }},
    {"submitted",
     [](const json& from) -> event_body {
       return submitted{from.at("reasons").get<std::vector<std::string>>(),
                        from.at("content_hash").get<std::string>()};
     }},
    {"approved",
     [](const json& from) -> event_body {
       return approved{from.at("words").get<std::string>(), from.at("content_hash").get<std::string>()};
     }},
    {"rejected", [](const json& from) -> event_body { return read_words<rejected>(from); }},
    {"scheduled", [](const json& from) -> event_body { return scheduled{moment(from.at("t0"))}; }},
    {"sending_began", [](const json&) -> event_body { return sending_began{}; }},
    {"paused", [](const json& from) -> event_body { return read_paused(from); }},
    {"resumed", [](const json& from) -> event_body { return read_words<resumed>(from); }},
    {"released", [](const json& from) -> event_body { return read_words<released>(from); }},
    {"cancelled", [](const json& from) -> event_body { return read_words<cancelled>(from); }},
    {"claimed", [](const json& from) -> event_body { return claimed{read_letters(from)}; }},
    {"settled", [](const json& from) -> event_body { return read_settled(from); }},
    {"doubt_settled",
     [](const json& from) -> event_body {
       return doubt_settled{read_letters(from), from.at("resend").get<bool>()};
     }},
    {"relay_failed",
     [](const json& from) -> event_body { return relay_failed{from.at("text").get<std::string>()}; }},
    {"relay_recovered", [](const json&) -> event_body { return relay_recovered{}; }},
    {"finished", [](const json&) -> event_body { return finished{}; }},
}};

event read_event(const json& from) {
  const auto& type = from.at("t").get_ref<const std::string&>();
  if (from.at("v").get<int>() != version)
    wrong("version " + from.at("v").dump() + " of \"" + type + "\" is not known; a newer Sluice wrote it");
  for (const auto& one : readers)
    if (one.type == type)
      return {moment(from.at("at")), from.value("by", std::string{}), one.read(from)};
  wrong("there is no event type \"" + type + "\"");
}

template <class Read>
result<event> caught(Read&& read) {
  try {
    return read();
  } catch (const std::exception& fault) {
    return failure(error_code::corrupt, std::string{"the record is no event: "} + fault.what());
  }
}

} // namespace

json to_json(const event& value) {
  auto into = std::visit([](const auto& body) { return fields_of(body); }, value.body);
  into["t"] = type_of(value.body);
  into["v"] = version;
  into["at"] = number(value.at);
  if (!value.by.empty())
    into["by"] = value.by;
  return into;
}

result<event> event_from_json(const json& value) {
  return caught([&] { return read_event(value); });
}

std::vector<std::uint8_t> encode_event(const event& value) {
  return json::to_cbor(to_json(value));
}

result<event> decode_event(std::span<const std::uint8_t> body) {
  return caught([&] { return read_event(json::from_cbor(body)); });
}

} // namespace sluice
