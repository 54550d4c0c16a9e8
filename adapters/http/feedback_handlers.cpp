// What comes back from the world: bounces, complaints, unsubscribes. Whoever receives them (a bounce mailbox, a feedback
// loop, the page behind List-Unsubscribe) says so here, and the address gets no more letters. Where the envelope sender
// named its letter (messages/envelope_sender.hpp), the address that a bounce came to is enough.

#include "actors/audit/log_queries.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/scope.hpp"
#include "messages/address.hpp"
#include "messages/envelope_sender.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <algorithm>
#include <array>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::size_t items_max = 1000;
constexpr std::size_t address_bytes_max = 320;

struct feedback {
  std::string reason; ///< of the suppression; empty: none is made
  std::string email;  ///< as `folded` has it
  std::string list;   ///< that it is about; empty: all
  std::optional<returned_letter> letter;
};

struct feedback_kind {
  std::string_view name;
  std::string_view reason;
};
constexpr std::array<feedback_kind, 3> kinds{
    {{"bounce", "bounced"}, {"complaint", "complained"}, {"unsubscribe", "unsubscribed"}}};

/// The recipient of the letter that the address belongs to.
result<std::string> recipient_of(node& engine, const returned_letter& letter) {
  const auto campaign = engine.campaigns().find(letter.campaign, engine.now());
  if (!campaign)
    return std::unexpected(no_such_campaign(engine.store().removed_campaigns(), letter.campaign));
  auto row = letter_recipient(engine.store(), *campaign, letter.letter);
  if (!row)
    return std::unexpected(row.error());
  return folded(row->row.email);
}

result<feedback> read_feedback(node& engine, const json& body, const std::string& path) {
  object_reader from(body, path);
  feedback read;
  const auto kind = from.text("kind", 40);
  const auto known = std::ranges::find(kinds, kind, &feedback_kind::name);
  if (known == kinds.end())
    from.fail("kind", notice{"must_be_one_of", {{"names", "\"bounce\", \"complaint\" or \"unsubscribe\""}}});
  const auto is_permanent = from.has("permanent") ? from.flag("permanent") : true;
  const auto email = from.text("email", address_bytes_max);
  const auto to = from.text("to", address_bytes_max);
  read.list = from.text("list", list_name_bytes_max);
  if (email.empty() == to.empty())
    from.fail("email", notice{"feedback_of_whom"});
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  if (kind != "bounce" || is_permanent)
    read.reason = known->reason;
  if (!to.empty()) {
    read.letter = read_envelope_sender(to, engine.store().secret());
    if (!read.letter)
      return failure(
          error_code::invalid_input,
          notice{"feedback_sender_unknown", {{"field", from.path_of("to")}, {"address", excerpt(to)}}});
    auto recipient = recipient_of(engine, *read.letter);
    if (!recipient)
      return std::unexpected(recipient.error());
    read.email = *std::move(recipient);
    return read;
  }
  auto address = parse_address(email);
  if (!address) {
    auto what = notice_of(address.error());
    what.add({"field", from.path_of("email")});
    return failure(error_code::invalid_input, std::move(what));
  }
  read.email = folded(*address);
  return read;
}

result<std::vector<feedback>> read_all(node& engine, const json& body) {
  std::vector<feedback> all;
  if (!body.contains("items")) {
    auto one = read_feedback(engine, body, "");
    if (!one)
      return std::unexpected(one.error());
    all.push_back(*std::move(one));
    return all;
  }
  object_reader from(body, "");
  if (from.has("items") && !from.at("items").is_array())
    from.fail("items", notice{"must_be_list"});
  else if (from.has("items") && from.at("items").size() > items_max)
    from.fail("items", notice{"too_many_items", {{"max", items_max}}});
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  for (const auto& item : body.at("items")) {
    auto one = read_feedback(engine, item, "items." + std::to_string(all.size()));
    if (!one)
      return std::unexpected(one.error());
    all.push_back(*std::move(one));
  }
  return all;
}

/// A limited token is not told of campaigns outside of its scope, although their bounces are taken from everybody.
bool is_shown(node& engine, const http_request& request, campaign_id id) {
  if (!request.who.scope.is_limited())
    return true;
  const auto view = engine.campaigns().find(id, engine.now());
  return view && is_in_scope(request.who.scope, view->spec);
}

} // namespace

void take_feedback(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  const auto all = read_all(engine, *body);
  if (!all)
    return answer(problem(all.error()));
  std::vector<suppression> entries;
  for (const auto& one : *all)
    if (!one.reason.empty())
      entries.push_back({one.email, one.reason, engine.now(), one.list});
  const auto added = engine.store().suppressions().add(entries, request.done_at(engine.now()));
  if (!added)
    return answer(problem(added.error()));
  json items = json::array();
  for (const auto& one : *all) {
    json item{{"email", one.email},
              {"suppressed", !one.reason.empty()},
              {"campaign", nullptr},
              {"letter", nullptr}};
    if (one.letter && is_shown(engine, request, one.letter->campaign)) {
      item["campaign"] = to_string(one.letter->campaign);
      item["letter"] = one.letter->letter;
    }
    items.push_back(std::move(item));
  }
  answer(json_response(200, {{"items", std::move(items)}, {"added", *added}}));
}

} // namespace sluice::handlers
