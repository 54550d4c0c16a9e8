// The campaign file: strict for what people write, lenient in its limits for what was stored.

#include "messages/json.hpp"
#include "messages/json_reader.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

using nlohmann::json;

namespace {

constexpr std::size_t any_bytes = std::numeric_limits<std::size_t>::max();

struct campaign_limits {
  std::size_t name_bytes_max = 200;
  std::size_t mailbox_bytes_max = 320;
  std::size_t subject_bytes_max = 998; ///< RFC 5322 section 2.1.1
  std::size_t body_bytes_max = 1U << 20U;
  std::size_t url_bytes_max = 2000;
  std::size_t relay_bytes_max = relay_name_bytes_max;
  std::size_t headers_bytes_max = 16U << 10U;
  std::size_t partial_bytes_max = 256U << 10U;
  std::size_t items_max = 50; ///< headers, attachments, partials: of each
  std::size_t tags_max = sluice::tags_max;
  bool makes_text = true; ///< where text_from_html is not there
  std::uint64_t part_size_min = 1;
  std::uint64_t part_size_max = letters_max;
  milliseconds every_min = std::chrono::seconds(1);
  milliseconds every_max = std::chrono::hours(24 * 365);
  std::uint64_t growth_percent_max = 1000;
};

constexpr campaign_limits file_limits;
constexpr campaign_limits stored_limits{.name_bytes_max = any_bytes,
                                        .mailbox_bytes_max = any_bytes,
                                        .subject_bytes_max = any_bytes,
                                        .body_bytes_max = any_bytes,
                                        .url_bytes_max = any_bytes,
                                        .relay_bytes_max = any_bytes,
                                        .headers_bytes_max = any_bytes,
                                        .partial_bytes_max = any_bytes,
                                        .items_max = any_bytes,
                                        .tags_max = any_bytes,
                                        .makes_text = false,
                                        .part_size_min = 0,
                                        .part_size_max = UINT32_MAX,
                                        .every_min = milliseconds(0),
                                        .every_max = milliseconds::max(),
                                        .growth_percent_max = UINT32_MAX};

milliseconds read_every(object_reader& from, const campaign_limits& limits) {
  if (!from.has("every")) {
    from.fail("every", notice{"part_interval_missing"});
    return {};
  }
  const auto every = parse_duration(from.text("every", any_bytes));
  if (!every)
    from.fail("every", notice_of(every.error()));
  else if (*every < limits.every_min || *every > limits.every_max)
    from.fail("every",
              notice{"part_interval_out_of_range", {{"min", limits.every_min}, {"max", limits.every_max}}});
  return every.value_or(milliseconds{0});
}

result<parts> read_parts(const json& value, const std::string& path, const campaign_limits& limits) {
  object_reader from(value, path);
  parts read;
  if (!from.has("size"))
    from.fail("size", notice{"part_size_missing"});
  read.size =
      static_cast<std::uint32_t>(from.number("size", limits.part_size_min, limits.part_size_max).value_or(0));
  read.every = read_every(from, limits);
  read.growth_percent =
      static_cast<std::uint32_t>(from.number("growth", 0, limits.growth_percent_max).value_or(0));
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<plan> read_plan(const json& value, const std::string& path, const campaign_limits& limits) {
  object_reader from(value, path);
  plan read;
  if (from.has("start_at")) {
    // An empty text is no time: it must not become "now" because someone's variable was empty.
    const auto start = from.text("start_at", any_bytes);
    if (const auto moment = parse_timestamp(start))
      read.start_at = *moment;
    else if (start != "now")
      from.fail("start_at", notice_of(moment.error()));
  }
  if (from.has("parts")) {
    if (auto inner = read_parts(from.at("parts"), from.path_of("parts"), limits))
      read.parts = *inner;
    else
      from.fail(inner.error());
  }
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

doubt_policy read_doubt_policy(object_reader& from) {
  if (!from.has("on_doubt"))
    return doubt_policy::resend;
  const auto policy = from.text("on_doubt", any_bytes);
  if (policy == "hold")
    return doubt_policy::hold;
  if (policy != "resend")
    from.fail("on_doubt", notice{"must_be_one_of", {{"names", "\"resend\" or \"hold\""}}});
  return doubt_policy::resend;
}

/// An object: a field's name and its value, so that a patch can change one of them.
std::vector<header_field> read_headers(object_reader& from, const campaign_limits& limits) {
  std::vector<header_field> read;
  if (!from.has("headers"))
    return read;
  const auto& all = from.at("headers");
  if (!all.is_object()) {
    from.fail("headers", notice{"must_be_object"});
    return read;
  }
  if (all.size() > limits.items_max)
    from.fail("headers", notice{"too_many_items", {{"max", limits.items_max}}});
  object_reader fields(all, from.path_of("headers"));
  for (const auto& [name, value] : all.items())
    read.push_back({name, fields.text(name.c_str(), limits.headers_bytes_max)});
  if (auto fault = fields.finish())
    from.fail(*fault);
  return read;
}

result<attachment>
read_attachment(const json& value, const std::string& path, const campaign_limits& limits) {
  object_reader from(value, path);
  attachment read;
  read.id = from.text("id", limits.name_bytes_max);
  read.name = from.text("name", limits.name_bytes_max);
  read.type = from.text("type", limits.name_bytes_max);
  read.content_id = from.text("content_id", limits.name_bytes_max);
  read.column = from.text("column", limits.name_bytes_max);
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

result<partial> read_partial(const json& value, const std::string& path, const campaign_limits& limits) {
  object_reader from(value, path);
  partial read;
  read.name = from.text("name", limits.name_bytes_max);
  read.version = from.number("version", 0, std::numeric_limits<std::uint64_t>::max()).value_or(0);
  read.content = from.text("content", limits.partial_bytes_max);
  if (auto fault = from.finish())
    return std::unexpected(std::move(*fault));
  return read;
}

template <class Item, class Read>
std::vector<Item>
read_list(object_reader& from, const char* field, const campaign_limits& limits, const Read& read_item) {
  std::vector<Item> read;
  if (!from.has(field))
    return read;
  const auto& all = from.at(field);
  if (!all.is_array()) {
    from.fail(field, notice{"must_be_list"});
    return read;
  }
  if (all.size() > limits.items_max)
    from.fail(field, notice{"too_many_items", {{"max", limits.items_max}}});
  for (const auto& one : all) {
    auto item = read_item(one, from.path_of(field) + "." + std::to_string(read.size()), limits);
    if (!item) {
      from.fail(item.error());
      return read;
    }
    read.push_back(std::move(*item));
  }
  return read;
}

std::vector<std::string> read_tags(object_reader& from, const campaign_limits& limits) {
  std::vector<std::string> read;
  if (!from.has("tags"))
    return read;
  const auto& all = from.at("tags");
  if (!all.is_array()) {
    from.fail("tags", notice{"must_be_list"});
    return read;
  }
  if (all.size() > limits.tags_max)
    from.fail("tags", notice{"too_many_items", {{"max", limits.tags_max}}});
  for (const auto& one : all) {
    const auto* const text = one.get_ptr<const std::string*>();
    if (text == nullptr || (limits.tags_max != any_bytes && !is_tag(*text)))
      from.fail("tags", notice{"tag_wrong", {{"max", tag_bytes_max}}});
    else if (std::ranges::find(read, *text) == read.end())
      read.push_back(*text);
  }
  return read;
}

json to_json(const attachment& value) {
  json into = json::object();
  for (const auto& [field, text] : {std::pair<const char*, const std::string*>{"id", &value.id},
                                    {"name", &value.name},
                                    {"type", &value.type},
                                    {"content_id", &value.content_id},
                                    {"column", &value.column}})
    if (!text->empty())
      into[field] = *text;
  return into;
}

/// What a log of before has not: written where there is some.
void add_later_content(json& into, const campaign_spec& value) {
  for (const auto& [field, text] : {std::pair<const char*, const std::string*>{"relay", &value.relay},
                                    {"to_name", &value.to_name},
                                    {"preheader", &value.preheader},
                                    {"list", &value.list},
                                    {"unsubscribe_mailto", &value.unsubscribe_mailto},
                                    {"envelope_sender", &value.envelope_sender}})
    if (!text->empty())
      into[field] = *text;
  for (const auto& one : value.headers)
    into["headers"][one.name] = one.value;
  for (const auto& one : value.attachments)
    into["attachments"].push_back(to_json(one));
  for (const auto& one : value.partials)
    into["partials"].push_back({{"name", one.name}, {"version", one.version}, {"content", one.content}});
  if (value.text_from_html)
    into["text_from_html"] = true;
  if (value.allow_unknown_fields)
    into["allow_unknown_fields"] = true;
  if (!value.tags.empty())
    into["tags"] = value.tags;
}

result<campaign_spec> read_spec(const json& value, const campaign_limits& limits) {
  object_reader from(value, "");
  campaign_spec read;
  read.name = from.text("name", limits.name_bytes_max);
  read.from = from.text("from", limits.mailbox_bytes_max);
  read.reply_to = from.text("reply_to", limits.mailbox_bytes_max);
  read.subject = from.text("subject", limits.subject_bytes_max);
  read.text = from.text("text", limits.body_bytes_max);
  read.html = from.text("html", limits.body_bytes_max);
  read.unsubscribe_url = from.text("unsubscribe_url", limits.url_bytes_max);
  if (from.has("plan")) {
    if (auto inner = read_plan(from.at("plan"), "plan", limits))
      read.plan = *inner;
    else
      from.fail(inner.error());
  }
  read.on_doubt = read_doubt_policy(from);
  read.relay = from.text("relay", limits.relay_bytes_max);
  read.to_name = from.text("to_name", limits.subject_bytes_max);
  read.preheader = from.text("preheader", limits.subject_bytes_max);
  read.list = from.text("list", limits.name_bytes_max);
  read.unsubscribe_mailto = from.text("unsubscribe_mailto", limits.url_bytes_max);
  read.envelope_sender = from.text("envelope_sender", limits.mailbox_bytes_max);
  read.headers = read_headers(from, limits);
  read.attachments = read_list<attachment>(from, "attachments", limits, read_attachment);
  read.partials = read_list<partial>(from, "partials", limits, read_partial);
  read.text_from_html = from.has("text_from_html") ? from.flag("text_from_html") : limits.makes_text;
  read.allow_unknown_fields = from.flag("allow_unknown_fields");
  read.tags = read_tags(from, limits);
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
  json into{{"name", value.name},
            {"from", value.from},
            {"reply_to", value.reply_to},
            {"subject", value.subject},
            {"text", value.text},
            {"html", value.html},
            {"unsubscribe_url", value.unsubscribe_url},
            {"plan", to_json(value.plan)},
            {"on_doubt", value.on_doubt == doubt_policy::hold ? "hold" : "resend"}};
  add_later_content(into, value);
  return into;
}

result<campaign_spec> campaign_spec_from_json(const json& value) {
  return read_spec(value, file_limits);
}

result<campaign_spec> stored_campaign_spec_from_json(const json& value) {
  return read_spec(value, stored_limits);
}

result<campaign_spec> merged_campaign_spec(const campaign_spec& old, const json& patch) {
  if (!patch.is_object())
    return failure(error_code::invalid_input, notice{"patch_must_be_object"});
  auto whole = to_json(old);
  whole["text_from_html"] = old.text_from_html;
  whole.merge_patch(patch);
  return campaign_spec_from_json(whole);
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= tag_bytes_max && is_utf8(text) &&
         std::ranges::none_of(text, [](char one) {
           return static_cast<unsigned char>(one) <= ' ' || one == 0x7F || one == ',' || one == '"' ||
                  one == '\\';
         });
}

bool has_later_content(const campaign_spec& spec) {
  return !spec.to_name.empty() || !spec.preheader.empty() || !spec.list.empty() ||
         !spec.unsubscribe_mailto.empty() || !spec.envelope_sender.empty() || !spec.headers.empty() ||
         !spec.attachments.empty() || !spec.partials.empty() || spec.text_from_html ||
         spec.allow_unknown_fields;
}

result<plan> plan_from_json(const json& value) {
  return read_plan(value, "plan", file_limits);
}

} // namespace sluice
