// Sign-in of people: to the provider, back from it, and out.

#include "adapters/http/routes.hpp"
#include "adapters/http/sign_ins.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"
#include "messages/notice_json.hpp"

#include <spdlog/spdlog.h>

namespace sluice::handlers {

namespace {

using nlohmann::json;

http_response redirect(std::string to) {
  http_response response{303, "", "", {}};
  response.headers.emplace_back("Location", std::move(to));
  return response;
}

/// People see the page, not a problem in JSON: it is told in the fragment, which no server logs.
http_response back_to_page(const error& fault) {
  return redirect("/#sign-in=" + percent_encoded(to_json(notice_of(fault)).dump()));
}

result<void> tell(node& engine, std::vector<house_event> events) {
  if (events.empty())
    return {};
  const auto recorded = engine.store().house().record(std::move(events));
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

void tell_of_ends(node& engine, sign_ins& sessions) {
  const auto now = engine.now();
  std::vector<house_event> events;
  for (auto& one : sessions.sweep(now))
    events.push_back({now, std::move(one.who), house::signed_out{std::move(one.why)}});
  if (const auto told = tell(engine, std::move(events)); !told)
    spdlog::error("the house's log has not taken that sessions have ended: {}", told.error().message);
}

/// Nobody's name but theirs: a token's, or another person's, is not taken.
void name_for_ever(node& engine, oidc_person& person) {
  auto& tokens = engine.store().tokens();
  if (tokens.reserve_name(person.name, person.id))
    return;
  person.name += " " + person.id.substr(person.id.find(':') + 1, 8);
  static_cast<void>(tokens.reserve_name(person.name, person.id));
}

} // namespace

/// Also whether the cookie is one of somebody who is signed in, so that the page need not try.
void sign_in_options(node& engine, const http_request& request, const respond& answer) {
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  auto* const sessions = request.sign_ins.get();
  const auto is_signed_in =
      sessions != nullptr &&
      sessions->find(cookie_in(request.cookies, sessions->session_cookie()), engine.now(), false).has_value();
  answer(json_response(200, {{"oidc", sessions != nullptr}, {"signed_in", is_signed_in}}));
}

void begin_sign_in(node& engine, const http_request& request, const respond& answer) {
  if (!request.sign_ins)
    return answer(problem(make_error(error_code::not_found, notice{"oidc_off"})));
  if (const auto fault = query_reader(request).finish())
    return answer(problem(*fault));
  auto begun = request.sign_ins->begin(engine.now());
  if (!begun)
    return answer(back_to_page(begun.error()));
  auto response = redirect(std::move(begun->url));
  response.headers.emplace_back("Set-Cookie", std::move(begun->cookie));
  answer(std::move(response));
}

/// What the provider adds to the query that we do not know is of no matter (RFC 6749 section 4.1.2).
void finish_sign_in(node& engine, const http_request& request, const respond& answer) {
  if (!request.sign_ins)
    return answer(problem(make_error(error_code::not_found, notice{"oidc_off"})));
  auto& sessions = *request.sign_ins;
  const auto of_query = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string{} : found->second;
  };
  const auto now = engine.now();
  auto person = sessions.finish({of_query("code"), of_query("state"), of_query("iss"), of_query("error")},
                                cookie_in(request.cookies, sessions.begun_cookie()), now);
  auto opened = person ? result<std::string>{} : std::unexpected(person.error());
  if (person) {
    name_for_ever(engine, *person);
    const auto told = tell(
        engine, {{now, {person->name, person->id}, house::signed_in{std::string(name_of(person->role))}}});
    opened = told ? sessions.open(*person, cookie_in(request.cookies, sessions.session_cookie()), now)
                  : std::unexpected(told.error());
  }
  tell_of_ends(engine, sessions);
  auto response = opened ? redirect("/") : back_to_page(opened.error());
  response.headers.emplace_back("Set-Cookie", sessions.cleared(sessions.begun_cookie()));
  if (opened)
    response.headers.emplace_back("Set-Cookie", *std::move(opened));
  answer(std::move(response));
}

/// A token has no session: nothing is ended by it.
void sign_out(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  if (const auto fault = object_reader(*body, "").finish())
    return answer(problem(*fault));
  http_response response{204, "", "", {}};
  if (request.sign_ins && !request.csrf.empty()) {
    auto& sessions = *request.sign_ins;
    sessions.close(cookie_in(request.cookies, sessions.session_cookie()));
    tell_of_ends(engine, sessions);
    response.headers.emplace_back("Set-Cookie", sessions.cleared(sessions.session_cookie()));
  }
  answer(std::move(response));
}

} // namespace sluice::handlers
