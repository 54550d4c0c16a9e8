#include "actors/audit.hpp"

#include "actors/evolve.hpp"
#include "messages/check.hpp"
#include "messages/event_json.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

/// Follows one campaign's log and notes what is wrong. A state that broke a rule cannot be trusted any
/// further, so after the first such fault only the chain and the numbers are checked.
class log_auditor {
public:
  log_auditor(campaign_id campaign, audit_report& report) : state_(unborn(campaign)), report_(report) {}

  void check_record(const raw_record& record) {
    ++report_.events;
    if (!record.is_whole) {
      note(record.number, "the record is cut short");
      expect_next(record);
      return;
    }
    if (record.number != next_number_)
      note(record.number,
           fmt::format("the number should be {}: events are missing or foreign", next_number_));
    if (record.previous != previous_)
      note(record.number, next_number_ == 1
                              ? "the first event names an event before it"
                              : "the hash of the event before it is not the one that it names: this or "
                                "the one before was altered, removed or moved");
    expect_next(record);
    check_event(record);
  }

  void check_end() {
    if (next_number_ == 1)
      note(0, "it has no events");
  }

private:
  void expect_next(const raw_record& record) {
    next_number_ = record.number + 1;
    previous_ = record.hash;
  }

  void check_event(const raw_record& record) {
    const auto decoded = decode_event(record.body);
    if (!decoded) {
      note(record.number, "it cannot be read: " + decoded.error().message);
      is_state_lost_ = true;
    }
    if (is_state_lost_)
      return;
    try {
      check_before(*decoded);
      evolve(state_, *decoded);
      check_after(*decoded);
    } catch (const broken_invariant& fault) {
      note(record.number, fault.what());
      is_state_lost_ = true;
    }
  }

  /// Rule 2: no letter is claimed before it is due.
  void check_before(const event& next) const {
    const auto* claim = std::get_if<claimed>(&next.body);
    if (!claim || claim->letters.empty())
      return;
    check(claim->letters.ranges().back().end <= state_.due(next.at),
          "letters were claimed before they were due");
    for (const auto& range : claim->letters)
      for (auto noted = state_.retries.lower_bound(range.begin);
           noted != state_.retries.end() && noted->first < range.end; ++noted)
        check(state_.letters.at(noted->first) != letter_state::deferred || noted->second.due_at <= next.at,
              "a deferred letter was claimed before its time");
  }

  /// Rules 1 and 5: the counts add up, and the end is an end.
  void check_after(const event& next) const {
    std::uint64_t sum = 0;
    for (const auto count : state_.letters.counts())
      sum += count;
    check(sum == state_.letters.size(), "the counts do not add up");
    if (std::holds_alternative<finished>(next.body))
      check(state_.letters.count(letter_state::accepted) + state_.letters.count(letter_state::refused) +
                    state_.letters.count(letter_state::skipped) ==
                state_.letters.size(),
            "the campaign ended before every letter had a final outcome");
  }

  void note(event_number number, std::string what) {
    if (noted_++ < audit_faults_max)
      report_.faults.push_back({state_.id, number, std::move(what)});
  }

  campaign_state state_;
  audit_report& report_;
  event_number next_number_ = 1;
  sha256_hash previous_{};
  bool is_state_lost_ = false;
  std::size_t noted_ = 0;
};

/// Whether an event has to do with this letter: it names it, or it changes the whole campaign.
bool touches(const event& what, letter_index index) {
  if (const auto* claim = std::get_if<claimed>(&what.body))
    return claim->letters.contains(index);
  if (const auto* outcomes = std::get_if<settled>(&what.body))
    return std::ranges::any_of(outcomes->groups,
                               [&](const auto& group) { return group.letters.contains(index); });
  if (const auto* doubt = std::get_if<doubt_settled>(&what.body))
    return doubt->letters.contains(index);
  return true;
}

/// Of an event that names many letters, what it says of this one.
event narrowed(event what, letter_index index) {
  const letter_ranges only{{index, index + 1}};
  if (auto* claim = std::get_if<claimed>(&what.body)) {
    claim->letters = only;
  } else if (auto* outcomes = std::get_if<settled>(&what.body)) {
    std::erase_if(outcomes->groups, [&](const auto& group) { return !group.letters.contains(index); });
    for (auto& group : outcomes->groups)
      group.letters = only;
  } else if (auto* doubt = std::get_if<doubt_settled>(&what.body)) {
    doubt->letters = only;
  }
  return what;
}

} // namespace

result<audit_report> verify_logs(const store& from, std::optional<campaign_id> only) {
  std::vector<campaign_id> campaigns;
  if (only) {
    campaigns.push_back(*only);
  } else {
    auto all = from.journal().campaigns();
    if (!all)
      return std::unexpected(all.error());
    campaigns = std::move(*all);
  }
  audit_report report;
  for (const auto id : campaigns) {
    ++report.campaigns;
    log_auditor auditor(id, report);
    const auto read = from.journal().read_raw(id, 1, [&](const raw_record& record) {
      auditor.check_record(record);
      return true;
    });
    if (!read)
      report.faults.push_back({id, 0, read.error().message});
    auditor.check_end();
  }
  return report;
}

result<campaign_view> replay_log(const store& from, campaign_id campaign, std::optional<event_number> at) {
  auto state = unborn(campaign);
  std::optional<error> broken;
  const auto read = from.journal().read(campaign, 1, [&](const stored_event& stored) {
    if (at && stored.number > *at)
      return false;
    try {
      evolve(state, stored.event);
      return true;
    } catch (const broken_invariant& fault) {
      broken = error{error_code::corrupt,
                     fmt::format("{}, event {}: {}", to_string(campaign), stored.number, fault.what())};
      return false;
    }
  });
  if (!read)
    return std::unexpected(read.error());
  if (broken)
    return std::unexpected(*broken);
  if (!state.exists())
    return failure(error_code::not_found, fmt::format("there is no campaign {}", to_string(campaign)));
  if (at && state.last_event < *at)
    return failure(error_code::not_found,
                   fmt::format("{} has {} events, not {}", to_string(campaign), state.last_event, *at));
  return view_of(state, state.changed_at);
}

result<std::vector<stored_event>>
letter_story(const store& from, campaign_id campaign, std::string_view address) {
  const auto now = replay_log(from, campaign, std::nullopt);
  if (!now)
    return std::unexpected(now.error());
  const auto index = from.audiences().find(now->audience.id, address);
  if (!index)
    return std::unexpected(index.error());
  if (!*index)
    return failure(error_code::not_found,
                   fmt::format("{} is not in the audience of {}", address, to_string(campaign)));
  std::vector<stored_event> story;
  const auto read = from.journal().read(campaign, 1, [&](const stored_event& stored) {
    if (touches(stored.event, **index)) {
      story.push_back(stored);
      story.back().event = narrowed(std::move(story.back().event), **index);
    }
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  return story;
}

} // namespace sluice
