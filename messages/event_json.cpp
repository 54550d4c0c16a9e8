#include "messages/event_json.hpp"

#include "messages/json.hpp"
#include "messages/notice_json.hpp"
#include "messages/storable_json.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace sluice {

using nlohmann::json;

namespace {

/// The second versions: what names a relay, "doubt_settled" whose letters wait, what carries a notice
/// beside its sentence, lifted holds with a trial behind them, and "scheduled" with a scheme of Message-IDs. The third of
/// "settled" has provisional refusals, that of "doubt_settled" letters whose relay is gone, those of "created" and "edited"
/// a content with more than campaigns had at the beginning, that of "submitted" and the second of "approved" what the
/// content's hash was made of.
template <class Other>
bool is_second(const Other&) {
  return false;
}
bool is_second(const created& it) {
  return !it.spec.relay.empty();
}
bool is_second(const edited& it) {
  return !it.spec.relay.empty();
}
bool is_second(const claimed& it) {
  return !it.relay.empty();
}
bool is_second(const doubt_settled& it) {
  return it.waits();
}
bool is_second(const resumed& it) {
  return it.trial != 0;
}
bool is_second(const released& it) {
  return it.trial != 0;
}
bool is_second(const submitted& it) {
  return !it.notices.empty();
}
bool is_second(const approved& it) {
  return !it.parts.empty();
}
bool is_second(const paused& it) {
  return !it.notice.empty();
}
bool is_second(const relay_failed& it) {
  return !it.notice.empty();
}
bool is_second(const settled& it) {
  return has_notice(it);
}

bool is_second(const scheduled& it) {
  return !it.message_ids.empty();
}

int version_of(const event_body& body) {
  if (const auto* draft = std::get_if<created>(&body); draft != nullptr && !draft->spec.tags.empty())
    return 4;
  if (const auto* draft = std::get_if<edited>(&body); draft != nullptr && !draft->spec.tags.empty())
    return 4;
  if (const auto* draft = std::get_if<created>(&body); draft != nullptr && has_later_content(draft->spec))
    return 3;
  if (const auto* draft = std::get_if<edited>(&body); draft != nullptr && has_later_content(draft->spec))
    return 3;
  if (const auto* checks = std::get_if<submitted>(&body); checks != nullptr && !checks->parts.empty())
    return 3;
  if (const auto* outcomes = std::get_if<settled>(&body); outcomes != nullptr && has_provisional(*outcomes))
    return 3;
  if (const auto* doubt = std::get_if<doubt_settled>(&body); doubt != nullptr && doubt->is_relay_gone)
    return 3;
  return std::visit([](const auto& it) { return is_second(it) ? 2 : 1; }, body);
}

std::uint64_t newest_version_of(std::string_view type) {
  constexpr std::array<std::string_view, 7> with_second{"approved",     "paused",  "claimed", "scheduled",
                                                        "relay_failed", "resumed", "released"};
  if (type == "created" || type == "edited")
    return 4;
  if (type == "settled" || type == "submitted" || type == "doubt_settled")
    return 3;
  return std::ranges::find(with_second, type) == with_second.end() ? 1 : 2;
}

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
/// Beside the words, not in their place: a log is read by people too, and its words stay as they were written.
json with_notice(json into, const notice& said) {
  if (!said.empty())
    into["notice"] = to_json(said);
  return into;
}

json parts_json(const content_parts& parts) {
  json hashes = json::object();
  for (std::size_t at = 0; at < content_part_names.size(); ++at)
    hashes[std::string{content_part_names[at]}] = parts.hashes[at];
  json relays = json::object();
  for (const auto& [name, server] : parts.relays)
    relays[name] = server;
  return {{"hashes", std::move(hashes)}, {"relays", std::move(relays)}};
}

json rules_json(const approval_rules& rules) {
  return {{"two_people", rules.two_people},
          {"needed", rules.needed},
          {"expires_ms", rules.expires.count()},
          {"author", rules.author},
          {"last_editor", rules.last_editor}};
}

json fields_of(const submitted& it) {
  json into{{"reasons", it.reasons}, {"content_hash", it.content_hash}};
  if (!it.notices.empty())
    into["notices"] = to_json(it.notices);
  if (!it.parts.empty()) {
    into["content"] = parts_json(it.parts);
    into["approval"] = rules_json(it.rules);
  }
  return into;
}
json fields_of(const approval_given& it) {
  return {{"words", it.words}, {"content_hash", it.content_hash}};
}
json fields_of(const approved& it) {
  json into{{"words", it.words}, {"content_hash", it.content_hash}};
  if (!it.parts.empty())
    into["content"] = parts_json(it.parts);
  return into;
}
json fields_of(const scheduled& it) {
  json into{{"t0", number(it.t0)}};
  if (!it.message_ids.empty())
    into["message_ids"] = it.message_ids;
  return into;
}
json fields_of(const paused& it) {
  return with_notice({{"reason", name_of(it.reason)}, {"text", it.text}}, it.notice);
}
json fields_of(const claimed& it) {
  json into{{"letters", to_json(it.letters)}};
  if (!it.relay.empty())
    into["relay"] = it.relay;
  return into;
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
    if (group.is_provisional)
      one["provisional"] = true;
    else if (group.outcome == letter_state::deferred)
      one["retry_at"] = number(group.retry_at);
    groups.push_back(with_notice(std::move(one), group.answer.notice));
  }
  return {{"groups", std::move(groups)}};
}
json fields_of(const doubt_settled& it) {
  json into{{"letters", to_json(it.letters)}, {"resend", it.resend}};
  if (it.waits())
    into["retry_at"] = number(it.retry_at);
  if (it.is_relay_gone)
    into["relay_is_gone"] = true;
  return into;
}
json fields_of(const refusals_settled& it) {
  json into{{"letters", to_json(it.letters)}, {"accept", it.accept}};
  if (it.waits())
    into["retry_at"] = number(it.retry_at);
  return into;
}
/// Of a hold that was lifted.
template <class Lifted>
json lifted(const Lifted& it) {
  json into{{"words", it.words}};
  if (it.trial != 0)
    into["trial"] = it.trial;
  return into;
}
json fields_of(const resumed& it) {
  return lifted(it);
}
json fields_of(const released& it) {
  return lifted(it);
}
json fields_of(const relay_failed& it) {
  return with_notice({{"text", it.text}}, it.notice);
}
json fields_of(const drained& it) {
  auto into = to_json(it.outcomes);
  into["took_ms"] = it.took.count();
  return into;
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

const json& field(const json& from, const char* name) {
  const auto found = from.find(name);
  if (found == from.end())
    wrong(std::string{"it has no \""} + name + "\"");
  return *found;
}

std::string read_text(const json& from, const char* name) {
  const auto& value = field(from, name);
  if (!value.is_string())
    wrong(std::string{"\""} + name + "\" is no text");
  return value.get<std::string>();
}

std::string read_text_if_there(const json& from, const char* name) {
  return from.contains(name) ? read_text(from, name) : std::string{};
}

std::uint64_t read_number(const json& from, const char* name, std::uint64_t max) {
  const auto& value = field(from, name);
  // A number that was put in by a program may be of a signed type and still be none below 0.
  const auto is_whole = value.is_number_unsigned() || (value.is_number_integer() && value >= 0);
  if (!is_whole || value.get<std::uint64_t>() > max)
    wrong(std::string{"\""} + name + "\" is no whole number up to " + std::to_string(max));
  return value.get<std::uint64_t>();
}

timestamp read_moment(const json& from, const char* name) {
  const auto& value = field(from, name);
  if (!value.is_number_integer() || (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX))
    wrong(std::string{"\""} + name + "\" is no moment in milliseconds");
  return timestamp{milliseconds{value.get<std::int64_t>()}};
}

bool read_flag(const json& from, const char* name) {
  const auto& value = field(from, name);
  if (!value.is_boolean())
    wrong(std::string{"\""} + name + "\" is neither true nor false");
  return value.get<bool>();
}

audience_ref read_audience(const json& from) {
  return {audience_id{read_number(from, "id", UINT64_MAX)}, read_text(from, "name"),
          static_cast<letter_index>(read_number(from, "size", letters_max)), read_text(from, "hash")};
}

template <class T>
T read_content(const json& from) {
  return {value_or_wrong(stored_campaign_spec_from_json(field(from, "spec"))),
          read_audience(field(from, "audience"))};
}

template <class T>
T read_words(const json& from) {
  return {read_text(from, "words")};
}

/// Of a hold that was lifted.
template <class Lifted>
Lifted read_lifted(const json& from) {
  return {read_text(from, "words"),
          from.contains("trial") ? static_cast<letter_index>(read_number(from, "trial", letters_max)) : 0};
}

letter_ranges read_letters(const json& from) {
  auto letters = value_or_wrong(letter_ranges_from_json(field(from, "letters")));
  if (letters.empty())
    wrong("it names no letter");
  return letters;
}

notice read_notice_if_there(const json& from) {
  return from.contains("notice") ? value_or_wrong(notice_from_json(from.at("notice"))) : notice{};
}

/// Nothing of it is known where it is not there.
content_parts read_parts_if_there(const json& from) {
  content_parts parts;
  if (!from.contains("content"))
    return parts;
  const auto& content = from.at("content");
  const auto& hashes = field(content, "hashes");
  for (std::size_t at = 0; at < content_part_names.size(); ++at)
    parts.hashes[at] = read_text(hashes, std::string{content_part_names[at]}.c_str());
  if (parts.empty())
    wrong("the content's hash is made of nothing");
  const auto& relays = field(content, "relays");
  if (!relays.is_object())
    wrong("\"relays\" is no map");
  for (const auto& [name, server] : relays.items())
    parts.relays.emplace(name, read_text(relays, name.c_str()));
  return parts;
}

approval_rules read_rules(const json& from) {
  return {read_flag(from, "two_people"), static_cast<std::uint32_t>(read_number(from, "needed", UINT32_MAX)),
          milliseconds{static_cast<std::int64_t>(read_number(from, "expires_ms", INT64_MAX))},
          read_text(from, "author"), read_text(from, "last_editor")};
}

submitted read_submitted(const json& from) {
  submitted it{{}, read_text(from, "content_hash")};
  const auto& reasons = field(from, "reasons");
  if (!reasons.is_array())
    wrong("\"reasons\" is no list");
  for (const auto& reason : reasons) {
    if (!reason.is_string())
      wrong("a reason is no text");
    it.reasons.push_back(reason.get<std::string>());
  }
  if (from.contains("notices"))
    it.notices = value_or_wrong(notices_from_json(from.at("notices")));
  it.parts = read_parts_if_there(from);
  if (!it.parts.empty())
    it.rules = read_rules(field(from, "approval"));
  return it;
}

settled_group read_group(const json& from) {
  settled_group group;
  const auto outcome = parse_letter_state(read_text(from, "outcome"));
  if (!outcome || *outcome == letter_state::claimed)
    wrong("an outcome is none");
  group.outcome = *outcome;
  group.letters = read_letters(from);
  if (from.contains("code"))
    group.answer.code = static_cast<std::uint16_t>(read_number(from, "code", UINT16_MAX));
  group.answer.enhanced = read_text_if_there(from, "enhanced");
  group.answer.text = read_text_if_there(from, "text");
  group.answer.notice = read_notice_if_there(from);
  if (from.contains("provisional"))
    group.is_provisional = read_flag(from, "provisional");
  if (group.is_provisional && group.outcome != letter_state::deferred)
    wrong("a refusal that is provisional has another outcome");
  if (group.outcome == letter_state::deferred && !group.is_provisional)
    group.retry_at = read_moment(from, "retry_at");
  return group;
}

settled read_settled(const json& from) {
  settled it;
  const auto& groups = field(from, "groups");
  if (!groups.is_array() || groups.empty())
    wrong("it has no outcome");
  for (const auto& group : groups)
    it.groups.push_back(read_group(group));
  return it;
}

doubt_settled read_doubt_settled(const json& from) {
  doubt_settled it{read_letters(from), read_flag(from, "resend"), {}};
  const auto written_as = read_number(from, "v", UINT64_MAX);
  if (written_as == 3)
    it.is_relay_gone = read_flag(from, "relay_is_gone");
  if (written_as == 1 || (written_as == 3 && !from.contains("retry_at")))
    return it;
  it.retry_at = read_moment(from, "retry_at");
  if (!it.waits())
    wrong("letters out of doubt wait for no moment");
  return it;
}

claimed read_claimed(const json& from) {
  claimed it{read_letters(from)};
  if (read_number(from, "v", UINT64_MAX) > 1)
    it.relay = read_text(from, "relay");
  return it;
}

refusals_settled read_refusals_settled(const json& from) {
  refusals_settled it{read_letters(from), read_flag(from, "accept"), {}};
  if (from.contains("retry_at"))
    it.retry_at = read_moment(from, "retry_at");
  if (it.waits() != from.contains("retry_at"))
    wrong("refusals wait for no moment");
  return it;
}

paused read_paused(const json& from) {
  const auto reason = parse_hold_reason(read_text(from, "reason"));
  if (!reason)
    wrong("a hold has no known reason");
  return {*reason, read_text(from, "text"), read_notice_if_there(from)};
}

drained read_drained(const json& from) {
  const auto letters = [&](const char* name) {
    return static_cast<letter_index>(read_number(from, name, letters_max));
  };
  return {{letters("accepted"), letters("refused"), letters("deferred"), letters("in_doubt"),
           letters("returned")},
          milliseconds{static_cast<std::int64_t>(read_number(from, "took_ms", INT64_MAX))}};
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
    {"submitted", [](const json& from) -> event_body { return read_submitted(from); }},
    {"approval_given",
     [](const json& from) -> event_body {
       return approval_given{read_text(from, "words"), read_text(from, "content_hash")};
     }},
    {"approved",
     [](const json& from) -> event_body {
       return approved{read_text(from, "words"), read_text(from, "content_hash"), read_parts_if_there(from)};
     }},
    {"rejected", [](const json& from) -> event_body { return read_words<rejected>(from); }},
    {"scheduled",
     [](const json& from) -> event_body {
       return scheduled{read_moment(from, "t0"), read_text_if_there(from, "message_ids")};
     }},
    {"sending_began", [](const json&) -> event_body { return sending_began{}; }},
    {"paused", [](const json& from) -> event_body { return read_paused(from); }},
    {"resumed", [](const json& from) -> event_body { return read_lifted<resumed>(from); }},
    {"released", [](const json& from) -> event_body { return read_lifted<released>(from); }},
    {"cancelled", [](const json& from) -> event_body { return read_words<cancelled>(from); }},
    {"claimed", [](const json& from) -> event_body { return read_claimed(from); }},
    {"settled", [](const json& from) -> event_body { return read_settled(from); }},
    {"doubt_settled", [](const json& from) -> event_body { return read_doubt_settled(from); }},
    {"refusals_settled", [](const json& from) -> event_body { return read_refusals_settled(from); }},
    {"trial_passed", [](const json&) -> event_body { return trial_passed{}; }},
    {"relay_failed",
     [](const json& from) -> event_body {
       return relay_failed{read_text(from, "text"), read_notice_if_there(from)};
     }},
    {"relay_recovered", [](const json&) -> event_body { return relay_recovered{}; }},
    {"drained", [](const json& from) -> event_body { return read_drained(from); }},
    {"finished", [](const json&) -> event_body { return finished{}; }},
}};

event read_event(const json& from) {
  const auto type = read_text(from, "t");
  const auto read_version = read_number(from, "v", UINT64_MAX);
  for (const auto& one : readers)
    if (one.type == type) {
      if (read_version == 0 || read_version > newest_version_of(type))
        wrong("version " + std::to_string(read_version) + " of " + quoted_excerpt(type) +
              " is not known; a newer Sluice wrote it");
      return {read_moment(from, "at"), read_text_if_there(from, "by"), one.read(from)};
    }
  wrong("there is no event type " + quoted_excerpt(type));
}

} // namespace

json to_json(const event& value) {
  auto into = std::visit([](const auto& body) { return fields_of(body); }, value.body);
  into["t"] = type_of(value.body);
  into["v"] = version_of(value.body);
  into["at"] = number(value.at);
  if (!value.by.empty())
    into["by"] = value.by;
  make_utf8(into);
  return into;
}

result<event> event_from_json(const json& value) {
  try {
    return read_event(value);
  } catch (const std::exception& fault) {
    return failure(error_code::corrupt, notice{"event_unreadable", {{"fault", fault.what()}}});
  }
}

} // namespace sluice
