#include "actors/test_copy.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "messages/address.hpp"
#include "messages/json.hpp"

namespace sluice::handlers {

namespace {

using nlohmann::json;

/// The addresses that a body names, checked; each once.
std::vector<std::string> addresses_in(object_reader& from) {
  std::vector<std::string> addresses;
  if (!from.has("addresses") || !from.at("addresses").is_array() || from.at("addresses").empty() ||
      from.at("addresses").size() > test_copies_max) {
    from.fail("addresses", notice{"addresses_needed", {{"max", test_copies_max}}});
    return addresses;
  }
  for (const auto& one : from.at("addresses")) {
    auto address = parse_address(one.is_string() ? one.get<std::string>() : std::string{});
    if (!address)
      from.fail("addresses", notice_of(address.error()));
    else if (std::ranges::find(addresses, wire_address(*address), wire_address) == addresses.end())
      addresses.push_back(std::move(*address));
  }
  return addresses;
}

json result_json(const test_copy_result& one) {
  auto shown = to_json(one.answer);
  shown["address"] = one.address;
  shown["outcome"] = name_of(one.outcome);
  return shown;
}

} // namespace

void send_test_copy(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto addresses = addresses_in(from);
  const auto index = from.number("index", 0, letters_max).value_or(0);
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  const auto view = whole_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  const auto& rules = engine.settings().test_copies;
  for (const auto& one : addresses)
    if (!is_allowed(rules, one))
      return answer(problem(
          make_error(error_code::not_permitted, notice{"test_copy_address_forbidden", {{"address", one}}})));
  if (const auto checked = check_test_copy(engine.store(), *view, static_cast<letter_index>(index),
                                           engine.settings().moderation);
      !checked)
    return answer(problem(checked.error()));
  if (const auto free_at =
          request.test_copy_quota->take(request.who.id, addresses.size(), rules.per_hour, engine.now()))
    return answer(
        problem(make_error(error_code::not_permitted,
                           notice{"test_copies_used_up", {{"max", rules.per_hour}, {"until", *free_at}}})));
  auto copies =
      make_test_copies(engine.store(), *view, static_cast<letter_index>(index), addresses, engine.now());
  if (!copies)
    return answer(problem(copies.error()));
  send_test_copies(engine.system(), engine.relay(), std::move(*copies), test_copy_timeout,
                   [&engine, by = request.done_at(engine.now()), id = view->id, index, go_on = request.go_on,
                    answer](const std::vector<test_copy_result>& results) {
                     // On a thread that may wait for the disk. Who is answered finds them in the log.
                     go_on([&engine, by, id, index, results, answer] {
                       tell_of_test_copies(engine, by, id, static_cast<letter_index>(index), results);
                       json items = json::array();
                       for (const auto& one : results)
                         items.push_back(result_json(one));
                       answer(json_response(200, {{"items", std::move(items)}}));
                     });
                   });
}

} // namespace sluice::handlers
