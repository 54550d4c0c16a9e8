#pragma once
// Events of every type with any content, for properties.

#include "messages/event.hpp"

#include <rapidcheck.h>

#include <string>

namespace sluice::random_events {

/// Texts in several scripts, with what is awkward in JSON, mail and CBOR.
inline rc::Gen<std::string> any_text() {
  static const std::vector<std::string> pieces{
      "a",    "Z", "0", " ",  "\"", "\\", "\n", "\t", std::string(1, '\0'),
      "\x7F", "é", "Я", "中", "€",  "😀", "{{", "}}"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& chosen) {
                        std::string text;
                        for (const auto& one : chosen)
                          text += one;
                        return text;
                      });
}

inline timestamp any_moment() {
  return timestamp{milliseconds{*rc::gen::inRange<std::int64_t>(-100'000'000'000, 10'000'000'000'000)}};
}

/// One of the table's with parameters of each type, or none.
inline notice any_notice() {
  switch (*rc::gen::inRange(0, 4)) {
  case 0:
    return notice{"refused_too_often",
                  {{"percent", *rc::gen::inRange(0, 1000) / 8.0},
                   {"outcomes", *rc::gen::arbitrary<std::int64_t>()},
                   {"limit", 5}}};
  case 1:
    return notice{"no_reply_to_message",
                  {},
                  {notice{"no_reply_in_time",
                          {{"server", *any_text()},
                           {"within", milliseconds{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)}}}}}};
  case 2:
    return notice{"letter_preparing", {{"campaign", *any_text()}, {"at", any_moment()}}};
  default:
    return {};
  }
}

/// One range at least.
inline letter_ranges any_letters() {
  letter_ranges letters;
  for (auto count = *rc::gen::inRange(1, 8); count > 0; --count) {
    const auto begin = *rc::gen::oneOf(rc::gen::inRange<letter_index>(0, 400),
                                       rc::gen::inRange<letter_index>(0, letters_max - 1));
    const auto size = *rc::gen::inRange<letter_index>(1, 70'000);
    letters.add({begin, std::min(begin + size, letters_max)});
  }
  return letters;
}

inline std::vector<notice> any_notices() {
  std::vector<notice> all;
  for (auto count = *rc::gen::inRange(0, 4); count > 0; --count)
    if (auto one = any_notice(); !one.empty())
      all.push_back(std::move(one));
  return all;
}

inline campaign_spec any_spec() {
  campaign_spec spec;
  for (auto* text :
       {&spec.name, &spec.from, &spec.reply_to, &spec.subject, &spec.text, &spec.html, &spec.unsubscribe_url})
    *text = *any_text();
  if (*rc::gen::arbitrary<bool>())
    spec.plan.start_at = any_moment();
  if (*rc::gen::arbitrary<bool>())
    spec.plan.parts = parts{*rc::gen::inRange<std::uint32_t>(1, letters_max),
                            milliseconds{*rc::gen::inRange(1000, 2'000'000'000)},
                            *rc::gen::inRange<std::uint32_t>(0, 1001)};
  if (*rc::gen::arbitrary<bool>())
    spec.on_doubt = doubt_policy::hold;
  if (*rc::gen::arbitrary<bool>())
    return spec;
  for (auto* text :
       {&spec.to_name, &spec.preheader, &spec.list, &spec.unsubscribe_mailto, &spec.envelope_sender})
    *text = *any_text();
  for (const auto* name : {"Feedback-ID", "X-Mark"})
    if (*rc::gen::arbitrary<bool>())
      spec.headers.push_back({name, *any_text()});
  if (*rc::gen::arbitrary<bool>())
    spec.attachments.push_back({*any_text(), *any_text(), *any_text(), *any_text(), *any_text()});
  if (*rc::gen::arbitrary<bool>())
    spec.partials.push_back({*any_text(), *rc::gen::arbitrary<std::uint64_t>(), *any_text()});
  spec.text_from_html = *rc::gen::arbitrary<bool>();
  spec.allow_unknown_fields = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>())
    spec.tags = {"spring", "весна"};
  return spec;
}

inline audience_ref any_audience() {
  return {audience_id{*rc::gen::arbitrary<std::uint64_t>()}, *any_text(),
          *rc::gen::inRange<letter_index>(0, letters_max), *any_text()};
}

inline settled_group any_group() {
  settled_group group;
  group.outcome = *rc::gen::element(letter_state::pending, letter_state::accepted, letter_state::refused,
                                    letter_state::deferred, letter_state::skipped, letter_state::in_doubt);
  group.letters = any_letters();
  group.answer = {*rc::gen::element<std::uint16_t>(0, 250, 451, 554, 65535), *any_text(), *any_text(),
                  any_notice()};
  group.is_provisional = group.outcome == letter_state::deferred && *rc::gen::arbitrary<bool>();
  if (group.outcome == letter_state::deferred && !group.is_provisional)
    group.retry_at = any_moment();
  return group;
}

/// Final, due again at once, or at a moment.
inline refusals_settled any_settled_refusals() {
  refusals_settled it{any_letters(), *rc::gen::arbitrary<bool>(), {}};
  if (!it.accept && *rc::gen::arbitrary<bool>())
    it.retry_at = timestamp{milliseconds{*rc::gen::inRange<std::int64_t>(1, 10'000'000'000'000)}};
  return it;
}

inline letter_index any_trial() {
  return *rc::gen::arbitrary<bool>() ? *rc::gen::inRange<letter_index>(1, letters_max) : 0;
}

/// None, or of every part.
inline content_parts any_parts() {
  content_parts parts;
  if (*rc::gen::arbitrary<bool>())
    return parts;
  for (auto& hash : parts.hashes)
    hash = "0" + *any_text();
  parts.relays.emplace("second", "smtp://mail.example");
  return parts;
}

/// A body of the type at this place of the variant.
inline event_body any_body(std::size_t type) {
  switch (type) {
  case 0:
    return created{any_spec(), any_audience()};
  case 1:
    return edited{any_spec(), any_audience()};
  case 2:
    return discarded{};
  case 3:
    return submitted{*rc::gen::container<std::vector<std::string>>(any_text()),
                     *any_text(),
                     any_notices(),
                     any_parts(),
                     {}};
  case 4:
    return approval_given{*any_text(), *any_text()};
  case 5:
    return approved{*any_text(), *any_text(), any_parts()};
  case 6:
    return rejected{*any_text()};
  case 7:
    return scheduled{any_moment(), *any_text()};
  case 8:
    return sending_began{};
  case 9:
    return paused{*rc::gen::element(hold_reason::operator_request, hold_reason::spam_suspicion,
                                    hold_reason::relay_refuses, hold_reason::content_changed,
                                    hold_reason::approval_expired),
                  *any_text(), any_notice()};
  case 10:
    return resumed{*any_text(), any_trial()};
  case 11:
    return released{*any_text(), any_trial()};
  case 12:
    return cancelled{*any_text()};
  case 13:
    return claimed{any_letters()};
  case 14: {
    settled it;
    for (auto count = *rc::gen::inRange(1, 5); count > 0; --count)
      it.groups.push_back(any_group());
    return it;
  }
  case 15:
    return doubt_settled{any_letters(), *rc::gen::arbitrary<bool>()};
  case 16:
    return any_settled_refusals();
  case 17:
    return trial_passed{};
  case 18:
    return relay_failed{*any_text(), any_notice()};
  case 19:
    return relay_recovered{};
  case 20: {
    const auto letters = [] { return *rc::gen::inRange<letter_index>(0, letters_max); };
    return drained{{letters(), letters(), letters(), letters(), letters()},
                   milliseconds{*rc::gen::inRange<std::int64_t>(0, INT64_MAX)}};
  }
  default:
    return finished{};
  }
}

inline event any_event(std::size_t type) {
  return {any_moment(), *any_text(), any_body(type)};
}

inline event any_event() {
  return any_event(*rc::gen::inRange<std::size_t>(0, std::variant_size_v<event_body>));
}

} // namespace sluice::random_events
