#include "actors/audience_derivation.hpp"
#include "actors/draft_commands.hpp"
#include "adapters/http/audience_json.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/kept_answers.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/scope.hpp"
#include "messages/json.hpp"

#include <algorithm>
#include <numeric>

namespace sluice::handlers {

namespace {

using nlohmann::json;
using derived = result<std::vector<audience_info>>;

constexpr std::size_t id_text_bytes_max = 40;
constexpr std::size_t campaign_name_bytes_max = 200;

/// Goes on step by step, so that imports and other lists have their turn on the same threads.
void run_derivation(const std::shared_ptr<audience_derivation>& work,
                    const act& by,
                    const std::function<void(std::function<void()>)>& go_on,
                    const audience_key_maker& key,
                    const std::function<void(derived)>& done) {
  const auto is_whole = work->step();
  if (!is_whole)
    return done(std::unexpected(is_whole.error()));
  if (*is_whole)
    return done(work->commit(by, key));
  go_on([work, by, key, go_on, done] { run_derivation(work, by, go_on, key, done); });
}

/// A text list of a body, each read by `parse`; `wanted` is said of one that is none.
template <class Value, class Parse>
std::vector<Value> list_in(object_reader& from, const char* field, const notice& wanted, const Parse& parse) {
  std::vector<Value> values;
  if (!from.has(field))
    return values;
  const auto& given = from.at(field);
  if (!given.is_array() || given.empty() || given.size() > derivation_audiences_max) {
    from.fail(field, wanted);
    return values;
  }
  for (const auto& one : given) {
    const auto value = one.is_string() ? parse(one.template get<std::string>()) : std::nullopt;
    if (!value) {
      from.fail(field, wanted);
      break;
    }
    if (std::ranges::find(values, *value) == values.end())
      values.push_back(*value);
  }
  return values;
}

std::vector<letter_selection> outcomes_in(object_reader& from) {
  return list_in<letter_selection>(
      from, "outcomes",
      notice{"must_be_one_of",
             {{"names", "a list of \"accepted\", \"refused\", \"skipped\", \"not_sent\" and \"in_doubt\""}}},
      parse_letter_selection);
}

std::string outcomes_text(const std::vector<letter_selection>& outcomes) {
  std::string text;
  for (const auto one : outcomes)
    text += (text.empty() ? "" : ", ") + std::string{name_of(one)};
  return text;
}

/// So that it fits: at most `bytes_max`, no character cut in two.
std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0U) == 0x80)
    --bytes_max;
  text.resize(bytes_max);
  return text;
}

result<derivation_ptr> derivation_by_outcome(node& engine, object_reader& from, std::string name) {
  const auto id = parse_campaign_id(from.text("campaign", id_text_bytes_max));
  const auto outcomes = outcomes_in(from);
  if (!id)
    from.fail("campaign", notice{"must_be_campaign_id"});
  if (outcomes.empty())
    from.fail("outcomes", notice{"outcomes_needed"});
  if (const auto fault = from.finish())
    return std::unexpected(*fault);
  const auto view = engine.campaigns().find(*id, engine.now());
  if (!view)
    return std::unexpected(no_such_campaign(engine.store().removed_campaigns(), *id));
  if (name.empty())
    name = shortened(view->spec.name, audience_name_bytes_max - 60) + ": " + outcomes_text(outcomes);
  return derive_by_outcome(engine.store(), *id, outcomes, std::move(name), engine.now());
}

result<derivation_ptr> derivation_by_sets(node& engine, object_reader& from, std::string name) {
  const auto what = parse_set_operation(from.text("operation", id_text_bytes_max));
  if (!what)
    from.fail("operation", notice{"must_be_one_of", {{"names", "\"and\", \"or\" or \"without\""}}});
  const auto audiences = list_in<audience_id>(
      from, "audiences", notice{"must_be_audience_ids", {{"max", derivation_audiences_max}}},
      parse_audience_id);
  if (audiences.size() < 2)
    from.fail("audiences", notice{"must_be_audience_ids", {{"max", derivation_audiences_max}}});
  if (const auto fault = from.finish())
    return std::unexpected(*fault);
  if (name.empty())
    return failure(error_code::invalid_input, notice{"audience_name_needed"});
  return derive_by_sets(engine.store(), *what, audiences, std::move(name), engine.now());
}

