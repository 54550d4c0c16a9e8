#include "actors/audit/house_audit.hpp"

#include "actors/audit/chain_auditor.hpp"
#include "actors/audit/seal.hpp"
#include "messages/house_event_json.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace sluice {

using nlohmann::json;

namespace {

class house_auditor {
public:
  house_auditor(const store& from, const sealed_head* sealed, audit_report& report) :
      from_(from), sealed_(sealed), report_(report),
      chain_(house_log_id, [this](event_number number, std::string what) { note(number, std::move(what)); }) {
  }

  /// The log itself: what it adds up to is in `tables`.
  void follow_log() {
    const auto read = from_.journal().read_raw(house_log_id, 0, [this](const raw_record& record) {
      ++report_.house_events;
      chain_.follow(record);
      if (sealed_ != nullptr && record.number == sealed_->number && record.hash != sealed_->hash)
        note(record.number, "it is not the event that was sealed: it or one before it was altered");
      if (record.number > 0 && record.is_whole)
        take(record);
      return true;
    });
    if (!read)
      note(chain_.last_number() + 1, read.error().message);
    if (sealed_ != nullptr && chain_.last_number() < sealed_->number)
      note(chain_.last_number() + 1,
           fmt::format("the log is shorter than sealed: its end from here to event {} was cut off",
                       sealed_->number));
    if (chain_.is_broken())
      chain_.explain(from_.journal(), false);
  }

  void check_tables(timestamp now) {
    if (report_.house_events == 0) {
      // A store of before has none, and nothing to be held against; one that had one says so itself.
      for (const auto& fault : from_.table_faults())
        note(fault);
      return;
    }
    if (tables_.key_hash() != from_.hider().key_hash())
      note({1, notice{"house_key_changed"}});
    for (const auto& fault : tables_.check_tokens(from_.tokens().stored()))
      note(fault);
    const auto audiences = from_.audiences().list();
    if (!audiences)
      note({0, notice_of(audiences.error())});
    else
      for (const auto& fault : tables_.check_audiences(*audiences))
        note(fault);
    // Under another key every entry would be one too many.
    if (tables_.key_hash() == from_.hider().key_hash()) {
      const auto faults = tables_.check_suppressions(from_.suppressions(), from_.hider(), now);
      if (!faults)
        note({0, notice_of(faults.error())});
      else
        for (const auto& fault : *faults)
          note(fault);
    }
  }

  /// After the log: what it tells of had its log gone by then.
  void check_removals() {
    if (tables_.removed_campaigns().empty())
      return;
    const auto there = from_.journal().campaigns();
    if (!there)
      return note(0, there.error().message);
    for (const auto& [id, removal] : tables_.removed_campaigns())
      if (std::ranges::binary_search(*there, id))
        note({removal.number,
              notice{"removed_campaign_there", {{"campaign", to_string(id)}, {"number", removal.number}}}});
  }

  void check_audiences() {
    const auto audiences = from_.audiences().list();
    if (!audiences)
      return; // told by check_tables
    for (const auto& info : *audiences) {
      // What the log says of the whole, where it knows the audience: the table's own hash may be a forged one.
      auto claimed = info;
      if (const auto known = tables_.audiences().find(info.id.value); known != tables_.audiences().end()) {
        claimed.hash = known->second.hash;
        claimed.root = known->second.root;
      }
      const auto faults = from_.audiences().verify(claimed);
      // One that was deleted meanwhile is none any more.
      if (!faults && faults.error().code == error_code::not_found)
        continue;
      if (!faults) {
        note({0, notice_of(faults.error())});
        continue;
      }
      ++report_.audiences;
      report_.rows += info.size;
      for (const auto& fault : *faults)
        note(fault);
    }
  }

private:
  void take(const raw_record& record) {
    auto decoded = decode_house_event(record.body);
    if (!decoded)
      return note(record.number, "it cannot be read: " + decoded.error().message);
    if ((record.number == 1) != std::holds_alternative<house::log_began>(decoded->body))
      note(record.number,
           record.number == 1 ? "the log does not begin with its beginning" : "the log begins once more");
    if (decoded->at < last_at_)
      note(record.number, "it is older than the event before it");
    last_at_ = decoded->at;
    tables_.apply({record.number, *std::move(decoded), record.previous, record.hash});
  }

