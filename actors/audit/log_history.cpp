#include "actors/audit/log_history.hpp"

#include "actors/audit/house_audit.hpp"
#include "actors/core/evolve.hpp"
#include "messages/check.hpp"
#include "messages/event_json.hpp"
#include "messages/house_event_json.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace sluice {

namespace {

using nlohmann::json;

/// Applies a log's events to a state, on and on.
class replayer {
public:
  replayer(const store& from, campaign_id campaign) : from_(from), state_(initial_state(campaign)) {}

  result<void> go_to(const replay_point& upto) {
    std::optional<error> broken;
    const auto read = from_.journal().read(state_.id, state_.last_event + 1, [&](const stored_event& stored) {
      if ((upto.number && stored.number > *upto.number) || (upto.time && stored.event.at > *upto.time))
        return false;
      try {
        evolve(state_, stored.event);
        return true;
      } catch (const broken_invariant& fault) {
        broken = make_error(
            error_code::corrupt,
            notice{"log_breaks_rules",
                   {{"campaign", to_string(state_.id)}, {"event", stored.number}, {"fault", fault.what()}}});
        return false;
      }
    });
    if (!read)
      return read;
    if (broken)
      return std::unexpected(*broken);
    return check_arrival(upto);
  }

  const campaign_state& state() const { return state_; }

private:
  result<void> check_arrival(const replay_point& upto) const {
    if (!state_.exists() && upto.time && !is_removed())
      return failure(error_code::not_found, notice{"campaign_unknown_then",
                                                   {{"campaign", to_string(state_.id)}, {"at", *upto.time}}});
    if (!state_.exists())
      return std::unexpected(no_such_campaign(from_.removed_campaigns(), state_.id));
    if (upto.number && state_.last_event < *upto.number)
      return failure(error_code::not_found, notice{"event_unknown",
                                                   {{"campaign", to_string(state_.id)},
                                                    {"events", state_.last_event},
                                                    {"event", *upto.number}}});
    return {};
  }

  bool is_removed() const {
    const auto removed = from_.removed_campaigns().find(state_.id);
    return removed && *removed;
  }

  const store& from_;
  campaign_state state_;
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
  if (const auto* refusals = std::get_if<refusals_settled>(&what.body))
    return refusals->letters.contains(index);
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
  } else if (auto* refusals = std::get_if<refusals_settled>(&what.body)) {
    refusals->letters = only;
  }
  return what;
}

/// What a campaign's JSON says, by field: "counts.pending".
std::map<std::string, json> fields_of(const campaign_state& state) {
  std::map<std::string, json> fields;
  const auto whole = to_json(view_of(state, state.changed_at));
  for (const auto& [name, value] : whole.items()) {
    if (name == "version" || name == "changed_at" || name == "rate")
      continue; // said by `from` and `to`, and no part of the log
    if (!value.is_object())
      fields[name] = value;
    else
      for (const auto& [part, inner] : value.items())
        fields[fmt::format("{}.{}", name, part)] = inner;
  }
  return fields;
}

json changed_fields(const campaign_state& before, const campaign_state& after) {
  const auto old_fields = fields_of(before);
  const auto new_fields = fields_of(after);
  auto changed = json::array();
  const auto value_in = [](const auto& fields, const std::string& name) {
    const auto at = fields.find(name);
    return at == fields.end() ? json() : at->second;
  };
  auto names = old_fields;
  names.insert(new_fields.begin(), new_fields.end());
  for (const auto& [name, unused] : names)
    if (auto was = value_in(old_fields, name), is = value_in(new_fields, name); was != is)
      changed.push_back({{"field", name}, {"before", std::move(was)}, {"after", std::move(is)}});
  return changed;
}

/// Which letters went from which state to which. A draft's letters are none yet.
json changed_letters(const letter_table& before, const letter_table& after) {
  std::map<std::pair<letter_state, letter_state>, letter_ranges> moves;
  for (letter_index index = 0; index < std::min(before.size(), after.size()); ++index)
    if (const auto was = before.at(index), is = after.at(index); was != is)
      moves[{was, is}].add(index);
  auto found = json::array();
  for (const auto& [states, letters] : moves)
    found.push_back({{"before", name_of(states.first)},
                     {"after", name_of(states.second)},
                     {"count", letters.count()},
                     {"letters", to_json(letters)}});
  return found;
}

