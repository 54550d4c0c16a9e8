#include "actors/core/state_codec.hpp"

#include "messages/json.hpp"
#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr int format = 4;

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

json letters_json(const letter_table& letters) {
  json by_state = json::array();
  for (std::size_t state = 0; state < letter_state_count; ++state) {
    const auto which = static_cast<letter_state>(state);
    by_state.push_back(which == letter_state::pending ? json() : to_json(letters.all(which)));
  }
  return by_state;
}

void read_letters(const json& by_state, letter_table& letters) {
  for (std::size_t state = 1; state < letter_state_count; ++state)
    for (const auto& range : value_or_throw(letter_ranges_from_json(by_state.at(state))))
      letters.set(range, static_cast<letter_state>(state));
}

json retries_json(const campaign_state& state) {
  json all = json::array();
  for (const auto& [index, one] : state.retries)
    all.push_back({index, one.deferrals, number(one.first_deferred_at), number(one.due_at)});
  return all;
}

void read_retries(const json& all, campaign_state& state) {
  for (const auto& one : all) {
    const auto index = one.at(0).get<letter_index>();
    const retry noted{one.at(1).get<std::uint32_t>(), moment(one.at(2)), moment(one.at(3))};
    state.retries.emplace(index, noted);
    if (state.letters.at(index) == letter_state::deferred)
      state.retry_queue.emplace(noted.due_at, index);
  }
}

notice read_notice(const json& value) {
  return value.is_null() ? notice{} : value_or_throw(notice_from_json(value));
}

json responses_json(const std::vector<response_group>& responses) {
  json all = json::array();
  for (const auto& one : responses)
    all.push_back({one.answer.code, one.answer.enhanced, one.answer.text, to_json(one.answer.notice),
                   one.count, number(one.first_seen), number(one.last_seen), one.example});
  return all;
}

std::vector<response_group> read_responses(const json& all) {
  std::vector<response_group> responses;
  for (const auto& one : all)
    responses.push_back({{one.at(0).get<std::uint16_t>(), one.at(1).get<std::string>(),
                          one.at(2).get<std::string>(), read_notice(one.at(3))},
                         one.at(4).get<letter_index>(),
                         moment(one.at(5)),
                         moment(one.at(6)),
                         one.at(7).get<letter_index>()});
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
              value.at(2).get<std::string>(), moment(value.at(3)), read_notice(value.at(4))};
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

campaign_state read_state(const json& from) {
  campaign_state state;
  state.id = {from.at("id").get<std::uint64_t>()};
  state.last_event = from.at("last_event").get<event_number>();
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
  state.released_at = optional_moment(from.at("released_at"));
  state.submitted_at = optional_moment(from.at("submitted_at"));
  state.moderation_reasons = from.at("moderation_reasons").get<std::vector<std::string>>();
  state.moderation_notices = value_or_throw(notices_from_json(from.at("moderation_notices")));
  state.moderation_words = from.at("moderation_words").get<std::string>();
  state.content_hash = from.at("content_hash").get<std::string>();
  state.letters = letter_table(state.audience.size);
  read_letters(from.at("letters"), state.letters);
  read_retries(from.at("retries"), state);
  state.responses = read_responses(from.at("responses"));
  state.verdicts = read_verdicts(from.at("verdicts"));
  if (const auto& trouble = from.at("relay_trouble"); !trouble.is_null())
    state.relay_trouble =
        relay_trouble{moment(trouble.at(0)), trouble.at(1).get<std::string>(), read_notice(trouble.at(2))};
  state.drain = read_drain(from.at("drain"));
  return state;
}

} // namespace

std::string encode_state(const campaign_state& state) {
  json into{
      {"format", format},
      {"id", state.id.value},
      {"last_event", state.last_event},
      {"created_at", number(state.created_at)},
      {"changed_at", number(state.changed_at)},
      {"spec", to_json(state.spec)},
      {"audience", {state.audience.id.value, state.audience.name, state.audience.size, state.audience.hash}},
      {"stage", static_cast<int>(state.stage)},
      {"is_discarded", state.is_discarded},
      {"hold", hold_json(state.hold)},
      {"t0", optional_number(state.t0)},
      {"released_at", optional_number(state.released_at)},
      {"submitted_at", optional_number(state.submitted_at)},
      {"moderation_reasons", state.moderation_reasons},
      {"moderation_notices", to_json(state.moderation_notices)},
      {"moderation_words", state.moderation_words},
      {"content_hash", state.content_hash},
      {"letters", letters_json(state.letters)},
      {"retries", retries_json(state)},
      {"responses", responses_json(state.responses)},
      {"verdicts", verdicts_json(state.verdicts)},
      {"relay_trouble", nullptr},
      {"drain", drain_json(state.drain)}};
  if (state.relay_trouble)
    into["relay_trouble"] = {number(state.relay_trouble->since), state.relay_trouble->text,
                             to_json(state.relay_trouble->notice)};
  std::string text;
  json::to_cbor(into, text);
  return text;
}

std::optional<campaign_state> decode_state(std::string_view text) {
  try {
    const auto from = json::from_cbor(text.begin(), text.end());
    if (from.at("format").get<int>() != format)
      return std::nullopt;
    return read_state(from);
  } catch (const std::exception&) {
    return std::nullopt; // a snapshot that cannot be read costs a replay, nothing else
  }
}

} // namespace sluice
