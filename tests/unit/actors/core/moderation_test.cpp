#include "actors/core/moderation.hpp"

#include "actors/core/content_hash.hpp"
#include "actors/core/field_check.hpp"

#include "actors/campaign_check.hpp"
#include "messages/notice_words.hpp"

#include "tests/catch.hpp"

#include <algorithm>

namespace sluice {
namespace {

campaign_spec good_spec() {
  campaign_spec spec;
  spec.name = "autumn";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "Hello {{name}}";
  spec.text = "Dear {{name}}";
  spec.unsubscribe_url = "https://shop.example/u?e={{email}}";
  return spec;
}

moderation_settings default_settings() {
  moderation_settings settings;
  settings.free_mail_domains = default_free_mail_domains();
  return settings;
}

audience_info audience_of(letter_index size, letter_index roles = 0) {
  audience_info audience;
  audience.size = size;
  audience.role_addresses = roles;
  return audience;
}

const sender_history known_sender{5, 1000};
const parts parts_of_plan{1, milliseconds(1000), 0};

std::vector<std::string> reasons(const campaign_spec& spec,
                                 const audience_info& audience,
                                 const sender_history& history,
                                 const moderation_settings& settings = default_settings()) {
  std::vector<std::string> words;
  for (const auto& reason : moderation_reasons(spec, audience, history, settings))
    words.push_back(words_of(reason));
  return words;
}

/// The error's words; empty when the campaign is good.
std::string fault(const campaign_spec& spec) {
  const auto checked = check_campaign(spec, default_settings());
  if (checked)
    return {};
  CHECK(checked.error().code == error_code::invalid_input);
  return checked.error().message;
}

} // namespace

TEST_CASE("a known sender's ordinary campaign needs no moderator") {
  CHECK(reasons(good_spec(), audience_of(3000, 300), known_sender).empty());
}

TEST_CASE("the first campaigns of a sender domain are looked at") {
  const auto found = reasons(good_spec(), audience_of(10), {2, 1000});
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "campaign number 3 of shop.example; the first 3 of a sender domain are looked at");
  CHECK(reasons(good_spec(), audience_of(10), {3, 1000}).empty());
  auto settings = default_settings();
  settings.first_campaigns = 0;
  CHECK(reasons(good_spec(), audience_of(10), {}, settings).empty());
}

TEST_CASE("too many role addresses are a reason that says what was measured against which limit") {
  const auto found = reasons(good_spec(), audience_of(1000, 124), known_sender);
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "12.4% role addresses (info@, sales@ …) in the audience; limit 10%");
  CHECK(reasons(good_spec(), audience_of(1000, 100), known_sender).empty());
  auto settings = default_settings();
  settings.role_addresses_percent_max = 100;
  CHECK(reasons(good_spec(), audience_of(10, 10), known_sender, settings).empty());
}

TEST_CASE("a missing unsubscribe link is a reason unless the settings do not ask for one") {
  auto spec = good_spec();
  spec.unsubscribe_url.clear();
  CHECK(reasons(spec, audience_of(10), known_sender).size() == 1);
  auto settings = default_settings();
  settings.requires_unsubscribe = false;
  CHECK(reasons(spec, audience_of(10), known_sender, settings).empty());
}

