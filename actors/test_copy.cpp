#include "actors/test_copy.hpp"

#include "actors/audit/log_queries.hpp"
#include "actors/interfaces.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/pattern_check.hpp"
#include "actors/stored_parts.hpp"
#include "actors/test_copy_settings.hpp"
#include "messages/address.hpp"
#include "messages/list_name.hpp"
#include "messages/message_id.hpp"
#include "messages/suppressed_target.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace sluice {

namespace {

struct test_copy_state {
  static inline const char* name = "test_copy";

  std::shared_ptr<campaign_queue> queue;
  std::vector<test_copy_result> results;
  letter_ranges granted; ///< and without an answer
  letter_ranges waiting; ///< neither granted nor answered
  notice trouble;
  std::function<void(std::vector<test_copy_result>)> done;

  void take(const relay_report& report) {
    if (report.has_condition)
      trouble = report.failing ? report.trouble : notice{};
    for (const auto& group : report.results)
      settle(group.letters, group.outcome, group.answer);
    settle(report.handed_back, letter_state::pending, because("test_copy_returned"));
    auto wanted = report.wanted;
    granted.add(wanted);
    waiting.remove(wanted);
    if (!wanted.empty())
      queue->grant(std::move(wanted));
  }

  void settle(const letter_ranges& letters, letter_state outcome, const reply& answer) {
    letters.for_each([&](letter_index index) {
      results[index].outcome = outcome;
      results[index].answer = answer;
    });
    granted.remove(letters);
    waiting.remove(letters);
  }

  bool is_over() const { return granted.empty() && waiting.empty(); }

  /// After withdraw nothing more is sent; but what was granted may have been.
  void give_up() {
    queue->withdraw();
    settle(letter_ranges{granted}, letter_state::in_doubt, because("test_copy_unanswered"));
    settle(letter_ranges{waiting}, letter_state::pending, because("test_copy_not_taken"));
  }

  /// What the relay says is the matter; else the notice of that code.
  reply because(std::string_view otherwise) const {
    return reply_of(trouble.empty() ? notice{otherwise} : trouble);
  }
};

caf::behavior test_copy(caf::stateful_actor<test_copy_state>* self,
                        relay* through,
                        const std::shared_ptr<test_copies>& copies,
                        milliseconds timeout,
                        const std::function<void(std::vector<test_copy_result>)>& done) {
  auto& state = self->state;
  state.results = std::move(copies->results);
  state.done = done;
  for (const auto& one : copies->letters->letters)
    state.waiting.add(one.index);
  state.queue = through->open(copies->letters->campaign, copies->route,
                              [to = caf::actor_cast<caf::actor>(self)](relay_report report) {
                                caf::anon_send(to, std::make_shared<relay_report>(std::move(report)));
                              });
  state.queue->offer(copies->letters);
  self->delayed_send(self, timeout, caf::tick_atom::value);
  const auto end = [self] {
    self->state.done(std::move(self->state.results));
    self->quit();
  };
  return {
      [=](const report_ptr& report) {
        self->state.take(*report);
        if (self->state.is_over())
          end();
      },
      [=](caf::tick_atom) {
        self->state.give_up();
        end();
      },
  };
}

} // namespace

result<test_copies> make_test_copies(store& from,
                                     const campaign_view& campaign,
                                     letter_index index,
                                     const std::vector<std::string>& addresses,
                                     timestamp now) {
  const auto row = letter_recipient(from, campaign, index);
  if (!row)
    return std::unexpected(row.error());
  const auto suppressed = from.suppressions().find({addresses.begin(), addresses.end()},
                                                   {list_name_of(campaign.spec, campaign.audience), now});
  if (!suppressed)
    return std::unexpected(suppressed.error());
  auto spec = campaign.spec;
  spec.subject.insert(0, "[Test] ");
  // No campaign has such a number. With the campaign's own the copy would have the same Message-ID each time,
  // perhaps that of a letter which is still to come, and a mailbox might drop one of them.
  const campaign_id made_at{static_cast<std::uint64_t>(now.time_since_epoch().count())};
  const auto composer = make_letter_composer(
      {made_at, from.secret(), std::string{message_ids_of_store}, campaign.audience.name}, spec,
      row->audience.columns, attachments_in(from));
  if (!composer)
    return std::unexpected(composer.error());
  auto letters = std::make_shared<batch>();
  test_copies copies;
  for (std::size_t at = 0; at < addresses.size(); ++at) {
    copies.results.push_back({addresses[at], letter_state::pending, {}});
    if (const auto& entry = (*suppressed)[at]) {
      copies.results.back().outcome = letter_state::skipped;
      copies.results.back().answer = reply_of(notice_of(*entry));
      continue;
    }
    auto to = row->row;
    to.email = addresses[at];
    if (auto composed = (*composer)->compose(static_cast<letter_index>(at), to, now, *letters); !composed)
      return std::unexpected(composed.error());
  }
  copies.letters = std::move(letters);
  copies.route = route_of(campaign.spec);
  return copies;
}

bool is_allowed(const test_copy_settings& settings, std::string_view address) {
  const auto wanted = folded(address);
  const auto domain = "@" + std::string(domain_of(wanted));
  return settings.allowed.empty() || std::ranges::any_of(settings.allowed, [&](const std::string& one) {
           const auto entry = parse_suppressed_target(one);
           return entry && (*entry == wanted || *entry == domain);
         });
}

result<void> check_test_copy(const store& from,
                             const campaign_view& campaign,
                             letter_index index,
                             const moderation_settings& settings) {
  if (campaign.stage == stage::rejected)
    return failure(error_code::not_allowed_now,
                   notice{"test_copy_of_rejected", {{"campaign", to_string(campaign.id)}}});
  if (campaign.stage != stage::draft && campaign.stage != stage::moderation)
    return {}; // it passed, by the checks or by people
  const auto row = letter_recipient(from, campaign, index);
  if (!row)
    return std::unexpected(row.error());
  auto reasons =
      pattern_reasons_of_letter(campaign.spec, row->audience, index, row->row, settings.suspicious_patterns);
  if (reasons.empty())
    return {};
  return failure(error_code::not_allowed_now,
                 notice{"test_copy_suspicious", {{"campaign", to_string(campaign.id)}}, std::move(reasons)});
}

void send_test_copies(caf::actor_system& system,
                      relay& through,
                      test_copies copies,
                      milliseconds timeout,
                      std::function<void(std::vector<test_copy_result>)> done) {
  if (copies.letters->letters.empty())
    return done(std::move(copies.results));
  system.spawn(test_copy, &through, std::make_shared<test_copies>(std::move(copies)), timeout,
               std::move(done));
}

} // namespace sluice