json place_of(const campaign_state& state) {
  return {{"number", state.last_event}, {"at", format_timestamp(state.changed_at)}};
}

} // namespace

result<campaign_view> replay_log(const store& from, campaign_id campaign, const replay_point& upto) {
  replayer replay(from, campaign);
  if (const auto done = replay.go_to(upto); !done)
    return std::unexpected(done.error());
  return view_of(replay.state(), upto.time.value_or(replay.state().changed_at));
}

result<json> compare_log(const store& from, campaign_id campaign, event_number first, event_number last) {
  if (first == 0 || first > last)
    return failure(error_code::invalid_input,
                   notice{"events_out_of_order", {{"first", first}, {"last", last}}});
  replayer replay(from, campaign);
  if (const auto done = replay.go_to({first, std::nullopt}); !done)
    return std::unexpected(done.error());
  const auto before = replay.state();
  if (const auto done = replay.go_to({last, std::nullopt}); !done)
    return std::unexpected(done.error());
  const auto& after = replay.state();
  return json{{"campaign", to_string(campaign)},
              {"from", place_of(before)},
              {"to", place_of(after)},
              {"changed", changed_fields(before, after)},
              {"letters", changed_letters(before.letters, after.letters)}};
}

result<std::vector<stored_event>>
letter_story(const store& from, campaign_id campaign, std::string_view address) {
  const auto now = replay_log(from, campaign, {});
  if (!now)
    return std::unexpected(now.error());
  const auto index = from.audiences().find(now->audience.id, address);
  if (!index)
    return std::unexpected(index.error());
  if (!*index)
    return failure(error_code::not_found,
                   notice{"recipient_unknown", {{"address", address}, {"campaign", to_string(campaign)}}});
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

result<json> recipient_proof(const store& from, campaign_id campaign, std::string_view address) {
  const auto now = replay_log(from, campaign, {});
  if (!now)
    return std::unexpected(now.error());
  const auto info = from.audiences().info(now->audience.id);
  if (!info)
    return std::unexpected(info.error());
  const auto index = from.audiences().find(info->id, address);
  if (!index)
    return std::unexpected(index.error());
  if (!*index)
    return failure(error_code::not_found,
                   notice{"recipient_unknown", {{"address", address}, {"campaign", to_string(campaign)}}});
  const auto proof = from.audiences().prove(*info, **index);
  if (!proof)
    return std::unexpected(proof.error());
  const auto leaf = proof->is_erased ? proof->sealed : std::string(as_text(sha256(proof->sealed)));
  return json{{"audience", to_string(info->id)},
              {"row", **index},
              {"sealed", proof->is_right && info->hash == now->audience.hash},
              {"erased", proof->is_erased},
              {"leaf", to_hex({reinterpret_cast<const std::uint8_t*>(leaf.data()), leaf.size()})},
              {"hash", now->audience.hash}};
}

json to_json(const stored_event& entry) {
  auto item = to_json(entry.event);
  item["at"] = format_timestamp(entry.event.at);
  item["number"] = entry.number;
  item["previous"] = to_hex(entry.previous);
  item["hash"] = to_hex(entry.hash);
  return item;
}

json export_line(campaign_id campaign, const raw_record& record) {
  json line{{"campaign", log_name(campaign)},      {"number", record.number},
            {"previous", to_hex(record.previous)}, {"hash", to_hex(record.hash)},
            {"body", to_hex(record.body)},         {"event", nullptr}};
  if (campaign == house_log_id) {
    if (const auto decoded = decode_house_event(record.body)) {
      line["event"] = to_json(*decoded);
      line["event"]["at"] = format_timestamp(decoded->at);
    }
  } else if (const auto decoded = decode_event(record.body)) {
    line["event"] = to_json(*decoded);
    line["event"]["at"] = format_timestamp(decoded->at);
  }
  return line;
}

result<std::vector<campaign_id>> campaigns_to_export(const store& from, std::optional<campaign_id> only) {
  if (only && *only == house_log_id)
    return std::vector{house_log_id};
  auto campaigns = from.journal().campaigns();
  if (!campaigns || !only)
    return campaigns;
  if (!std::ranges::binary_search(*campaigns, *only))
    return std::unexpected(no_such_campaign(from.removed_campaigns(), *only));
  return std::vector{*only};
}

} // namespace sluice
