#include "messages/json.hpp"

#include "messages/json_reader.hpp"
#include "messages/notice_json.hpp"

namespace sluice {

using nlohmann::json;

json to_json(const reply& value) {
  return {{"code", value.code},
          {"enhanced", value.enhanced},
          {"text", value.text},
          {"notice", to_json(notice_of(value))}};
}

json to_json(const response_group& value) {
  auto into = to_json(value.answer);
  into["count"] = value.count;
  into["first_seen"] = format_timestamp(value.first_seen);
  into["last_seen"] = format_timestamp(value.last_seen);
  into["example_letter"] = value.example;
  return into;
}

json to_json(const command_answer& value) {
  return {{"status", name_of(value.status)},
          {"changed", value.changed},
          {"version", value.version},
          {"in_flight", value.in_flight}};
}

json to_json(const error& value) {
  return {{"type", "about:blank"},
          {"title", name_of(value.code)},
          {"detail", value.message},
          {"code", name_of(value.code)},
          {"notice", to_json(notice_of(value))}};
}

result<reply> reply_from_json(const json& value) {
  object_reader from(value, "answer");
  reply read;
  read.code = static_cast<std::uint16_t>(from.number("code", 0, 999).value_or(0));
  read.enhanced = from.text("enhanced", 20);
  read.text = from.text("text", 4 * reply_text_bytes_max);
  if (from.has("notice")) {
    auto said = notice_from_json(from.at("notice"));
    if (!said)
      return std::unexpected(said.error());
    // A `text` says no more than the text does.
    if (said->code != "text")
      read.notice = std::move(*said);
  }
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<command_answer> command_answer_from_json(const json& value) {
  object_reader from(value, "answer");
  command_answer read;
  if (const auto shown = parse_status(from.text("status", 40)))
    read.status = *shown;
  else
    from.fail("status", notice{"must_be_one_of", {{"names", "a status"}}});
  read.changed = from.flag("changed");
  read.version = from.number("version", 0, UINT64_MAX).value_or(0);
  read.in_flight = static_cast<letter_index>(from.number("in_flight", 0, letters_max).value_or(0));
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

} // namespace sluice
