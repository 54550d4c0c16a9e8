#include "actors/draft_warnings.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/http/scope.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t page_max = 1000;
constexpr std::uint64_t page_default = 100;
constexpr std::size_t reason_bytes_max = 1000;

/// Which campaigns a list shows.
struct campaign_filter {
  std::string view;
  std::optional<status> shown;
  std::string words; ///< in lower case
  std::string tag;
  token_scope scope;

  bool takes(const campaign_view& one) const {
    if (!is_in_scope(scope, one.spec))
      return false;
    if (!tag.empty() && std::ranges::find(one.spec.tags, tag) == one.spec.tags.end())
      return false;
    if (shown && one.status() != *shown)
      return false;
    if (view == "outgoing" && !is_outgoing(one.stage))
      return false;
    if (view == "finished" && !is_final(one.stage))
      return false;
    if (view == "drafts" && one.stage != stage::draft)
      return false;
    return words.empty() || has_words(one);
  }

  bool has_words(const campaign_view& one) const {
    for (const auto& text :
         {one.spec.name, one.spec.subject, one.spec.from, one.audience.name, to_string(one.id)}) {
      auto lower = text;
      std::ranges::transform(lower, lower.begin(), [](unsigned char letter) {
        return static_cast<char>(letter < 0x80 ? std::tolower(letter) : letter);
      });
      if (lower.find(words) != std::string::npos)
        return true;
    }
    return false;
  }
};

timestamp start_of(const campaign_view& one) {
  return one.t0.value_or(one.spec.plan.start_at.value_or(one.created_at));
}

/// Sorts as asked; ids settle what is equal, so that pages do not overlap.
result<void> sort(std::vector<view_ptr>& views, std::string by) {
  const auto is_descending = by.starts_with('-');
  if (is_descending)
    by.erase(0, 1);
  if (!by.empty() && by != "changed" && by != "start" && by != "name" && by != "id")
    return failure(error_code::invalid_input,
                   notice{"parameter_one_of",
                          {{"parameter", "sort"},
                           {"names", "changed, start, name or id, with - before it for descending"}}});
  std::ranges::sort(views, [&](const view_ptr& left, const view_ptr& right) {
    const auto& first = is_descending ? *right : *left;
    const auto& second = is_descending ? *left : *right;
    if (by == "changed" && first.changed_at != second.changed_at)
      return first.changed_at < second.changed_at;
    if (by == "start" && start_of(first) != start_of(second))
      return start_of(first) < start_of(second);
    if (by == "name" && first.spec.name != second.spec.name)
      return first.spec.name < second.spec.name;
    return first.id < second.id;
  });
  return {};
}

result<audience_id> audience_in(object_reader& from) {
  if (!from.has("audience"))
    return audience_id{};
  const auto id = parse_audience_id(from.text("audience", 40));
  if (!id)
    return failure(error_code::invalid_input, notice{"must_be_audience_id", {{"field", "audience"}}});
  return *id;
}

/// Takes `audience` out of a body, leaving the campaign file's fields.
result<audience_id> take_audience(json& body) {
  json only = json::object();
  if (body.contains("audience")) {
    only["audience"] = body["audience"];
    body.erase("audience");
  }
  object_reader from(only, "");
  auto id = audience_in(from);
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  return id;
}

void send_command(node& engine, const http_request& request, command what, const respond& answer) {
  // A campaign that is not shown may be a discarded draft, whose discarding is asked for a second time.
  const auto id = parse_campaign_id(request.captured.front());
  if (!id)
    return answer(problem(named_campaign(engine, request).error()));
  what.by = request.who.name;
  what.may_approve = has_permission(request.who.role, permission::moderate);
  what.by_id = request.who.id;
  what.idempotency_key = request.idempotency_key;
  engine.command(*id, std::move(what), [answer](const result<command_answer>& done) {
    answer(done ? json_response(200, to_json(*done)) : problem(done.error()));
  });
}

http_response whole_answer(node& engine, unsigned status, const campaign_view& view) {
  const auto shown = whole_json(engine, view);
  return shown ? json_response(status, *shown) : problem(shown.error());
}

