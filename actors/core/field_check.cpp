#include "actors/core/field_check.hpp"

#include "messages/address.hpp"
#include "messages/envelope_sender.hpp"
#include "messages/header_names.hpp"
#include "messages/json.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace sluice {

namespace {

constexpr milliseconds every_min = std::chrono::seconds(1);
constexpr milliseconds every_max = std::chrono::hours(24 * 365);
constexpr std::uint32_t growth_percent_max = 1000;

std::unexpected<error> wrong(std::string_view field, notice why) {
  why.add({"field", field});
  return failure(error_code::invalid_input, std::move(why));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

result<void> check_texts(const campaign_spec& spec) {
  const std::array<std::pair<std::string_view, const std::string*>, 12> texts{
      {{"name", &spec.name},
       {"from", &spec.from},
       {"reply_to", &spec.reply_to},
       {"subject", &spec.subject},
       {"text", &spec.text},
       {"html", &spec.html},
       {"unsubscribe_url", &spec.unsubscribe_url},
       {"to_name", &spec.to_name},
       {"preheader", &spec.preheader},
       {"list", &spec.list},
       {"unsubscribe_mailto", &spec.unsubscribe_mailto},
       {"envelope_sender", &spec.envelope_sender}}};
  for (const auto& [field, text] : texts)
    if (!is_utf8(*text))
      return wrong(field, notice{"not_utf8"});
  if (spec.tags.size() > tags_max)
    return wrong("tags", notice{"too_many_items", {{"max", tags_max}}});
  if (!std::ranges::all_of(spec.tags, is_tag))
    return wrong("tags", notice{"tag_wrong", {{"max", tag_bytes_max}}});
  if (is_blank(spec.name))
    return wrong("name", notice{"name_missing"});
  if (std::ranges::any_of(spec.name, [](char one) { return static_cast<unsigned char>(one) < 0x20; }))
    return wrong("name", notice{"control_character"});
  if (is_blank(spec.subject))
    return wrong("subject", notice{"subject_missing"});
  if (spec.text.empty() && spec.html.empty())
    return wrong("text", notice{"message_missing"});
  return {};
}

/// Whether a Mustache tag stands in it.
bool has_tag(std::string_view text) {
  return text.find("{{") != std::string_view::npos;
}

result<void> check_sender(const campaign_spec& spec, const moderation_settings& settings) {
  const auto from = parse_mailbox(spec.from);
  if (!from)
    return wrong("from", notice_of(from.error()));
  const auto domain = domain_of(from->address);
  const auto is_free = std::ranges::any_of(settings.free_mail_domains, [&](const std::string& free) {
    return ascii_domain(free) == ascii_domain(domain);
  });
  if (is_free)
    return wrong("from", notice{"free_mail_sender", {{"domain", domain}}});
  if (has_tag(from->address))
    return wrong("from", notice{"sender_address_has_tag"});
  if (!spec.reply_to.empty() && !has_tag(spec.reply_to)) // else it is checked for each recipient
    if (const auto reply_to = parse_mailbox(spec.reply_to); !reply_to)
      return wrong("reply_to", notice_of(reply_to.error()));
  return {};
}

/// A link that begins with a tag is checked for each recipient, when its letter is made.
result<void> check_unsubscribe_url(const std::string& url) {
  const auto start = folded(std::string_view{url}.substr(0, 8));
  if (url.empty() || start.starts_with("{{") || start.starts_with("https://") ||
      start.starts_with("http://") || start.starts_with("mailto:"))
    return {};
  return wrong("unsubscribe_url", notice{"link_scheme_wrong"});
}

result<void> check_unsubscribe_mailto(std::string_view mailto) {
  if (mailto.empty() || has_tag(mailto))
    return {};
  constexpr std::string_view scheme = "mailto:";
  if (folded(mailto.substr(0, scheme.size())) == scheme)
    mailto.remove_prefix(scheme.size());
  if (const auto address = parse_address(mailto.substr(0, mailto.find('?'))); !address)
    return wrong("unsubscribe_mailto", notice_of(address.error()));
  return {};
}

/// RFC 5322 section 2.2: any printable ASCII but a colon.
bool is_header_name(std::string_view name) {
  constexpr std::size_t octets_max = 76;
  return !name.empty() && name.size() <= octets_max &&
         std::ranges::all_of(name, [](char one) { return one > ' ' && one < 0x7F && one != ':'; });
}

result<void> check_headers(const std::vector<header_field>& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    const auto field = "headers." + std::string{excerpt(name)};
    if (!is_header_name(name))
      return wrong(field, notice{"header_name_wrong"});
    if (is_own_header(name))
      return wrong(field, notice{"header_is_ours"});
    if (!is_utf8(value))
      return wrong(field, notice{"not_utf8"});
    if (is_blank(value))
      return wrong(field, notice{"header_value_missing"});
    if (std::ranges::any_of(value,
                            [](char one) { return static_cast<unsigned char>(one) < 0x20 && one != '\t'; }))
      return wrong(field, notice{"control_character"});
    if (std::ranges::find(names, folded(name)) != names.end())
      return wrong(field, notice{"header_twice"});
    names.push_back(folded(name));
  }
  return {};
}

/// The campaign has no number yet, and the store's secret is of no matter here.
result<void> check_envelope_sender(const std::string& sender) {
  if (sender.empty())
    return {};
  if (const auto parsed = envelope_senders::parse(sender, {}, {}); !parsed)
    return std::unexpected(parsed.error());
  return {};
}

result<void> check_plan(const plan& plan) {
  if (plan.start_at &&
      std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*plan.start_at)}.year() >
          std::chrono::year{9999})
    return wrong("plan.start_at", notice{"year_too_large"});
  if (!plan.parts)
    return {};
  if (plan.parts->size < 1 || plan.parts->size > letters_max)
    return wrong("plan.parts.size", notice{"part_size_out_of_range", {{"max", letters_max}}});
  if (plan.parts->every < every_min || plan.parts->every > every_max)
    return wrong("plan.parts.every",
                 notice{"part_interval_out_of_range", {{"min", every_min}, {"max", every_max}}});
  if (plan.parts->growth_percent > growth_percent_max)
    return wrong("plan.parts.growth", notice{"growth_too_large", {{"max", growth_percent_max}}});
  return {};
}

} // namespace

result<void> check_fields(const campaign_spec& spec, const moderation_settings& settings) {
  if (auto checked = check_texts(spec); !checked)
    return checked;
  if (auto checked = check_sender(spec, settings); !checked)
    return checked;
  if (auto checked = check_unsubscribe_url(spec.unsubscribe_url); !checked)
    return checked;
  if (auto checked = check_unsubscribe_mailto(spec.unsubscribe_mailto); !checked)
    return checked;
  if (auto checked = check_headers(spec.headers); !checked)
    return checked;
  if (auto checked = check_envelope_sender(spec.envelope_sender); !checked)
    return checked;
  if (auto checked = check_plan(spec.plan); !checked)
    return checked;
  // The limits of a campaign file hold for embedding programs as well.
  if (auto read = campaign_spec_from_json(to_json(spec)); !read)
    return std::unexpected(read.error());
  return {};
}

} // namespace sluice
