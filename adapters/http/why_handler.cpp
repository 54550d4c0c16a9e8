#include "actors/audit/why.hpp"
#include "adapters/http/routes.hpp"
#include "messages/address.hpp"
#include "messages/json.hpp"
#include "messages/list_name.hpp"
#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice::handlers {

namespace {

using nlohmann::json;

json reason_json(const letter_reason& reason) {
  return {{"code", reason.code},
          {"text", reason.text},
          {"notice", to_json(reason.notice)},
          {"until", reason.until ? json(format_timestamp(*reason.until)) : json()}};
}

/// What the suppression list and the relay say of the letter's recipient.
result<letter_circumstances>
circumstances_of(node& engine, const campaign_view& view, const letter_row& letter) {
  const auto now = engine.now();
  const auto suppressed =
      engine.store().suppressions().find({letter.email}, {list_name_of(view.spec, view.audience), now});
  if (!suppressed)
    return std::unexpected(suppressed.error());
  return letter_circumstances{suppressed->front(),
                              engine.relay().waits_for(ascii_domain(domain_of(letter.email))), now};
}

} // namespace

void show_why(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto address = query.text("address");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  if (address.empty())
    return answer(problem(make_error(error_code::invalid_input, notice{"address_needed"})));
  const auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto letter = find_letter(engine.store(), *view, address, request.letters.get());
  if (!letter)
    return answer(problem(letter.error()));
  const auto around = circumstances_of(engine, *view, *letter);
  if (!around)
    return answer(problem(around.error()));
  const auto reasons = why_letter(*view, *letter, *around);
  auto body = reason_json(reasons.front());
  body["address"] = letter->is_erased ? std::string{"erased"} : letter->email;
  body["index"] = letter->index;
  body["state"] = name_of(letter->state);
  body["also"] = json::array();
  for (auto at = reasons.begin() + 1; at != reasons.end(); ++at)
    body["also"].push_back(reason_json(*at));
  answer(json_response(200, body));
}

} // namespace sluice::handlers