  void note(event_number number, std::string what) {
    add({.campaign = house_log_id, .number = number, .what = std::move(what), .is_house = true});
  }
  void note(const table_fault& fault) {
    add({.campaign = house_log_id,
         .number = fault.number,
         .what = words_of(fault.what),
         .is_house = true,
         .notice = fault.what});
  }
  void add(audit_fault fault) {
    if (noted_++ < audit_faults_max)
      report_.faults.push_back(std::move(fault));
    else if (noted_ == audit_faults_max + 1)
      report_.faults.push_back({.campaign = house_log_id,
                                .number = 0,
                                .what = "it has more faults than are listed",
                                .is_house = true});
  }

  const store& from_;
  const sealed_head* sealed_;
  audit_report& report_;
  chain_auditor chain_;
  house_tables tables_;
  timestamp last_at_{};
  std::size_t noted_ = 0;
};

} // namespace

void audit_house(const store& from, const sealed_head* sealed, timestamp now, audit_report& report) {
  house_auditor auditor(from, sealed, report);
  auditor.follow_log();
  auditor.check_removals();
  auditor.check_tables(now);
  auditor.check_audiences();
}

namespace {
json token_json(const house::token_created& token) {
  json limits = json::array();
  for (const auto& one : token.limits)
    limits.push_back({{one.name, one.text}});
  return {{"id", token.id},
          {"name", token.name},
          {"role", token.role},
          {"expires_at", token.expires_at ? json(format_timestamp(*token.expires_at)) : json()},
          {"limits", std::move(limits)}};
}
} // namespace

result<json> replay_house(const store& from, event_number number) {
  house_tables tables;
  timestamp at{};
  const auto read = read_house_log(from.journal(), 1, [&](const stored_house_event& entry) {
    if (number > 0 && entry.number > number)
      return false;
    tables.apply(entry);
    at = entry.event.at;
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  if (tables.last_number() == 0 || tables.last_number() < number)
    return failure(error_code::not_found,
                   notice{"house_event_unknown", {{"event", number}, {"events", tables.last_number()}}});
  json tokens = json::array();
  for (const auto& [hash, token] : tables.tokens())
    if (!token.is_superseded)
      tokens.push_back(token_json(token.what));
  json audiences = json::array();
  for (const auto& [id, fact] : tables.audiences())
    audiences.push_back({{"id", to_string(audience_id{id})},
                         {"name", fact.name},
                         {"size", fact.size},
                         {"hash", fact.hash},
                         {"deleted", fact.is_deleted}});
  return json{{"number", tables.last_number()},
              {"at", format_timestamp(at)},
              {"tokens", std::move(tokens)},
              {"audiences", std::move(audiences)},
              {"campaigns_removed", tables.removed_campaigns().size()},
              {"suppressions", tables.suppression_count()}};
}

json to_json(const stored_house_event& entry) {
  auto item = to_json(entry.event);
  const auto said = notice_of(entry.event);
  item["at"] = format_timestamp(entry.event.at);
  item["number"] = entry.number;
  item["previous"] = to_hex(entry.previous);
  item["hash"] = to_hex(entry.hash);
  item["text"] = words_of(said);
  item["notice"] = to_json(said);
  return item;
}

std::string log_name(campaign_id log) {
  return log == house_log_id ? std::string(house_log_name) : to_string(log);
}

std::optional<campaign_id> parse_log_name(std::string_view text) {
  if (text == house_log_name)
    return house_log_id;
  const auto campaign = parse_campaign_id(text);
  return campaign && *campaign != house_log_id ? campaign : std::nullopt;
}

} // namespace sluice
