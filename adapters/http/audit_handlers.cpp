#include "actors/audit/audit.hpp"
#include "actors/audit/house_audit.hpp"
#include "actors/audit/log_history.hpp"
#include "actors/audit/seal.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <charconv>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t export_page_default = 1000;
constexpr std::uint64_t export_page_max = 10'000;

/// One thread: the engine sends meanwhile.
audit_request gentle_audit(node& engine, std::optional<campaign_id> only) {
  return {.only = only, .seal = nullptr, .threads = 1, .now = engine.now()};
}

/// The log that a text names, a campaign's or the house's; nothing for an empty one.
result<std::optional<campaign_id>> campaign_in(const std::string& text) {
  if (text.empty())
    return std::nullopt;
  const auto id = parse_log_name(text);
  if (!id)
    return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", excerpt(text)}}});
  return *id;
}

/// Behind which record a page of an export begins: "c1.57".
struct export_cursor {
  campaign_id campaign;
  event_number number = 0;
};

std::optional<export_cursor> parse_cursor(const std::string& text) {
  const auto point = text.find('.');
  if (point == std::string::npos)
    return std::nullopt;
  const auto campaign = parse_log_name(std::string_view(text).substr(0, point));
  event_number number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + point + 1, end, number);
  if (!campaign || read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return export_cursor{*campaign, number};
}

/// The records of a page, and where the next one begins.
result<http_response> export_page(const journal& from,
                                  const std::vector<campaign_id>& campaigns,
                                  const std::optional<export_cursor>& after,
                                  std::uint64_t limit) {
  json_page page(limit);
  std::string next;
  export_cursor last;
  for (const auto id : campaigns) {
    if (!next.empty() || (after && id < after->campaign))
      continue;
    const auto first = after && id == after->campaign ? after->number + 1 : 0;
    const auto read = from.read_raw(id, first, [&](const raw_record& record) {
      if (page.is_full()) {
        next = log_name(last.campaign) + "." + std::to_string(last.number);
        return false;
      }
      page.add(export_line(id, record));
      last = {id, record.number};
      return true;
    });
    if (!read)
      return std::unexpected(read.error());
  }
  return page.answer(next);
}

} // namespace

void show_story(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto address = query.text("address");
  query.limit(export_page_max, export_page_max);
  query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (address.empty())
    return answer(problem(make_error(error_code::invalid_input, notice{"address_needed"})));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto story = letter_story(engine.store(), view->id, address);
  if (!story)
    return answer(problem(story.error()));
  const auto recipient = recipient_proof(engine.store(), view->id, address);
  if (!recipient)
    return answer(problem(recipient.error()));
  json items = json::array();
  for (const auto& one : *story)
    items.push_back(to_json(one));
  answer(json_response(200, {{"items", std::move(items)}, {"next", nullptr}, {"recipient", *recipient}}));
}

void show_replay(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto at = query.number("at", 0, UINT64_MAX);
  const auto time = query.text("time");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  replay_point upto;
  if (at > 0)
    upto.number = at;
  if (!time.empty()) {
    const auto moment = parse_timestamp(time);
    if (!moment)
      return answer(
          problem(make_error(error_code::invalid_input, notice_of(moment.error()).add({"field", "time"}))));
    upto.time = *moment;
  }
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto state = replay_log(engine.store(), view->id, upto);
  answer(state ? json_response(200, to_json(*state)) : problem(state.error()));
}

void show_diff(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto first = query.number("from", 0, UINT64_MAX);
  const auto last = query.number("to", 0, UINT64_MAX);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto difference = compare_log(engine.store(), view->id, first, last);
  answer(difference ? json_response(200, *difference) : problem(difference.error()));
}

void audit(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto only = query.text("campaign");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto campaign = campaign_in(only);
  if (!campaign)
    return answer(problem(campaign.error()));
  const auto report = verify_logs(engine.store(), gentle_audit(engine, *campaign));
  answer(report ? json_response(200, to_json(*report)) : problem(report.error()));
}

/// Body {seal, campaign?, public_key?}.
void audit_against_seal(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto only = from.text("campaign", 60);
  const auto signer = from.text("public_key", 200);
  const auto given = from.has("seal") ? from.at("seal") : json::object();
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto campaign = campaign_in(only);
  if (!campaign)
    return answer(problem(campaign.error()));
  const auto seal = seal_from_json(given);
  if (!seal)
    return answer(problem(seal.error()));
  const auto report = verify_sealed(engine.store(), gentle_audit(engine, *campaign), *seal, signer);
  answer(report ? json_response(200, to_json(*report)) : problem(report.error()));
}

void make_seal(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  if (const auto fault = object_reader(*body, "").finish())
    return answer(problem(*fault));
  const auto key = ed25519_key::load_or_make(engine.settings().data_folder / seal_key_file);
  if (!key)
    return answer(problem(key.error()));
  const auto seal = seal_logs(engine.store(), *key, engine.now());
  if (!seal)
    return answer(problem(seal.error()));
  const auto by = request.done_at(engine.now());
  const auto recorded = engine.store().house().record(
      {{by.at, by.by,
        house::sealed{seal->heads.size() + 1,
                      to_hex(sha256({reinterpret_cast<const char*>(seal->signature.data()),
                                     seal->signature.size()}))}}});
  answer(recorded ? json_response(200, to_json(*seal)) : problem(recorded.error()));
}

void export_records(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto only = query.text("campaign");
  const auto limit = query.limit(export_page_default, export_page_max);
  const auto after = query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto cursor = parse_cursor(after);
  if (!after.empty() && !cursor)
    return answer(
        problem(make_error(error_code::invalid_input, notice{"place_wrong", {{"field", "after"}}})));
  const auto campaign = campaign_in(only);
  if (!campaign)
    return answer(problem(campaign.error()));
  const auto campaigns = campaigns_to_export(engine.store(), *campaign);
  if (!campaigns)
    return answer(problem(campaigns.error()));
  if (after.empty())
    if (auto told = tell_of_export(engine, request, "log", only, 0); !told)
      return answer(problem(told.error()));
  const auto page = export_page(engine.store().journal(), *campaigns, cursor, limit);
  answer(page ? *page : problem(page.error()));
}

} // namespace sluice::handlers