/// A draft that was written, with what may be wrong with its letters.
http_response draft_answer(node& engine, unsigned status, const campaign_view& view) {
  auto shown = whole_json(engine, view);
  if (!shown)
    return problem(shown.error());
  const auto content = whole_content(engine, view);
  const auto warnings = content ? warnings_of(engine.store(), *content, view.audience.id)
                                : result<std::vector<notice>>(std::unexpected(content.error()));
  // The draft is kept: what cannot be read now is no reason to say otherwise.
  (*shown)["warnings"] = worded(warnings.value_or(std::vector<notice>{}));
  return json_response(status, *shown);
}

/// The request's fields are put into the draft as it is when the engine carries that out, so that two people who
/// change different fields at the same moment both get what they asked for.
void merge_edit(node& engine, const http_request& request, bool accepts_left_out, const respond& answer) {
  auto body = body_object(request);
  const auto view = named_campaign(engine, request);
  if (!body || !view)
    return answer(problem(body ? view.error() : body.error()));
  const auto has_audience = body->contains("audience");
  const auto audience = take_audience(*body);
  if (!audience)
    return answer(problem(audience.error()));
  // What an edit leaves alone is the draft's as it is by then; what it names is within the scope with what is there now.
  if (request.who.scope.is_limited()) {
    const auto merged = merged_campaign_spec(view->spec, *body);
    if (const auto within = merged ? check_within(request.who, *merged) : result<void>{}; !within)
      return answer(problem(within.error()));
  }
  command what;
  what.kind = command_kind::edit;
  what.by = request.who.name;
  what.by_id = request.who.id;
  what.idempotency_key = request.idempotency_key;
  what.edited = draft_edit{.spec = {},
                           .audience = {*audience, {}, 0, {}},
                           .fields = body->dump(-1, ' ', false, json::error_handler_t::replace),
                           .keeps_audience = !has_audience,
                           .accepts_left_out = accepts_left_out};
  engine.command(view->id, std::move(what),
                 [&engine, id = view->id, answer, go_on = request.go_on](const result<command_answer>& done) {
                   if (!done)
                     return answer(problem(done.error()));
                   go_on([&engine, id, answer] {
                     const auto now = engine.campaigns().find(id, engine.now());
                     answer(now ? draft_answer(engine, 200, *now)
                                : problem(gone_meanwhile(engine.store().removed_campaigns(), id)));
                   });
                 });
}

} // namespace

void list_campaigns(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  campaign_filter filter{query.text("view"), {}, query.text("q"), query.text("tag"), request.who.scope};
  std::ranges::transform(filter.words, filter.words.begin(), [](unsigned char letter) {
    return static_cast<char>(letter < 0x80 ? std::tolower(letter) : letter);
  });
  const auto shown = query.text("status");
  const auto by = query.text("sort");
  const auto limit = query.limit(page_default, page_max);
  const auto after = query.text("after");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  const auto has_view = !filter.view.empty();
  if (!has_view)
    filter.view = "outgoing";
  if (filter.view != "outgoing" && filter.view != "finished" && filter.view != "drafts" &&
      filter.view != "all")
    return answer(
        problem(make_error(error_code::invalid_input,
                           notice{"parameter_one_of",
                                  {{"parameter", "view"}, {"names", "outgoing, finished, drafts or all"}}})));
  if (!shown.empty()) {
    filter.shown = parse_status(shown);
    if (!filter.shown)
      return answer(problem(make_error(
          error_code::invalid_input,
          notice{
              "parameter_one_of",
              {{"parameter", "status"},
               {"names", "draft, moderation, preparing, sending, paused, sent, cancelled or rejected"}}})));
    if (!has_view)
      filter.view = "all";
  }
  auto views = engine.campaigns().all();
  std::erase_if(views, [&](const view_ptr& one) { return !filter.takes(*one); });
  if (auto sorted = sort(views, by); !sorted)
    return answer(problem(sorted.error()));
  auto first = views.begin();
  if (!after.empty()) {
    const auto last_id = parse_campaign_id(after);
    const auto last = std::ranges::find_if(views, [&](const view_ptr& one) { return last_id == one->id; });
    // A campaign that left the list meanwhile is no place to go on from: the end, not the beginning again.
    first = last == views.end() ? last : std::next(last);
  }
  json items = json::array();
  json next;
  for (; first != views.end() && items.size() < limit; ++first) {
    if (const auto now = engine.campaigns().find((*first)->id, engine.now()))
      items.push_back(brief_json(engine, *now));
    next = std::next(first) == views.end() ? json() : json(to_string((*first)->id));
  }
  answer(json_response(200, {{"items", std::move(items)}, {"next", std::move(next)}}));
}

