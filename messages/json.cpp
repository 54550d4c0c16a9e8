#include "messages/json.hpp"

#include "messages/json_reader.hpp"

#include <array>
#include <cstdio>

namespace sluice {

using nlohmann::json;

namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t mailbox_bytes_max = 320;
constexpr std::size_t subject_bytes_max = 998;
constexpr std::size_t body_bytes_max = 1U << 20U;
constexpr std::size_t url_bytes_max = 2000;
constexpr std::uint64_t growth_max = 1000;
constexpr milliseconds every_min = std::chrono::seconds(1);
constexpr milliseconds every_max = std::chrono::hours(24 * 365);
/// JSON of people is shallow; deeper text is an attack on the stack.
constexpr int depth_max = 32;

json moment_or_null(const std::optional<timestamp>& moment) {
  return moment ? json(format_timestamp(*moment)) : json();
}

result<parts> parts_from_json(const json& value, const std::string& path) {
  object_reader from(value, path);
  parts read;
  if (const auto size = from.number("size", 1, letters_max))
    read.size = static_cast<std::uint32_t>(*size);
  else
    from.fail("size", "is needed: how many letters a part has");
  const auto every_text = from.text("every", 40);
  if (every_text.empty()) {
    from.fail("every", "is needed: the time between two parts, like 30m");
  } else if (const auto every = parse_duration(every_text); !every) {
    from.fail("every", every.error().message);
  } else if (*every < every_min || *every > every_max) {
    from.fail("every", "must be from 1s to 365d");
  } else {
    read.every = *every;
  }
  if (const auto growth = from.number("growth", 0, growth_max))
    read.growth_percent = static_cast<std::uint32_t>(*growth);
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<plan> plan_from_json_at(const json& value, const std::string& path) {
  object_reader from(value, path);
  plan read;
  if (const auto start = from.text("start_at", 60); !start.empty() && start != "now") {
    if (const auto moment = parse_timestamp(start))
      read.start_at = *moment;
    else
      from.fail("start_at", moment.error().message);
  }
  if (from.has("parts")) {
    if (auto inner = parts_from_json(from.at("parts"), from.path_of("parts")))
      read.parts = *inner;
    else
      from.fail(inner.error());
  }
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

} // namespace

json to_json(const plan& value) {
  json into = json::object();
  if (value.start_at)
    into["start_at"] = format_timestamp(*value.start_at);
  if (value.parts)
    into["parts"] = {{"size", value.parts->size},
                     {"every", format_duration(value.parts->every)},
                     {"growth", value.parts->growth_percent}};
  return into;
}

json to_json(const campaign_spec& value) {
  return {{"name", value.name},
          {"from", value.from},
          {"reply_to", value.reply_to},
          {"subject", value.subject},
          {"text", value.text},
          {"html", value.html},
          {"unsubscribe_url", value.unsubscribe_url},
          {"plan", to_json(value.plan)},
          {"on_doubt", value.on_doubt == doubt_policy::hold ? "hold" : "resend"}};
}

json to_json(const audience_ref& value) {
  return {{"id", to_string(value.id)}, {"name", value.name}, {"size", value.size}};
}

json to_json(const reply& value) {
  return {{"code", value.code}, {"enhanced", value.enhanced}, {"text", value.text}};
}

json to_json(const response_group& value) {
  auto into = to_json(value.answer);
  into["count"] = value.count;
  into["first_seen"] = format_timestamp(value.first_seen);
  into["last_seen"] = format_timestamp(value.last_seen);
  into["example_letter"] = value.example;
  return into;
}

json to_json(const letter_ranges& value) {
  json flat = json::array();
  for (const auto& range : value) {
    flat.push_back(range.begin);
    flat.push_back(range.end);
  }
  return flat;
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
          {"code", name_of(value.code)}};
}

json to_json(const campaign_view& value) {
  json counts{{"total", value.counts.total}, {"due", value.counts.due}};
  for (std::size_t state = 0; state < letter_state_count; ++state)
    counts[std::string{name_of(static_cast<letter_state>(state))}] = value.counts.by_state[state];
  auto into = to_json(value.spec);
  into["id"] = to_string(value.id);
  into["status"] = name_of(value.status());
  into["stage"] = name_of(value.stage);
  into["hold"] = nullptr;
  if (value.hold)
    into["hold"] = {{"by", value.hold->by},
                    {"reason", name_of(value.hold->reason)},
                    {"text", value.hold->text},
                    {"since", format_timestamp(value.hold->since)}};
  into["audience"] = value.audience.id == audience_id{} ? json() : to_json(value.audience);
  into["plan_words"] = plan_words(value.spec.plan);
  into["created_at"] = format_timestamp(value.created_at);
  into["changed_at"] = format_timestamp(value.changed_at);
  into["starts_at"] = moment_or_null(value.t0 ? value.t0 : value.spec.plan.start_at);
  into["next_part"] = nullptr;
  if (value.next_part)
    into["next_part"] = {{"at", format_timestamp(value.next_part->at)},
                         {"letters", value.next_part->letters}};
  into["released"] = value.released_at.has_value();
  into["counts"] = std::move(counts);
  into["rate"] = value.rate;
  into["relay_trouble"] = nullptr;
  if (value.relay_trouble)
    into["relay_trouble"] = {{"since", format_timestamp(value.relay_trouble->since)},
                             {"text", value.relay_trouble->text}};
  into["moderation"] = {{"reasons", value.moderation_reasons},
                        {"words", value.moderation_words},
                        {"content_hash", value.content_hash}};
  into["version"] = value.version;
  into["fault"] = value.fault.empty() ? json() : json(value.fault);
  return into;
}

result<campaign_spec> campaign_spec_from_json(const json& value) {
  object_reader from(value, "");
  campaign_spec read;
  read.name = from.text("name", name_bytes_max);
  read.from = from.text("from", mailbox_bytes_max);
  read.reply_to = from.text("reply_to", mailbox_bytes_max);
  read.subject = from.text("subject", subject_bytes_max);
  read.text = from.text("text", body_bytes_max);
  read.html = from.text("html", body_bytes_max);
  read.unsubscribe_url = from.text("unsubscribe_url", url_bytes_max);
  if (from.has("plan")) {
    if (auto inner = plan_from_json_at(from.at("plan"), "plan"))
      read.plan = *inner;
    else
      from.fail(inner.error());
  }
  const auto on_doubt = from.text("on_doubt", 20);
  if (on_doubt == "hold")
    read.on_doubt = doubt_policy::hold;
  else if (!on_doubt.empty() && on_doubt != "resend")
    from.fail("on_doubt", "must be \"resend\" or \"hold\"");
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<campaign_spec> merged_campaign_spec(const campaign_spec& old, const json& patch) {
  if (!patch.is_object())
    return failure(error_code::invalid_input, "this must be an object with the fields to replace");
  auto whole = to_json(old);
  whole.merge_patch(patch);
  return campaign_spec_from_json(whole);
}

result<plan> plan_from_json(const json& value) {
  return plan_from_json_at(value, "plan");
}

result<letter_ranges> letter_ranges_from_json(const json& value) {
  const auto wrong = [] { return failure(error_code::corrupt, "a list of letters is not well-formed"); };
  if (!value.is_array() || value.size() % 2 != 0)
    return wrong();
  letter_ranges letters;
  letter_index last_end = 0;
  for (std::size_t at = 0; at < value.size(); at += 2) {
    if (!value[at].is_number_unsigned() || !value[at + 1].is_number_unsigned())
      return wrong();
    const auto begin = value[at].get<std::uint64_t>();
    const auto end = value[at + 1].get<std::uint64_t>();
    if (begin >= end || end > letters_max || (at > 0 && begin <= last_end))
      return wrong();
    last_end = static_cast<letter_index>(end);
    letters.add({static_cast<letter_index>(begin), last_end});
  }
  return letters;
}

result<reply> reply_from_json(const json& value) {
  object_reader from(value, "answer");
  reply read;
  read.code = static_cast<std::uint16_t>(from.number("code", 0, 999).value_or(0));
  read.enhanced = from.text("enhanced", 20);
  read.text = from.text("text", 4 * reply_text_bytes_max);
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
    from.fail("status", "is no status");
  read.changed = from.has("changed") && from.at("changed") == true;
  read.version = from.number("version", 0, UINT64_MAX).value_or(0);
  read.in_flight = static_cast<letter_index>(from.number("in_flight", 0, letters_max).value_or(0));
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<json> parse_json(std::string_view text) {
  std::string fault;
  try {
    auto is_too_deep = false;
    auto parsed = json::parse(text, [&](int depth, json::parse_event_t, json&) {
      is_too_deep = is_too_deep || depth > depth_max;
      return !is_too_deep;
    });
    if (!is_too_deep)
      return parsed;
    fault = "it is nested more than " + std::to_string(depth_max) + " deep";
  } catch (const json::exception& why) {
    fault = why.what();
    // The library's own prefix "[json.exception.parse_error.101] " says nothing to people.
    if (const auto end = fault.find("] "); end != std::string::npos)
      fault.erase(0, end + 2);
  }
  return failure(error_code::invalid_input, "this is not JSON: " + fault);
}

std::string plan_words(const plan& value) {
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::string words = "now";
  if (value.start_at) {
    const auto midnight = std::chrono::floor<std::chrono::days>(*value.start_at);
    const std::chrono::year_month_day date{midnight};
    const std::chrono::hh_mm_ss time{*value.start_at - midnight};
    char text[64];
    std::snprintf(text, sizeof text, "%u %s %d %02d:%02d", static_cast<unsigned>(date.day()),
                  months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
    words = text;
  }
  if (!value.parts)
    return words + ", all at once";
  auto every = format_duration(value.parts->every);
  if (every.ends_with('m'))
    every.insert(every.size() - 1, " ").append("in");
  words += ", " + std::to_string(value.parts->size) + " letters every " + every;
  if (value.parts->growth_percent > 0)
    words += ", growing " + std::to_string(value.parts->growth_percent) + "% a day";
  return words;
}

} // namespace sluice
