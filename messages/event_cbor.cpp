// The stored body of an event. Claims and outcomes, which are nearly all of a log, are written and read
// here item by item; every other type takes the way through JSON. Both ways write the same map in the same
// order (keys sorted), so that it does not matter to a reader which of them wrote.

#include "messages/cbor.hpp"
#include "messages/check.hpp"
#include "messages/event_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {

/// Our own maps are four deep (event, spec, plan, parts).
constexpr int body_depth_max = 16;
constexpr std::uint64_t version = 1;
/// An event's map without its letters and texts takes less.
constexpr std::size_t frame_bytes = 64;
constexpr std::size_t range_bytes_max = 10;

// -- writing --------------------------------------------------------------------------------------------
// What a reader refuses is never written: it would take the whole log with it.

void check_storable(const letter_ranges& letters) {
  check(!letters.empty(), "an event about letters names one at least");
  check(letters.ranges().back().end <= letters_max, "no letter is beyond letters_max");
}

void check_storable(const claimed& it) {
  check_storable(it.letters);
}

void check_storable(const settled& it) {
  check(!it.groups.empty(), "outcomes are those of one letter at least");
  for (const auto& group : it.groups) {
    check_storable(group.letters);
    check(static_cast<std::size_t>(group.outcome) < letter_state_count &&
              group.outcome != letter_state::claimed,
          "a claim is no outcome");
    check(!group.is_provisional || group.outcome == letter_state::deferred,
          "a provisional refusal keeps its letter open");
  }
}

void check_storable(const doubt_settled& it) {
  check_storable(it.letters);
  check(it.resend || !it.is_relay_gone, "letters that are given up leave through no relay");
}

void check_storable(const refusals_settled& it) {
  check_storable(it.letters);
}

template <class Draft>
  requires requires(const Draft& it) { it.spec.plan; }
void check_storable(const Draft& it) {
  const auto& start_at = it.spec.plan.start_at;
  check(!start_at || parse_timestamp(format_timestamp(*start_at)) == *start_at,
        "a plan starts in a year that can be written");
}

template <class Other>
void check_storable(const Other&) {}

void write_letters(cbor_writer& into, const letter_ranges& letters) {
  into.text("letters");
  into.array(2 * letters.ranges().size());
  for (const auto& range : letters) {
    into.number(range.begin);
    into.number(range.end);
  }
}

void write_group(cbor_writer& into, const settled_group& group) {
  const auto& answer = group.answer;
  const auto is_deferred = group.outcome == letter_state::deferred;
  into.map(2U + (answer.code != 0 ? 1U : 0U) + (answer.enhanced.empty() ? 0U : 1U) + (is_deferred ? 1U : 0U) +
           (answer.text.empty() ? 0U : 1U));
  if (answer.code != 0) {
    into.text("code");
    into.number(answer.code);
  }
  if (!answer.enhanced.empty()) {
    into.text("enhanced");
    into.text(answer.enhanced);
  }
  write_letters(into, group.letters);
  into.text("outcome");
  into.text(name_of(group.outcome));
  if (is_deferred) {
    into.text("retry_at");
    into.integer(group.retry_at.time_since_epoch().count());
  }
  if (!answer.text.empty()) {
    into.text("text");
    into.text(answer.text);
  }
}

void write_fields(cbor_writer& into, const claimed& it) {
  write_letters(into, it.letters);
}

void write_fields(cbor_writer& into, const settled& it) {
  into.text("groups");
  into.array(it.groups.size());
  for (const auto& group : it.groups)
    write_group(into, group);
}

std::size_t bytes_max(const claimed& it) {
  return range_bytes_max * it.letters.ranges().size();
}

std::size_t bytes_max(const settled& it) {
  std::size_t bytes = 0;
  for (const auto& group : it.groups)
    bytes += frame_bytes + range_bytes_max * group.letters.ranges().size() + group.answer.enhanced.size() +
             group.answer.text.size();
  return bytes;
}

template <class Body>
std::vector<std::uint8_t> encode_directly(const event& value, const Body& body) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(frame_bytes + value.by.size() + bytes_max(body));
  cbor_writer into(bytes);
  into.map(value.by.empty() ? 4 : 5);
  into.text("at");
  into.integer(value.at.time_since_epoch().count());
  if (!value.by.empty()) {
    into.text("by");
    into.text(value.by);
  }
  write_fields(into, body);
  into.text("t");
  into.text(type_of(value.body));
  into.text("v");
  into.number(version);
  return bytes;
}

// -- reading --------------------------------------------------------------------------------------------
// A function below answers with nothing when the bytes are not what is written above, to the letter. That is
// no verdict: then the general reader looks at them, and finds either an event or the words for the fault.

/// Takes what was read unless the field was there before.
template <class Into, class Read>
bool take(std::optional<Into>& field, std::optional<Read>&& read) {
  if (field || !read)
    return false;
  field = std::move(*read);
  return true;
}

