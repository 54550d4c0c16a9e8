#include "actors/audit/audit.hpp"

#include "actors/audit/chain_auditor.hpp"
#include "actors/audit/house_audit.hpp"
#include "actors/audit/removal_register.hpp"
#include "actors/audit/rule_auditor.hpp"
#include "actors/audit/seal.hpp"
#include "actors/core/state_codec.hpp"
#include "messages/check.hpp"
#include "messages/event_json.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

namespace sluice {

namespace {

/// An event that must be in the log, because a snapshot or a seal knows it.
struct known_event {
  event_number number = 0;
  sha256_hash hash{};
  bool is_sealed = false;
};

/// So many broken logs are searched for in all others, so that an audit of a folder where every log is broken
/// still ends: each search reads all of them.
constexpr int foreign_searches_max = 16;

/// What is known of each campaign's log from elsewhere, by number.
using known_events = std::map<campaign_id, std::vector<known_event>>;

/// Whether two states are the same to those who look. What is only derived for show (the words of responses, the
/// watch for suspicion) may be made otherwise by a later version.
bool show_the_same(const campaign_state& left, const campaign_state& right) {
  return left.stage == right.stage && left.hold == right.hold && left.t0 == right.t0 &&
         left.released_at == right.released_at && left.changed_at == right.changed_at &&
         left.spec == right.spec && left.audience == right.audience && left.retries == right.retries &&
         left.letters == right.letters;
}

class log_auditor {
public:
  log_auditor(const store& from,
              campaign_id campaign,
              std::span<const known_event> known,
              audit_report& report,
              removal_register& removals,
              std::atomic<int>& searches_left) :
      removals_(removals), from_(from), campaign_(campaign), report_(report), known_(known),
      chain_(campaign, [this](event_number number, std::string what) { note(number, std::move(what)); }),
      rules_(campaign), searches_left_(searches_left) {}

  void run() {
    ++report_.campaigns;
    const auto read = from_.journal().read_raw(campaign_, 0, [this](const raw_record& record) {
      ++report_.events;
      chain_.follow(record);
      if (record.number > 0 && record.is_whole)
        check_event(record);
      check_known(record);
      return true;
    });
    if (!read)
      note(read.error().code == error_code::corrupt ? chain_.last_number() + 1 : 0, read.error().message);
    else if (chain_.last_number() == 0 && is_removed())
      return;
    else if (chain_.last_number() == 0)
      note(0, known_.empty() ? "there is no such campaign" : "its whole log is gone");
    if (read)
      check_tail();
    check_audience();
    if (chain_.is_broken())
      chain_.explain(from_.journal(), searches_left_-- > 0);
  }

private:
  void check_event(const raw_record& record) {
    if (is_state_lost_)
      return;
    const auto decoded = decode_event(record.body);
    try {
      if (decoded)
        rules_.follow(*decoded);
      else
        note(record.number, "it cannot be read: " + decoded.error().message);
      is_state_lost_ = !decoded;
    } catch (const broken_invariant& fault) {
      note(record.number, fault.what());
      is_state_lost_ = true;
    }
  }

  void check_known(const raw_record& record) {
    for (; !known_.empty() && known_.front().number <= record.number; known_ = known_.subspan(1)) {
      const auto& one = known_.front();
      if (one.number < record.number)
        continue; // its absence was told by the chain
      if (one.hash != record.hash)
        note(one.number, one.is_sealed
                             ? "it is not the event that was sealed: it or one before it was altered"
                             : "it is not the event that the snapshot was made of: it or one "
                               "before it was altered");
      else if (!one.is_sealed)
        check_snapshot(one.number);
    }
  }

  /// Rule 6: what the engine showed is what the log adds up to.
  void check_snapshot(event_number number) {
    if (is_state_lost_)
      return;
    const auto kept = from_.snapshots().load(campaign_);
    if (!kept || kept->number != number)
      return;
    if (const auto shown = decode_state(kept->state); shown && !show_the_same(*shown, rules_.state()))
      note(number, "the snapshot shows another state than the log adds up to");
  }