std::vector<unsigned> percents_in(object_reader& from) {
  std::vector<unsigned> percents;
  const auto& given = from.has("split") ? from.at("split") : json::array();
  if (given.is_array() && given.size() <= derivation_audiences_max)
    for (const auto& one : given)
      percents.push_back(one.is_number_unsigned() && one.get<std::uint64_t>() <= 100 ? one.get<unsigned>()
                                                                                     : 0);
  const auto has_none = std::ranges::find(percents, 0U) != percents.end();
  if (percents.size() < 2 || has_none || std::reduce(percents.begin(), percents.end()) != 100)
    from.fail("split", notice{"split_percents_wrong", {{"max", derivation_audiences_max}}});
  return percents;
}

result<derivation_ptr> derivation_of_split(node& engine, object_reader& from, std::string name) {
  const auto id = parse_audience_id(from.text("audience", id_text_bytes_max));
  if (!id)
    from.fail("audience", notice{"must_be_audience_id"});
  const auto percents = percents_in(from);
  if (const auto fault = from.finish())
    return std::unexpected(*fault);
  const auto info = engine.store().audiences().info(*id);
  if (!info)
    return std::unexpected(info.error());
  if (name.empty())
    name = info->name;
  // The parts have their numbers behind it.
  return derive_split(engine.store(), *id, percents, shortened(std::move(name), audience_name_bytes_max - 3),
                      engine.now());
}

result<derivation_ptr> derivation_in(node& engine, const json& body) {
  object_reader whole(body, "");
  auto name = whole.text("name", audience_name_bytes_max);
  const auto of = whole.has("from") ? whole.at("from") : json::object();
  object_reader from(of, "from");
  const auto has_campaign = from.has("campaign");
  const auto has_sets = from.has("operation");
  const auto has_split = from.has("split");
  if (has_campaign + has_sets + has_split != 1)
    whole.fail("from", notice{"derivation_needed"});
  if (const auto fault = whole.finish())
    return std::unexpected(*fault);
  // Read anew, so that each kind knows its own fields only.
  object_reader fields(of, "from");
  if (has_campaign)
    return derivation_by_outcome(engine, fields, std::move(name));
  if (has_sets)
    return derivation_by_sets(engine, fields, std::move(name));
  return derivation_of_split(engine, fields, std::move(name));
}

http_response derived_response(const std::vector<audience_info>& made) {
  json items = json::array();
  for (const auto& info : made)
    items.push_back(audience_json(info));
  return json_response(201, {{"items", std::move(items)}});
}

// -- copies of campaigns ----------------------------------------------------------------------------------

/// The original's name with the next free number behind it: "Sale", "Sale (2)", "Sale (3)".
std::string name_of_copy(node& engine, std::string_view original) {
  auto base = original;
  if (base.ends_with(')')) {
    const auto begin = base.rfind(" (");
    const auto digits = begin == std::string_view::npos ? std::string_view{}
                                                        : base.substr(begin + 2, base.size() - begin - 3);
    if (begin > 0 && !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos)
      base = base.substr(0, begin);
  }
  const auto stem = shortened(std::string{base}, campaign_name_bytes_max - 12);
  const auto views = engine.campaigns().all();
  for (std::size_t number = 2;; ++number) {
    auto name = stem + " (" + std::to_string(number) + ")";
    if (std::ranges::none_of(views, [&](const view_ptr& one) { return one->spec.name == name; }))
      return name;
  }
}

struct copy_request {
  std::string name;
  std::vector<letter_selection> outcomes;
  std::optional<audience_id> audience;
};

result<copy_request> copy_in(const json& body) {
  object_reader from(body, "");
  copy_request asked{from.text("name", campaign_name_bytes_max), outcomes_in(from), {}};
  if (from.has("outcomes") && asked.outcomes.empty())
    from.fail("outcomes", notice{"outcomes_needed"});
  if (from.has("audience")) {
    asked.audience = parse_audience_id(from.text("audience", id_text_bytes_max));
    if (!asked.audience)
      from.fail("audience", notice{"must_be_audience_id"});
    if (!asked.outcomes.empty())
      from.fail("audience", notice{"copy_audience_or_outcomes"});
  }
  if (const auto fault = from.finish())
    return std::unexpected(*fault);
  return asked;
}

http_response made_response(node& engine, const campaign_view& made) {
  const auto shown = whole_json(engine, made);
  if (!shown)
    return problem(shown.error());
  auto response = json_response(201, *shown);
  response.headers.emplace_back("Location", "/v1/campaigns/" + to_string(made.id));
  return response;
}