std::optional<letter_ranges> read_letters(cbor_reader& from) {
  const auto items = from.array();
  if (!items || *items == 0 || *items % 2 != 0)
    return std::nullopt;
  letter_ranges letters;
  std::optional<letter_index> last_end;
  for (std::uint64_t at = 0; at < *items; at += 2) {
    const auto begin = from.number();
    const auto end = from.number();
    if (!begin || !end || *begin >= *end || *end > letters_max || (last_end && *begin <= *last_end))
      return std::nullopt;
    last_end = static_cast<letter_index>(*end);
    letters.add({static_cast<letter_index>(*begin), *last_end});
  }
  return letters;
}

std::optional<settled_group> read_group(cbor_reader& from) {
  std::optional<std::uint64_t> code;
  std::optional<std::string_view> enhanced;
  std::optional<letter_ranges> letters;
  std::optional<std::string_view> outcome;
  std::optional<std::int64_t> retry_at;
  std::optional<std::string_view> text;
  const auto pairs = from.map();
  if (!pairs)
    return std::nullopt;
  for (std::uint64_t at = 0; at < *pairs; ++at) {
    const auto key = from.text();
    const auto is_taken = key && ((*key == "code" && take(code, from.number())) ||
                                  (*key == "enhanced" && take(enhanced, from.text())) ||
                                  (*key == "letters" && take(letters, read_letters(from))) ||
                                  (*key == "outcome" && take(outcome, from.text())) ||
                                  (*key == "retry_at" && take(retry_at, from.integer())) ||
                                  (*key == "text" && take(text, from.text())));
    if (!is_taken)
      return std::nullopt;
  }
  const auto state = outcome ? parse_letter_state(*outcome) : std::nullopt;
  if (!letters || !state || *state == letter_state::claimed || code.value_or(0) > UINT16_MAX ||
      retry_at.has_value() != (*state == letter_state::deferred))
    return std::nullopt;
  return settled_group{*state,
                       std::move(*letters),
                       {static_cast<std::uint16_t>(code.value_or(0)), std::string{enhanced.value_or("")},
                        std::string{text.value_or("")}},
                       timestamp{milliseconds{retry_at.value_or(0)}}};
}

std::optional<std::vector<settled_group>> read_groups(cbor_reader& from) {
  const auto items = from.array();
  if (!items || *items == 0)
    return std::nullopt;
  std::vector<settled_group> groups;
  for (std::uint64_t at = 0; at < *items; ++at) {
    auto group = read_group(from);
    if (!group)
      return std::nullopt;
    groups.push_back(std::move(*group));
  }
  return groups;
}

std::optional<event> decode_directly(std::span<const std::uint8_t> body) {
  std::optional<std::int64_t> moment;
  std::optional<std::string_view> by;
  std::optional<letter_ranges> letters;
  std::optional<std::vector<settled_group>> groups;
  std::optional<std::string_view> type;
  std::optional<std::uint64_t> read_version;
  cbor_reader from(body);
  const auto pairs = from.map();
  if (!pairs)
    return std::nullopt;
  for (std::uint64_t at = 0; at < *pairs; ++at) {
    const auto key = from.text();
    const auto is_taken =
        key &&
        ((*key == "at" && take(moment, from.integer())) || (*key == "by" && take(by, from.text())) ||
         (*key == "letters" && take(letters, read_letters(from))) ||
         (*key == "groups" && take(groups, read_groups(from))) || (*key == "t" && take(type, from.text())) ||
         (*key == "v" && take(read_version, from.number())));
    if (!is_taken)
      return std::nullopt;
  }
  if (!from.is_done() || !moment || read_version != version || letters.has_value() == groups.has_value())
    return std::nullopt;
  event value{timestamp{milliseconds{*moment}}, std::string{by.value_or("")}, {}};
  if (letters && type == type_of(claimed{}))
    value.body = claimed{std::move(*letters)};
  else if (groups && type == type_of(settled{}))
    value.body = settled{std::move(*groups)};
  else
    return std::nullopt;
  return value;
}

} // namespace

std::vector<std::uint8_t> encode_event(const event& value) {
  std::visit([](const auto& body) { check_storable(body); }, value.body);
  if (const auto* body = std::get_if<claimed>(&value.body); body != nullptr && body->relay.empty())
    return encode_directly(value, *body);
  if (const auto* body = std::get_if<settled>(&value.body);
      body != nullptr && !has_notice(*body) && !has_provisional(*body))
    return encode_directly(value, *body);
  return nlohmann::json::to_cbor(to_json(value));
}

result<event> decode_event(std::span<const std::uint8_t> body) {
  if (auto directly = decode_directly(body))
    return std::move(*directly);
  // The library's reader recurses as deep as the bytes say and takes texts as they come: not before this.
  if (!is_well_formed_cbor(body, body_depth_max))
    return failure(error_code::corrupt,
                   notice{"event_unreadable", {{"fault", "it is not well-formed CBOR"}}});
  try {
    return event_from_json(nlohmann::json::from_cbor(body));
  } catch (const std::exception& fault) {
    return failure(error_code::corrupt, notice{"event_unreadable", {{"fault", fault.what()}}});
  }
}

} // namespace sluice