  /// The list is the one that the log names: its rows are held against the same hash by audit_house.
  void check_audience() {
    const auto& wanted = rules_.state().audience;
    if (is_state_lost_ || wanted.id == audience_id{} || wanted.hash.empty())
      return;
    // One that is not there is told of by the house's log.
    const auto there = from_.audiences().info(wanted.id);
    if (there && there->hash != wanted.hash)
      note(0, fmt::format("its audience {} is not the one that the log names: it has another hash",
                          to_string(wanted.id)));
  }

  /// Whether its log is gone rightly; then what is known of it is held against the removal.
  bool is_removed() {
    const auto removal = removals_.find(campaign_);
    if (!removal)
      return false;
    --report_.campaigns;
    const auto& end = removal->end;
    for (const auto& one : known_) {
      if (one.number > end.number)
        note(one.number,
             fmt::format("there was such an event by a {}, and the log ended with event {} when the "
                         "campaign was removed: its end was cut off before",
                         one.is_sealed ? "seal" : "snapshot", end.number));
      else if (one.number == end.number && one.hash != end.hash)
        note(one.number,
             fmt::format("by a {} it was another event than the one that the log ended with when the "
                         "campaign was removed",
                         one.is_sealed ? "seal" : "snapshot"));
      else if (one.number < end.number && one.is_sealed)
        remark(one.number, notice{"removed_since_sealed", {{"at", removal->at}, {"last", end.number}}});
    }
    return true;
  }

  void remark(event_number number, notice what) {
    report_.remarks.push_back(
        {.campaign = campaign_, .number = number, .what = words_of(what), .notice = std::move(what)});
  }

  /// A log that ends before an event that is known to have been.
  void check_tail() {
    if (known_.empty())
      return;
    const auto sealed = std::ranges::find(known_, true, &known_event::is_sealed);
    const auto& last = known_.back();
    note(chain_.last_number() + 1,
         sealed != known_.end()
             ? fmt::format("the log is shorter than sealed: its end from here to event {} was cut off",
                           last.number)
             : fmt::format("its end was cut off: a snapshot was made of event {}", last.number));
  }

  void note(event_number number, std::string what) {
    if (noted_++ < audit_faults_max)
      report_.faults.push_back({campaign_, number, std::move(what)});
    else if (noted_ == audit_faults_max + 1)
      report_.faults.push_back({campaign_, 0, "it has more faults than are listed"});
  }