TEST_CASE("an audience far larger than the sender's largest is a reason") {
  const auto found = reasons(good_spec(), audience_of(3500), known_sender);
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "3500 recipients, 3.5 times as many as one campaign of this sender has reached so far "
                    "(1000); limit 3 times");
  CHECK(reasons(good_spec(), audience_of(3000), known_sender).empty());
  CHECK(reasons(good_spec(), audience_of(3500), {5, 0}).empty());
  auto settings = default_settings();
  settings.audience_growth_max = 0;
  CHECK(reasons(good_spec(), audience_of(999'999), known_sender, settings).empty());
}

TEST_CASE("a pattern that is none is told at configuration") {
  auto settings = default_settings();
  CHECK(check_patterns(settings).has_value());
  for (const std::string pattern :
       {"(", "[a", "*", "a{2,1}", "(a)\\1", "a(?=b)", "a(?!b)", "(?<=a)b", "a{9999}", "\\"}) {
    INFO(pattern);
    settings.suspicious_patterns = {"fine", pattern};
    const auto checked = check_patterns(settings);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().code == error_code::invalid_input);
    CHECK(checked.error().message.find(pattern) != std::string::npos);
  }
}

TEST_CASE("a good campaign passes") {
  CHECK(fault(good_spec()) == "");
  auto spec = good_spec();
  spec.reply_to = "Help <help@shop.example>";
  spec.html = "<p>{{name}}</p>";
  spec.text.clear();
  spec.unsubscribe_url = "{{{link}}}";
  spec.plan.parts = parts{200, std::chrono::seconds(2), 50};
  CHECK(fault(spec) == "");
}

TEST_CASE("what is wrong with a campaign is said with its field") {
  const auto fault_with = [](auto&& change) {
    auto spec = good_spec();
    change(spec);
    return fault(spec);
  };
  CHECK(fault_with([](auto& it) { it.name = " "; }).starts_with("name: "));
  CHECK(fault_with([](auto& it) { it.name = "a\nb"; }).starts_with("name: "));
  CHECK(fault_with([](auto& it) { it.from = "nobody"; }).starts_with("from: "));
  CHECK(fault_with([](auto& it) { it.from = "a@b.cc\r\nBcc: x@y.zz"; }).starts_with("from: "));
  CHECK(fault_with([](auto& it) { it.reply_to = "nobody"; }).starts_with("reply_to: "));
  CHECK(fault_with([](auto& it) { it.subject = ""; }).starts_with("subject: "));
  CHECK(fault_with([](auto& it) { it.subject = "{{name"; }).starts_with("subject, line 1: "));
  CHECK(fault_with([](auto& it) { it.subject = "\xff"; }).starts_with("subject: "));
  CHECK(fault_with([](auto& it) { it.text = ""; }).starts_with("text: "));
  CHECK(fault_with([](auto& it) { it.text = "{{> x}}"; }).starts_with("text, line 1: "));
  CHECK(fault_with([](auto& it) { it.html = "{{#a}}"; }).starts_with("html, line 1: "));
  CHECK(fault_with([](auto& it) { it.unsubscribe_url = "shop.example"; }).starts_with("unsubscribe_url: "));
  CHECK(fault_with([](auto& it) { it.unsubscribe_url = "javascript:x"; }).starts_with("unsubscribe_url: "));
  CHECK(fault_with([](auto& it) {
          it.unsubscribe_url = "https://{{";
        }).starts_with("unsubscribe_url, line 1: "));
  using std::chrono::seconds;
  CHECK(
      fault_with([](auto& it) { it.plan.parts = parts{0, seconds(2), 0}; }).starts_with("plan.parts.size: "));
  CHECK(fault_with([](auto& it) {
          it.plan.parts = parts{1, milliseconds(999), 0};
        }).starts_with("plan.parts.every: "));
  CHECK(fault_with([](auto& it) {
          it.plan.parts = parts{1, seconds(2), 1001};
        }).starts_with("plan.parts.growth: "));
}

TEST_CASE("a sender at a free-mail domain is refused, since DMARC would have it refused everywhere") {
  for (const std::string domain : {"gmail.com", "Mail.RU", "yandex.ru", "proton.me", "web.de"}) {
    auto spec = good_spec();
    spec.from = "Me <me@" + domain + ">";
    CHECK(fault(spec).find("DMARC") != std::string::npos);
  }
  auto spec = good_spec();
  spec.from = "me@notgmail.com";
  CHECK(fault(spec) == "");
}

TEST_CASE("default free-mail domains are in lower case, each once") {
  auto domains = default_free_mail_domains();
  for (const auto& domain : domains)
    CHECK(std::ranges::none_of(domain, [](char one) { return one >= 'A' && one <= 'Z'; }));
  std::ranges::sort(domains);
  CHECK(std::ranges::adjacent_find(domains) == domains.end());
}

TEST_CASE("the content hash changes with message and audience, not with name and plan") {
  const audience_ref audience{{1}, "all", 10, "abc"};
  const auto hash = content_hash(good_spec(), audience);
  CHECK(hash.size() == 64);
  const auto changed = [&](auto&& change) {
    auto spec = good_spec();
    change(spec);
    return content_hash(spec, audience) != hash;
  };
  CHECK(changed([](auto& it) { it.from = "x@shop.example"; }));
  CHECK(changed([](auto& it) { it.reply_to = "x@shop.example"; }));
  CHECK(changed([](auto& it) { it.subject += "!"; }));
  CHECK(changed([](auto& it) { it.text += "!"; }));
  CHECK(changed([](auto& it) { it.html += "!"; }));
  CHECK(changed([](auto& it) { it.unsubscribe_url += "!"; }));
  CHECK_FALSE(changed([](auto& it) { it.name = "other"; }));
  CHECK_FALSE(changed([](auto& it) { it.plan.parts = parts{1, milliseconds(1000), 0}; }));
  CHECK(content_hash(good_spec(), {{1}, "all", 10, "abd"}) != hash);
  // Text moved from one field to the next is another message.
  CHECK(changed([](auto& it) {
    it.html = it.text.substr(4);
    it.text.resize(4);
  }));
}

TEST_CASE("the content hash is what logs of released versions hold") {
  CHECK(content_hash(good_spec(), {{1}, "all", 10, "abc"}) ==
        "8f869a7f1ec4a232fd3230b422050183eca55b65e9754acf89efa8cda5d7d91b");
}

TEST_CASE("the third content hash names what differs: plan, sender, relays and audience, too") {
  const relay_servers relays{{"", "smtp://mail.example:587"}};
  const auto approved_parts = content_parts_of(good_spec(), "abc", relays);
  CHECK(content_hash(approved_parts).size() == 64);
  const auto differing = [&](auto&& change) {
    auto spec = good_spec();
    change(spec);
    const auto other = content_parts_of(spec, "abc", relays);
    CHECK((content_hash(other) != content_hash(approved_parts)) ==
          !differing_parts(approved_parts, other).empty());
    return differing_parts(approved_parts, other);
  };
  using names = std::vector<std::string_view>;
  CHECK(differing([](auto& it) { it.name = "other"; }).empty());
  CHECK(differing([](auto& it) { it.subject += "!"; }) == names{"message"});
  CHECK(differing([](auto& it) { it.headers = {{"X-A", "b"}}; }) == names{"headers"});
  CHECK(differing([](auto& it) { it.attachments = {{"id", "a.pdf", "", "", ""}}; }) == names{"attachments"});
  CHECK(differing([](auto& it) { it.partials = {{"footer", 1, "x"}}; }) == names{"partials"});
  CHECK(differing([](auto& it) { it.plan.parts = parts_of_plan; }) == names{"plan"});
  CHECK(differing([](auto& it) { it.plan.start_at = timestamp{milliseconds{1}}; }) == names{"plan"});
  CHECK(differing([](auto& it) { it.from = "x@shop.example"; }) == names{"sender"});
  CHECK(differing([](auto& it) { it.envelope_sender = "x@shop.example"; }) == names{"sender"});
  CHECK(differing([](auto& it) { it.relay = "second"; }) == names{"relays"});
  CHECK(differing_parts(approved_parts, content_parts_of(good_spec(), "abd", relays)) == names{"audience"});
  CHECK(differing_parts(approved_parts,
                        content_parts_of(good_spec(), "abc", {{"", "smtp://mail.example:25"}})) ==
        names{"relays"});
  CHECK(differing_parts(approved_parts,
                        content_parts_of(good_spec(), "abc", {{"second", "smtp://mail.example:587"}})) ==
        names{"relays"});
}

TEST_CASE("the third content hash is what logs of released versions hold") {
  CHECK(content_hash(content_parts_of(good_spec(), "abc", {{"", "smtp://mail.example:587"}})) ==
        "2e57c221a6301593082153df7f51a324ca75030e943bfda335380b5ded49726e");
}

} // namespace sluice
