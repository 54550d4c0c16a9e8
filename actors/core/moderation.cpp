#include "actors/core/moderation.hpp"

#include "actors/core/moderation_patterns.hpp"
#include "messages/address.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sluice {

namespace {

/// The sender's domain, in lower case; empty when `from` cannot be read.
std::string sender_domain(const campaign_spec& spec) {
  const auto from = parse_mailbox(spec.from);
  return from ? std::string{domain_of(from->address)} : std::string{};
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
  if (settings.audience_growth_max <= 0 || history.most_accepted == 0)
    return;
  const auto times = static_cast<double>(audience.size) / history.most_accepted;
  if (times > settings.audience_growth_max)
    reasons.push_back(notice{"audience_grew",
                             {{"size", audience.size},
                              {"times", times},
                              {"largest", history.most_accepted},
                              {"limit", settings.audience_growth_max}}});
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
  if (settings.requires_unsubscribe && spec.unsubscribe_url.empty() && spec.unsubscribe_mailto.empty())
    reasons.emplace_back("no_unsubscribe_link");
  add_growth_reason(audience, history, settings, reasons);
  return reasons;
}

} // namespace sluice