  removal_register& removals_;
  const store& from_;
  campaign_id campaign_;
  audit_report& report_;
  std::span<const known_event> known_; ///< those not met yet
  chain_auditor chain_;
  rule_auditor rules_;
  std::atomic<int>& searches_left_;
  bool is_state_lost_ = false;
  std::size_t noted_ = 0;
};

result<known_events> gather_known(const store& from, const audit_request& asked) {
  known_events known;
  auto marks = from.snapshots().marks();
  if (!marks)
    return std::unexpected(marks.error());
  for (const auto& mark : *marks)
    known[mark.campaign].push_back({mark.number, mark.hash, false});
  if (asked.seal)
    for (const auto& head : asked.seal->heads)
      known[head.campaign].push_back({head.number, head.hash, true});
  for (auto& [campaign, events] : known)
    std::ranges::sort(events, {}, &known_event::number);
  return known;
}

/// The campaigns that have a log and those that should have one.
result<std::vector<campaign_id>> campaigns_to_check(const store& from, const known_events& known) {
  auto listed = from.journal().campaigns();
  if (!listed)
    return listed;
  for (const auto& [campaign, events] : known)
    listed->push_back(campaign);
  std::ranges::sort(*listed);
  listed->erase(std::unique(listed->begin(), listed->end()), listed->end());
  return listed;
}

/// One report out of several, faults and remarks in the campaigns' order.
audit_report merged(std::vector<audit_report>&& parts) {
  audit_report whole;
  std::map<campaign_id, std::vector<audit_fault>> faults;
  for (auto& part : parts) {
    whole.campaigns += part.campaigns;
    whole.events += part.events;
    whole.house_events += part.house_events;
    whole.audiences += part.audiences;
    whole.rows += part.rows;
    for (auto& fault : part.faults)
      faults[fault.campaign].push_back(std::move(fault));
    std::ranges::move(part.remarks, std::back_inserter(whole.remarks));
  }
  std::ranges::sort(whole.remarks, {},
                    [](const audit_fault& one) { return std::pair(one.campaign, one.number); });
  for (auto& [campaign, found] : faults)
    std::ranges::move(found, std::back_inserter(whole.faults));
  return whole;
}

/// Each thread takes the next campaign that nobody has taken.
audit_report check_all(const store& from,
                       const std::vector<campaign_id>& campaigns,
                       const known_events& known,
                       unsigned threads) {
  std::atomic<std::size_t> next = 0;
  std::atomic<int> searches_left = foreign_searches_max;
  removal_register removals(from.journal());
  const auto work = [&](audit_report& into) {
    for (auto at = next++; at < campaigns.size(); at = next++) {
      const auto found = known.find(campaigns[at]);
      // On threads, where what is thrown would end the process.
      try {
        log_auditor(from, campaigns[at],
                    found == known.end() ? std::span<const known_event>{} : std::span(found->second), into,
                    removals, searches_left)
            .run();
      } catch (const std::exception& thrown) {
        into.faults.push_back(
            {campaigns[at], 0, fmt::format("the check of its log broke off: {}", thrown.what())});
      }
    }
  };
  if (threads == 0)
    threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<audit_report> parts(std::min<std::size_t>(threads, std::max<std::size_t>(campaigns.size(), 1)));
  {
    std::vector<std::jthread> others;
    for (std::size_t number = 1; number < parts.size(); ++number)
      others.emplace_back([&, number] { work(parts[number]); });
    work(parts.front());
  }
  return merged(std::move(parts));
}

} // namespace

namespace {

const sealed_head* sealed_house(const log_seal* seal) {
  return seal != nullptr && seal->house ? &*seal->house : nullptr;
}

} // namespace

result<audit_report> verify_logs(const store& from, const audit_request& asked) {
  // Snapshots first: a running engine only makes logs longer meanwhile.
  auto known = gather_known(from, asked);
  if (!known)
    return std::unexpected(known.error());
  known->erase(house_log_id);
  std::vector<audit_report> reports(1);
  if (!asked.only || *asked.only == house_log_id) {
    const auto* const sealed = sealed_house(asked.seal);
    audit_house(from, sealed, asked.now, reports.front());
    if (asked.only)
      return merged(std::move(reports));
  }
  const auto campaigns = campaigns_to_check(from, *known);
  if (!campaigns)
    return std::unexpected(campaigns.error());
  if (asked.only && !std::ranges::binary_search(*campaigns, *asked.only))
    return std::unexpected(no_such_campaign(from.removed_campaigns(), *asked.only));
  if (asked.only)
    return check_all(from, {*asked.only}, *known, 1);
  const auto strange = from.journal().strange_keys();
  if (!strange)
    return std::unexpected(strange.error());
  for (const auto& key : *strange)
    reports.front().faults.push_back({{}, 0, "there is a key that is none of a record: " + key});
  reports.push_back(check_all(from, *campaigns, *known, asked.threads));
  return merged(std::move(reports));
}

result<audit_report>
verify_sealed(const store& from, audit_request asked, const log_seal& seal, std::string_view signer) {
  const auto genuine = check_seal(seal, signer);
  if (!genuine && genuine.error().code != error_code::corrupt)
    return std::unexpected(genuine.error());
  if (genuine)
    asked.seal = &seal;
  auto report = verify_logs(from, asked);
  if (report && !genuine)
    report->faults.insert(report->faults.begin(), {{}, 0, genuine.error().message});
  return report;
}

namespace {

nlohmann::json list_json(const std::vector<audit_fault>& all) {
  auto list = nlohmann::json::array();
  for (const auto& one : all) {
    const auto is_whole_store = one.campaign == house_log_id && !one.is_house;
    nlohmann::json item{{"campaign", is_whole_store ? std::string{} : log_name(one.campaign)},
                        {"number", one.number},
                        {"what", one.what}};
    if (!one.notice.empty())
      item["notice"] = to_json(one.notice);
    list.push_back(std::move(item));
  }
  return list;
}

} // namespace

nlohmann::json to_json(const audit_report& report) {
  return {{"campaigns", report.campaigns},      {"events", report.events},
          {"audiences", report.audiences},      {"rows", report.rows},
          {"faults", list_json(report.faults)}, {"remarks", list_json(report.remarks)}};
}

} // namespace sluice