/// The draft itself. `made_for_it`: an audience that nobody wants where there comes no draft of it.
void create_copy(node& engine,
                 sluice::create_campaign what,
                 std::optional<audience_id> made_for_it,
                 const act& by,
                 const std::function<void(std::function<void()>)>& go_on,
                 const respond& answer) {
  engine.create(std::move(what),
                [&engine, made_for_it, by, go_on, answer](const result<campaign_view>& made) {
                  go_on([&engine, made_for_it, by, answer, made] {
                    // Refused; or the same key came twice at once, and the other's draft has an audience of its own.
                    if (made_for_it && (!made || made->audience.id != *made_for_it))
                      static_cast<void>(engine.store().audiences().remove(*made_for_it, by).has_value());
                    answer(made ? made_response(engine, *made) : problem(made.error()));
                  });
                });
}

/// Made of a campaign's letters, a list is for those who see that campaign.
result<void> check_derivation(node& engine, const http_request& request, const json& body) {
  const auto from = body.find("from");
  if (!request.who.scope.is_limited() || from == body.end() || !from->is_object() ||
      !from->contains("campaign"))
    return {};
  const auto text = (*from)["campaign"].is_string() ? (*from)["campaign"].get<std::string>() : std::string{};
  const auto id = parse_campaign_id(text);
  const auto view = id ? engine.campaigns().find(*id, engine.now()) : std::nullopt;
  if (!view || is_in_scope(request.who.scope, view->spec))
    return {};
  return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", excerpt(text)}}});
}

} // namespace

void derive_audiences(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  if (auto within = check_derivation(engine, request, *body); !within)
    return answer(problem(within.error()));
  auto work = derivation_in(engine, *body);
  if (!work)
    return answer(problem(work.error()));
  audience_key_maker key;
  if (request.kept_under)
    key = [&engine, under = *request.kept_under](const std::vector<audience_info>& made) {
      return kept_record(under, derived_response(made), engine.now());
    };
  run_derivation(std::shared_ptr(*std::move(work)), request.done_at(engine.now()), request.go_on, key,
                 [answer, is_kept = request.kept_under.has_value()](const derived& made) {
                   if (!made)
                     return answer(problem(made.error()));
                   auto response = derived_response(*made);
                   response.is_kept = is_kept;
                   answer(std::move(response));
                 });
}

void copy_campaign(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  const auto asked = copy_in(*body);
  if (!asked)
    return answer(problem(asked.error()));
  const auto original = whole_campaign(engine, request);
  if (!original)
    return answer(problem(original.error()));
  sluice::create_campaign what{.spec = original->spec,
                               .audience = asked->audience.value_or(original->audience.id),
                               .by = request.who.name,
                               .idempotency_key = request.idempotency_key,
                               .accepts_left_out =
                                   !asked->audience, // somebody has accepted it for the original
                               .copied_from = original->id,
                               .by_id = request.who.id};
  const auto before = draft_made_before(engine.store(), what);
  if (!before)
    return answer(problem(before.error()));
  if (*before) {
    const auto made = engine.campaigns().find(**before, engine.now());
    return answer(made ? made_response(engine, *made)
                       : problem(gone_meanwhile(engine.store().removed_campaigns(), **before)));
  }
  if (auto within = check_within(request.who, what.spec); !within)
    return answer(problem(within.error()));
  what.spec.name = asked->name.empty() ? name_of_copy(engine, original->spec.name) : asked->name;
  if (asked->outcomes.empty())
    return create_copy(engine, std::move(what), std::nullopt, request.done_at(engine.now()), request.go_on,
                       answer);
  // Called as the original's: it is the same list, and who has left that gets no letter of the copy.
  auto work =
      derive_by_outcome(engine.store(), original->id, asked->outcomes, original->audience.name, engine.now());
  if (!work)
    return answer(problem(work.error()));
  run_derivation(std::shared_ptr(*std::move(work)), request.done_at(engine.now()), request.go_on, {},
                 [&engine, draft = std::make_shared<sluice::create_campaign>(std::move(what)),
                  by = request.done_at(engine.now()), go_on = request.go_on, answer](const derived& made) {
                   if (!made)
                     return answer(problem(made.error()));
                   draft->audience = made->front().id;
                   create_copy(engine, std::move(*draft), made->front().id, by, go_on, answer);
                 });
}

} // namespace sluice::handlers
