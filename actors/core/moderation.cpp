#include "actors/core/moderation.hpp"

#include "actors/core/moderation_patterns.hpp"
#include "messages/address.hpp"
#include "messages/json.hpp"
#include "messages/sha256.hpp"
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

/// The sender's domain, in lower case; empty when `from` cannot be read.
std::string sender_domain(const campaign_spec& spec) {
  const auto from = parse_mailbox(spec.from);
  return from ? std::string{domain_of(from->address)} : std::string{};
}

result<void> check_texts(const campaign_spec& spec) {
  const std::array<std::pair<std::string_view, const std::string*>, 7> texts{
      {{"name", &spec.name},
       {"from", &spec.from},
       {"reply_to", &spec.reply_to},
       {"subject", &spec.subject},
       {"text", &spec.text},
       {"html", &spec.html},
       {"unsubscribe_url", &spec.unsubscribe_url}}};
  for (const auto& [field, text] : texts)
    if (!is_utf8(*text))
      return wrong(field, notice{"not_utf8"});
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
  if (!spec.reply_to.empty())
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

void add_history_reason(const campaign_spec& spec,
                        const sender_history& history,
                        const moderation_settings& settings,
                        std::vector<notice>& reasons) {
  if (history.campaigns < settings.first_campaigns)
    reasons.push_back(notice{"domain_is_new",
                             {{"number", history.campaigns + 1},
                              {"domain", sender_domain(spec)},
                              {"first", settings.first_campaigns}}});
}

void add_role_reason(const audience_info& audience,
                     const moderation_settings& settings,
                     std::vector<notice>& reasons) {
  if (audience.size == 0)
    return;
  const auto percent = 100.0 * audience.role_addresses / audience.size;
  if (percent > settings.role_addresses_percent_max)
    reasons.push_back(notice{"many_role_addresses",
                             {{"percent", percent}, {"limit", settings.role_addresses_percent_max}}});
}

void add_growth_reason(const audience_info& audience,
                       const sender_history& history,
                       const moderation_settings& settings,
                       std::vector<notice>& reasons) {
  if (settings.audience_growth_max <= 0 || history.largest_audience == 0)
    return;
  const auto times = static_cast<double>(audience.size) / history.largest_audience;
  if (times > settings.audience_growth_max)
    reasons.push_back(notice{"audience_grew",
                             {{"size", audience.size},
                              {"times", times},
                              {"largest", history.largest_audience},
                              {"limit", settings.audience_growth_max}}});
}

void add_pattern_reasons(const campaign_spec& spec,
                         const moderation_settings& settings,
                         std::vector<notice>& reasons) {
  const std::array<std::string_view, 4> texts{spec.subject, spec.text, spec.html, spec.from};
  for (const auto& pattern : settings.suspicious_patterns) {
    const auto found = find_pattern(pattern, texts);
    if (!found)
      reasons.push_back(notice{"pattern_not_looked_for", {}, {notice_of(found.error())}});
    else if (!found->empty())
      reasons.push_back(notice{"suspicious_pattern", {{"found", *found}, {"pattern", pattern}}});
  }
}

} // namespace

std::vector<std::string> default_free_mail_domains() {
  return {"126.com",      "163.com",     "aim.com",        "aol.com",       "bk.ru",       "daum.net",
          "fastmail.com", "free.fr",     "gmail.com",      "gmx.at",        "gmx.ch",      "gmx.com",
          "gmx.de",       "gmx.net",     "googlemail.com", "hotmail.co.uk", "hotmail.com", "hotmail.fr",
          "icloud.com",   "inbox.ru",    "internet.ru",    "laposte.net",   "libero.it",   "list.ru",
          "live.com",     "mac.com",     "mail.com",       "mail.ru",       "me.com",      "msn.com",
          "naver.com",    "narod.ru",    "orange.fr",      "outlook.com",   "outlook.de",  "outlook.fr",
          "pm.me",        "proton.me",   "protonmail.com", "qq.com",        "rambler.ru",  "rocketmail.com",
          "seznam.cz",    "t-online.de", "tuta.com",       "tutanota.com",  "ukr.net",     "vk.com",
          "web.de",       "wp.pl",       "xmail.ru",       "ya.ru",         "yahoo.co.jp", "yahoo.co.uk",
          "yahoo.com",    "yahoo.de",    "yahoo.fr",       "yandex.by",     "yandex.com",  "yandex.kz",
          "yandex.ru",    "ymail.com",   "zoho.com"};
}

result<void> check_patterns(const moderation_settings& settings) {
  for (const auto& pattern : settings.suspicious_patterns)
    if (auto checked = check_pattern_syntax(pattern); !checked)
      return checked;
  return {};
}

std::vector<notice> moderation_reasons(const campaign_spec& spec,
                                       const audience_info& audience,
                                       const sender_history& history,
                                       const moderation_settings& settings) {
  std::vector<notice> reasons;
  add_history_reason(spec, history, settings, reasons);
  add_role_reason(audience, settings, reasons);
  if (settings.requires_unsubscribe && spec.unsubscribe_url.empty())
    reasons.emplace_back("no_unsubscribe_link");
  add_growth_reason(audience, history, settings, reasons);
  add_pattern_reasons(spec, settings, reasons);
  return reasons;
}

result<void> check_fields(const campaign_spec& spec, const moderation_settings& settings) {
  if (auto checked = check_texts(spec); !checked)
    return checked;
  if (auto checked = check_sender(spec, settings); !checked)
    return checked;
  if (auto checked = check_unsubscribe_url(spec.unsubscribe_url); !checked)
    return checked;
  if (auto checked = check_plan(spec.plan); !checked)
    return checked;
  // The limits of a campaign file hold for embedding programs as well.
  if (auto read = campaign_spec_from_json(to_json(spec)); !read)
    return std::unexpected(read.error());
  return {};
}

/// The hash is over, for each of: "sluice content 1", from, reply_to, subject, text, html, unsubscribe_url and
/// the audience's hash, its length in decimal, a colon and its bytes; with attachments, "attachments" and of each id, name,
/// type, content_id and column; with partials, "partials" and of each name and content. Stored in logs: it never changes.
std::string content_hash(const campaign_spec& spec, const audience_ref& audience) {
  sha256_stream stream;
  const auto add = [&](std::string_view piece) {
    stream.update(std::to_string(piece.size())).update(":").update(piece);
  };
  for (const std::string_view piece :
       {std::string_view{"sluice content 1"}, std::string_view{spec.from}, std::string_view{spec.reply_to},
        std::string_view{spec.subject}, std::string_view{spec.text}, std::string_view{spec.html},
        std::string_view{spec.unsubscribe_url}, std::string_view{audience.hash}})
    add(piece);
  // What came later is only there where a campaign has it.
  if (!spec.attachments.empty()) {
    add("attachments");
    for (const auto& one : spec.attachments)
      for (const auto* piece : {&one.id, &one.name, &one.type, &one.content_id, &one.column})
        add(*piece);
  }
  if (!spec.partials.empty()) {
    add("partials");
    for (const auto& one : spec.partials)
      for (const auto* piece : {&one.name, &one.content})
        add(*piece);
  }
  return to_hex(stream.finish());
}

} // namespace sluice
