#include "actors/core/state_codec.hpp"

#include "messages/cbor.hpp"
#include "messages/json.hpp"
#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <stdexcept>
#include <vector>

namespace sluice {

namespace {

constexpr std::uint64_t format =
    9; ///< 8 and before knew who approved nothing, 7 one scheme of Message-IDs alone
constexpr std::uint64_t format_of_one_relay =
    6; ///< which knew nothing of letters that were sent again, either
constexpr std::uint64_t format_without_refusals = 5;
constexpr int format_in_one_map = 3;
/// Arrays and maps within the map.
constexpr int depth_max = 16;

using nlohmann::json;

std::int64_t number(timestamp moment) {
  return moment.time_since_epoch().count();
}

timestamp moment(const json& value) {
  return timestamp{milliseconds{value.get<std::int64_t>()}};
}

json optional_number(const std::optional<timestamp>& at) {
  return at ? json(number(*at)) : json();
}

std::optional<timestamp> optional_moment(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(moment(value));
}

template <class T>
T value_or_throw(result<T> read) {
  if (!read)
    throw std::invalid_argument(read.error().message);
  return std::move(*read);
}

/// Items of a sequence; what is not there, or of another kind, ends the reading.
template <class T>
T item_or_throw(std::optional<T> item) {
  if (!item)
    throw std::invalid_argument("an item is missing or of another kind");
  return *item;
}

void write_letters(const letter_table& letters, cbor_writer& into) {
  std::uint64_t runs = 0;
  for (letter_index index = 0; index < letters.size(); index = letters.run_end(index))
    ++runs;
  into.array(2 * runs);
  for (letter_index index = 0; index < letters.size();) {
    const auto end = letters.run_end(index);
    into.number(static_cast<std::uint64_t>(letters.at(index)));
    into.number(end - index);
    index = end;
  }
}

void read_letters(cbor_reader& from, letter_table& letters) {
  letter_index index = 0;
  for (auto left = item_or_throw(from.array()); left > 1; left -= 2) {
    const auto state = item_or_throw(from.number());
    const auto count = item_or_throw(from.number());
    if (state >= letter_state_count || count > letters.size() - index)
      throw std::invalid_argument("letters outside the circulation");
    letters.set({index, index + static_cast<letter_index>(count)}, static_cast<letter_state>(state));
    index += static_cast<letter_index>(count);
  }
  if (index != letters.size())
    throw std::invalid_argument("letters are missing");
}

void add_retry(campaign_state& state, letter_index index, const retry& one) {
  state.retries.emplace(index, one);
  if (state.letters.at(index) == letter_state::deferred && one.due_at != never)
    state.retry_queue.emplace(one.due_at, index);
}

void write_retries(const campaign_state& state, cbor_writer& into) {
  into.array(4 * state.retries.size());
  for (const auto& [index, one] : state.retries) {
    into.number(index);
    into.number(one.deferrals);
    into.integer(one.first_deferred_at.time_since_epoch().count());
    into.integer(one.due_at.time_since_epoch().count());
  }
}

void read_retries(cbor_reader& from, campaign_state& state) {
  const auto take_moment = [&] { return timestamp{milliseconds{item_or_throw(from.integer())}}; };
  for (auto left = item_or_throw(from.array()); left > 3; left -= 4) {
    const auto index = static_cast<letter_index>(item_or_throw(from.number()));
    retry one;
    one.deferrals = static_cast<std::uint32_t>(item_or_throw(from.number()));
    one.first_deferred_at = take_moment();
    one.due_at = take_moment();
    add_retry(state, index, one);
  }
}

void read_old_letters(const json& by_state, letter_table& letters) {
  for (std::size_t state = 1; state < letter_state_count; ++state)
    for (const auto& range : value_or_throw(letter_ranges_from_json(by_state.at(state))))
      letters.set(range, static_cast<letter_state>(state));
}

void read_old_retries(const json& all, campaign_state& state) {
  for (const auto& one : all)
    add_retry(state, one.at(0).get<letter_index>(),
              {one.at(1).get<std::uint32_t>(), moment(one.at(2)), moment(one.at(3))});
}

/// The notice at that place of an array; a snapshot of before has none there.
notice read_notice(const json& array, std::size_t at) {
  return array.size() <= at || array.at(at).is_null() ? notice{}
                                                      : value_or_throw(notice_from_json(array.at(at)));
}

json responses_json(const std::vector<response_group>& responses) {
  json all = json::array();
  for (const auto& one : responses)
    all.push_back({{{"code", one.answer.code}, {"enhanced", one.answer.enhanced}, {"text", one.answer.text}},
                   one.count,
                   number(one.first_seen),
                   number(one.last_seen),
                   one.example,
                   to_json(one.answer.notice)});
  return all;
}

std::vector<response_group> read_responses(const json& all) {
  std::vector<response_group> responses;
  for (const auto& one : all) {
    responses.push_back({value_or_throw(reply_from_json(one.at(0))), one.at(1).get<letter_index>(),
                         moment(one.at(2)), moment(one.at(3)), one.at(4).get<letter_index>()});
    responses.back().answer.notice = read_notice(one, 5);
  }
  return responses;
}

json hold_json(const std::optional<hold>& held) {
  if (!held)
    return {};
  return {held->by, static_cast<int>(held->reason), held->text, number(held->since), to_json(held->notice)};
}

std::optional<hold> read_hold(const json& value) {
  if (value.is_null())
    return std::nullopt;
  return hold{value.at(0).get<std::string>(), static_cast<hold_reason>(value.at(1).get<int>()),
              value.at(2).get<std::string>(), moment(value.at(3)), read_notice(value, 4)};
}

json drain_json(const std::optional<drain>& under_way) {
  if (!under_way)
    return {};
  const auto& so_far = under_way->outcomes;
  return {
      number(under_way->since), under_way->in_flight, so_far.accepted, so_far.refused,
      so_far.deferred,          so_far.in_doubt,      so_far.returned, optional_number(under_way->ended_at)};
}

std::optional<drain> read_drain(const json& value) {
  if (value.is_null())
    return std::nullopt;
  const auto letters = [&](std::size_t at) { return value.at(at).get<letter_index>(); };
  return drain{moment(value.at(0)),
               letters(1),
               {letters(2), letters(3), letters(4), letters(5), letters(6)},
               optional_moment(value.at(7))};
}

json verdicts_json(const std::deque<verdict>& verdicts) {
  std::string text;
  for (const auto one : verdicts)
    text += static_cast<char>('0' + static_cast<char>(one));
  return text;
}

std::deque<verdict> read_verdicts(const json& value) {
  std::deque<verdict> verdicts;
  for (const auto one : value.get<std::string>())
    verdicts.push_back(static_cast<verdict>(one - '0'));
  return verdicts;
}

enum refusal_flag : unsigned {
  spam = 1,
  acceptance_before = 2,
  acceptance_after = 4,
  last_try = 8,
  again = 16
};

json refusals_json(const std::map<letter_index, provisional_refusal>& refusals) {
  json all = json::array();
  for (const auto& [index, one] : refusals) {
    all.push_back(index);
    all.push_back((one.is_spam ? spam : 0U) | (one.has_acceptance_before ? acceptance_before : 0U) |
                  (one.has_acceptance_after ? acceptance_after : 0U) | (one.is_last_try ? last_try : 0U) |
                  (one.is_refused_again ? again : 0U));
  }
  return all;
}

std::map<letter_index, provisional_refusal> read_refusals(const json& all) {
  std::map<letter_index, provisional_refusal> refusals;
  for (std::size_t at = 0; at + 1 < all.size(); at += 2) {
    const auto flags = all.at(at + 1).get<unsigned>();
    const auto has = [flags](refusal_flag one) { return (flags & one) != 0; };
    refusals.emplace(
        all.at(at).get<letter_index>(),
        provisional_refusal{
            {}, has(spam), has(acceptance_before), has(acceptance_after), has(last_try), has(again)});
  }
  return refusals;
}

/// The names of the relays that they came through, those of `[relay]` left out.
json refusals_relays_json(const std::map<letter_index, provisional_refusal>& refusals) {
  json all = json::object();
  for (const auto& [index, one] : refusals)
    if (!one.relay.empty())
      all[one.relay].push_back(index);
  return all;
}

void read_refusals_relays(const json& all, std::map<letter_index, provisional_refusal>& refusals) {
  for (const auto& [name, letters] : all.items())
    for (const auto& index : letters)
      refusals.at(index.get<letter_index>()).relay = name;
}

json relays_json(const campaign_state& state) {
  json all = json::object();
  for (const auto& [name, one] : state.relays)
    all[name] = {one.accepted, one.refused_in_a_row, to_json(one.bound)};
  return all;
}

void read_relays(const json& all, campaign_state& state) {
  for (const auto& [name, one] : all.items())
    state.relays.emplace(name, relay_record{one.at(0).get<letter_index>(), one.at(1).get<letter_index>(),
                                            value_or_throw(letter_ranges_from_json(one.at(2)))});
}

json trial_json(const std::optional<trial>& under_way) {
  if (!under_way)
    return {};
  return {static_cast<int>(under_way->after), under_way->size, to_json(under_way->letters), under_way->spam};
}

std::optional<trial> read_trial(const json& value) {
  if (value.is_null())
    return std::nullopt;
  return trial{static_cast<hold_reason>(value.at(0).get<int>()), value.at(1).get<letter_index>(),
               value_or_throw(letter_ranges_from_json(value.at(2))), value.at(3).get<letter_index>()};
}

json approvals_json(const std::vector<approval>& approvals) {
  json all = json::array();
  for (const auto& one : approvals)
    all.push_back({one.by, number(one.at), one.words, one.content_hash});
  return all;
}

std::vector<approval> read_approvals(const json& all) {
  std::vector<approval> approvals;
  for (const auto& one : all)
    approvals.push_back({one.at(0).get<std::string>(), moment(one.at(1)), one.at(2).get<std::string>(),
                         one.at(3).get<std::string>()});
  return approvals;
}

json rules_json(const approval_rules& rules) {
  return {rules.two_people, rules.needed, rules.expires.count(), rules.author, rules.last_editor};
}

approval_rules read_rules(const json& from) {
  return {from.at(0).get<bool>(), from.at(1).get<std::uint32_t>(),
          milliseconds{from.at(2).get<std::int64_t>()}, from.at(3).get<std::string>(),
          from.at(4).get<std::string>()};
}

json parts_json(const content_parts& parts) {
  return {{"hashes", parts.hashes}, {"relays", parts.relays}};
}

content_parts read_parts(const json& from) {
  content_parts parts;
  parts.hashes = from.at("hashes").get<std::array<std::string, content_part_names.size()>>();
  for (const auto& [name, server] : from.at("relays").items())
    parts.relays.emplace(name, server.get<std::string>());
  return parts;
}

/// Everything but the message's bodies, letters and retries.
json bounded_json(const campaign_state& state) {
  auto spec = state.spec;
  spec.text.clear();
  spec.html.clear();
  json into{
      {"created_at", number(state.created_at)},
      {"changed_at", number(state.changed_at)},
      {"spec", to_json(spec)},
      {"audience", {state.audience.id.value, state.audience.name, state.audience.size, state.audience.hash}},
      {"stage", static_cast<int>(state.stage)},
      {"is_discarded", state.is_discarded},
      {"hold", hold_json(state.hold)},
      {"t0", optional_number(state.t0)},
      {"message_ids", state.message_ids},
      {"released_at", optional_number(state.released_at)},
      {"submitted_at", optional_number(state.submitted_at)},
      {"moderation_reasons", state.moderation_reasons},
      {"moderation_notices", to_json(state.moderation_notices)},
      {"moderation_words", state.moderation_words},
      {"content_hash", state.content_hash},
      {"content_parts", parts_json(state.content_parts)},
      {"approval_rules", rules_json(state.approval_rules)},
      {"approvals", approvals_json(state.approvals)},
      {"approved_at", optional_number(state.approved_at)},
      {"responses", responses_json(state.responses)},
      {"verdicts", verdicts_json(state.verdicts)},
      {"refusals", refusals_json(state.provisional)},
      {"refusals_relays", refusals_relays_json(state.provisional)},
      {"relays", relays_json(state)},
      {"resent", to_json(state.resent)},
      {"accepted_resent", state.accepted_resent},
      {"is_refusal_seen", state.is_refusal_seen},
      {"trial", trial_json(state.trial)},
      {"relay_trouble", nullptr},
      {"drain", drain_json(state.drain)}};
  if (state.relay_trouble)
    into["relay_trouble"] = {number(state.relay_trouble->since), state.relay_trouble->text,
                             to_json(state.relay_trouble->notice)};
  return into;
}

void read_bounded(const json& from, campaign_state& state) {
  state.created_at = moment(from.at("created_at"));
  state.changed_at = moment(from.at("changed_at"));
  state.spec = value_or_throw(stored_campaign_spec_from_json(from.at("spec")));
  const auto& audience = from.at("audience");
  state.audience = {{audience.at(0).get<std::uint64_t>()},
                    audience.at(1).get<std::string>(),
                    audience.at(2).get<letter_index>(),
                    audience.at(3).get<std::string>()};
  state.stage = static_cast<stage>(from.at("stage").get<int>());
  state.is_discarded = from.at("is_discarded").get<bool>();
  state.hold = read_hold(from.at("hold"));
  state.t0 = optional_moment(from.at("t0"));
  state.message_ids = from.value("message_ids", std::string{});
  state.released_at = optional_moment(from.at("released_at"));
  state.submitted_at = optional_moment(from.at("submitted_at"));
  state.moderation_reasons = from.at("moderation_reasons").get<std::vector<std::string>>();
  if (const auto notices = from.find("moderation_notices"); notices != from.end())
    state.moderation_notices = value_or_throw(notices_from_json(*notices));
  state.moderation_words = from.at("moderation_words").get<std::string>();
  state.content_hash = from.at("content_hash").get<std::string>();
  if (from.contains("approvals")) {
    state.content_parts = read_parts(from.at("content_parts"));
    state.approval_rules = read_rules(from.at("approval_rules"));
    state.approvals = read_approvals(from.at("approvals"));
    state.approved_at = optional_moment(from.at("approved_at"));
  }
  state.responses = read_responses(from.at("responses"));
  state.verdicts = read_verdicts(from.at("verdicts"));
  if (const auto& trouble = from.at("relay_trouble"); !trouble.is_null())
    state.relay_trouble =
        relay_trouble{moment(trouble.at(0)), trouble.at(1).get<std::string>(), read_notice(trouble, 2)};
  state.drain = read_drain(from.at("drain"));
  if (from.contains("refusals")) {
    state.provisional = read_refusals(from.at("refusals"));
    state.is_refusal_seen = from.at("is_refusal_seen").get<bool>();
    state.trial = read_trial(from.at("trial"));
  }
  if (from.contains("relays")) {
    read_refusals_relays(from.at("refusals_relays"), state.provisional);
    read_relays(from.at("relays"), state);
    state.resent = value_or_throw(letter_ranges_from_json(from.at("resent")));
    state.accepted_resent = from.at("accepted_resent").get<letter_index>();
  } else if (from.contains("refused_in_a_row")) {
    state.relays[""].refused_in_a_row = from.at("refused_in_a_row").get<letter_index>();
  }
  state.letters = letter_table(state.audience.size);
}

/// Of a time when there was one relay.
void count_accepted(campaign_state& state) {
  if (const auto accepted = state.letters.count(letter_state::accepted); accepted > 0)
    state.relays[""].accepted = accepted;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is_in_one_map(std::string_view bytes) {
  return !bytes.empty() && static_cast<std::uint8_t>(bytes.front()) >> 5U == 5;
}

campaign_state read_one_map(std::string_view bytes) {
  const auto from = json::from_cbor(bytes.begin(), bytes.end());
  if (from.at("format").get<int>() != format_in_one_map)
    throw std::invalid_argument("another format");
  campaign_state state;
  state.id = {from.at("id").get<std::uint64_t>()};
  state.last_event = from.at("last_event").get<event_number>();
  read_bounded(from, state);
  read_old_letters(from.at("letters"), state.letters);
  read_old_retries(from.at("retries"), state);
  count_accepted(state);
  return state;
}

/// All but letters and retries, which are what is left to read.
campaign_state read_beginning(cbor_reader& from, std::uint64_t written) {
  if (written < format_without_refusals || written > format)
    throw std::invalid_argument("another format");
  campaign_state state;
  state.id = {item_or_throw(from.number())};
  state.last_event = item_or_throw(from.number());
  const auto text = item_or_throw(from.text());
  const auto html = item_or_throw(from.text());
  const auto map = from.rest();
  if (!from.skip(depth_max))
    throw std::invalid_argument("the map is damaged");
  const auto bounded = map.first(map.size() - from.rest().size());
  read_bounded(json::from_cbor(bounded.begin(), bounded.end()), state);
  state.spec.text = text;
  state.spec.html = html;
  return state;
}

} // namespace

std::string encode_state(const campaign_state& state) {
  std::vector<std::uint8_t> bytes;
  cbor_writer into(bytes);
  into.number(format);
  into.number(state.id.value);
  into.number(state.last_event);
  into.text(state.spec.text);
  into.text(state.spec.html);
  json::to_cbor(bounded_json(state), bytes);
  write_letters(state.letters, into);
  write_retries(state, into);
  return {bytes.begin(), bytes.end()};
}

// What cannot be read costs a replay, nothing else.

std::optional<campaign_state> decode_state(std::string_view bytes) {
  try {
    if (is_in_one_map(bytes))
      return read_one_map(bytes);
    cbor_reader from(bytes_of(bytes));
    const auto written = item_or_throw(from.number());
    auto state = read_beginning(from, written);
    read_letters(from, state.letters);
    read_retries(from, state);
    if (written <= format_of_one_relay)
      count_accepted(state);
    return state;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

std::optional<campaign_spec> decode_content(std::string_view bytes) {
  try {
    if (is_in_one_map(bytes))
      return read_one_map(bytes).spec;
    cbor_reader from(bytes_of(bytes));
    const auto written = item_or_throw(from.number());
    return read_beginning(from, written).spec;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

} // namespace sluice