void show_campaign(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto is_whole = query.boolean("full");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  auto view = named_campaign(engine, request);
  if (!view)
    return answer(problem(view.error()));
  answer(is_whole ? whole_answer(engine, 200, *view)
                  : json_response(200, brief_json(engine, std::move(*view))));
}

void create_campaign(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto accepts_left_out = query.boolean("accept_left_out");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  auto body = body_object(request);
  if (!body)
    return answer(problem(body.error()));
  const auto audience = take_audience(*body);
  if (!audience)
    return answer(problem(audience.error()));
  auto spec = campaign_spec_from_json(*body);
  if (!spec)
    return answer(problem(spec.error()));
  if (auto within = check_within(request.who, *spec); !within)
    return answer(problem(within.error()));
  engine.create({.spec = std::move(*spec),
                 .audience = *audience,
                 .by = request.who.name,
                 .idempotency_key = request.idempotency_key,
                 .accepts_left_out = accepts_left_out,
                 .by_id = request.who.id},
                [&engine, answer, go_on = request.go_on](const result<campaign_view>& made) {
                  if (!made)
                    return answer(problem(made.error()));
                  go_on([&engine, answer, made = *made] {
                    auto response = draft_answer(engine, 201, made);
                    response.headers.emplace_back("Location", "/v1/campaigns/" + to_string(made.id));
                    answer(std::move(response));
                  });
                });
}

void edit_campaign(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto accepts_left_out = query.boolean("accept_left_out");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  merge_edit(engine, request, accepts_left_out, answer);
}

void discard_campaign(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  command what;
  what.kind = command_kind::discard;
  send_command(engine, request, std::move(what), [answer](http_response done) {
    if (done.status == 200)
      done = {204, "", "", {}};
    answer(std::move(done));
  });
}

void command_campaign(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto kind = parse_command_kind(request.path.back());
  if (!kind)
    return answer(problem(make_error(error_code::not_found, notice{"command_unknown"})));
  command what;
  what.kind = *kind;
  what.reason = from.text("reason", reason_bytes_max);
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  send_command(engine, request, std::move(what), answer);
}

namespace {

/// What to do with some letters, or with all that it may be done with: {"action": …, "letters": […]}.
struct letters_action {
  std::string_view name;
  command_kind kind;
};

void settle_letters(node& engine,
                    const http_request& request,
                    const respond& answer,
                    std::array<letters_action, 2> actions) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  object_reader from(*body, "");
  const auto action = from.text("action", 40);
  const auto asked = std::ranges::find(actions, action, &letters_action::name);
  if (asked == actions.end())
    from.fail("action",
              notice{"must_be_one_of",
                     {{"names", fmt::format("\"{}\" or \"{}\"", actions[0].name, actions[1].name)}}});
  std::optional<letter_ranges> letters;
  if (from.has("letters")) {
    const auto read = letter_ranges_from_json(from.at("letters"));
    if (!read || read->empty())
      from.fail("letters", notice{"letter_ranges_wrong"});
    else
      letters = *read;
  }
  if (const auto fault = from.finish())
    return answer(problem(*fault));
  command what;
  what.kind = asked->kind;
  what.letters = std::move(letters);
  send_command(engine, request, std::move(what), answer);
}

} // namespace

void settle_doubt(node& engine, const http_request& request, const respond& answer) {
  settle_letters(engine, request, answer,
                 {{{"resend", command_kind::resend_doubt}, {"give_up", command_kind::give_up_doubt}}});
}

void settle_refusals(node& engine, const http_request& request, const respond& answer) {
  settle_letters(engine, request, answer,
                 {{{"retry", command_kind::retry_refusals}, {"accept", command_kind::accept_refusals}}});
}

} // namespace sluice::handlers
