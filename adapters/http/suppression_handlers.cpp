#include "adapters/http/address_mask.hpp"
#include "adapters/http/house_acts.hpp"
#include "adapters/http/routes.hpp"
#include "messages/json.hpp"
#include "messages/json_reader.hpp"

#include <algorithm>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::uint64_t suppressions_listed_default = 1000;
constexpr std::uint64_t suppressions_listed_max = 10'000;
constexpr std::size_t suppression_reason_bytes_max = 200;
constexpr std::size_t suppression_target_bytes_max = 320;
constexpr std::size_t suppression_time_bytes_max = 40;

/// What a body says once for all of its entries, or an item for itself.
struct entry_terms {
  std::string reason;
  std::string list;
  std::optional<timestamp> until;
};

/// Reads `reason`, `list` and `until`; what is not there is as `otherwise` has it.
entry_terms terms_in(object_reader& from, const entry_terms& otherwise, timestamp now) {
  auto terms = otherwise;
  if (auto reason = from.text("reason", suppression_reason_bytes_max); !reason.empty())
    terms.reason = std::move(reason);
  if (auto list = from.text("list", list_name_bytes_max); !list.empty())
    terms.list = std::move(list);
  if (std::ranges::any_of(terms.list, [](unsigned char one) { return one < 0x20 || one == 0x7f; }))
    from.fail("list", notice{"control_character"});
  if (const auto text = from.text("until", suppression_time_bytes_max); !text.empty()) {
    const auto until = parse_timestamp(text);
    if (!until)
      from.fail("until", notice_of(until.error()));
    else if (*until <= now)
      from.fail("until", notice{"suppression_ends_in_past"});
    else
      terms.until = *until;
  }
  return terms;
}

class entry_reader {
public:
  entry_reader(object_reader& from, timestamp now) : from_(from), now_(now) {}

  void add(const std::string& target, const entry_terms& terms) {
    auto named = parse_suppressed_target(target);
    if (!named)
      return from_.fail(named.error());
    entries.push_back(
        {*std::move(named), terms.reason.empty() ? "operator" : terms.reason, now_, terms.list, terms.until});
  }
  void add_sole(const entry_terms& terms) {
    if (from_.has("email"))
      add(from_.text("email", suppression_target_bytes_max), terms);
  }
  void add_all(const entry_terms& terms) {
    if (!from_.has("emails"))
      return;
    if (!from_.at("emails").is_array())
      return from_.fail("emails", notice{"must_be_addresses"});
    for (const auto& one : from_.at("emails"))
      add(one.is_string() ? one.get<std::string>() : std::string{}, terms);
  }
  void add_items(const entry_terms& otherwise) {
    if (!from_.has("items"))
      return;
    if (!from_.at("items").is_array())
      return from_.fail("items", notice{"must_be_suppressions"});
    for (const auto& one : from_.at("items")) {
      object_reader item(one, "items");
      const auto email = item.text("email", suppression_target_bytes_max);
      const auto terms = terms_in(item, otherwise, now_);
      if (auto fault = item.finish())
        from_.fail(*fault);
      add(email, terms);
    }
  }

  std::vector<suppression> entries;

private:
  object_reader& from_;
  timestamp now_;
};

/// The entries of a body: `email`, or `emails`, or `items` of `{email, reason, list, until}`.
result<std::vector<suppression>> suppressions_in(const json& body, timestamp now) {
  object_reader from(body, "");
  entry_reader read(from, now);
  const auto terms = terms_in(from, {}, now);
  read.add_sole(terms);
  read.add_all(terms);
  read.add_items(terms);
  if (read.entries.empty())
    from.fail("email", notice{"email_needed"});
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  return std::move(read.entries);
}

/// Whom a body takes out of the list: `email` or `emails`, of `list`.
result<std::vector<suppression>> targets_in(const json& body) {
  object_reader from(body, "");
  entry_reader read(from, {});
  const entry_terms terms{{}, from.text("list", list_name_bytes_max), {}};
  read.add_sole(terms);
  read.add_all(terms);
  if (read.entries.empty())
    from.fail("email", notice{"email_needed"});
  if (auto fault = from.finish())
    return std::unexpected(*fault);
  return std::move(read.entries);
}

json to_json(const suppression& entry) {
  const auto is_erased = is_erased_target(entry.email);
  return {{"email", is_erased ? std::string{"erased"} : entry.email},
          {"erased", is_erased},
          {"reason", entry.reason},
          {"since", format_timestamp(entry.since)},
          {"list", entry.list.empty() ? json() : json(entry.list)},
          {"until", entry.until ? json(format_timestamp(*entry.until)) : json()}};
}

} // namespace

void list_suppressions(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  suppression_query asked{.now = engine.now()};
  asked.limit = query.limit(suppressions_listed_default, suppressions_listed_max);
  asked.after = query.text("after");
  asked.words = query.text("q");
  if (auto list = query.text("list"); !list.empty())
    asked.list = std::move(list);
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  // A place in the list is an address, too: whoever may name one could find them all by halving.
  if ((!asked.words.empty() || !asked.after.empty()) && !sees_addresses(request.who.role))
    return answer(problem(make_error(error_code::not_permitted, notice{"watcher_searches_not"})));
  const auto page = engine.store().suppressions().list(asked);
  if (!page)
    return answer(problem(page.error()));
  request.page_reads->on_page(engine, request, "suppressions", "", page->entries.size());
  json items = json::array();
  for (const auto& one : page->entries)
    items.push_back(to_json(one));
  const auto next = page->next.empty() || !sees_addresses(request.who.role) ? json() : json(page->next);
  answer(json_response(200, {{"items", std::move(items)}, {"next", next}}));
}

void add_suppressions(node& engine, const http_request& request, const respond& answer) {
  const auto body = sole_body_object(request);
  if (!body)
    return answer(problem(body.error()));
  const auto entries = suppressions_in(*body, engine.now());
  if (!entries)
    return answer(problem(entries.error()));
  const auto added = engine.store().suppressions().add(*entries, request.done_at(engine.now()));
  answer(added ? json_response(200, {{"added", *added}, {"given", entries->size()}})
               : problem(added.error()));
}

void remove_suppressions(node& engine, const http_request& request, const respond& answer) {
  query_reader query(request);
  const auto one = query.text("email");
  const auto list = query.text("list");
  if (const auto fault = query.finish())
    return answer(problem(*fault));
  auto body = body_object(request);
  if (!body)
    return answer(problem(body.error()));
  if (!one.empty())
    (*body)["email"] = one;
  if (!list.empty())
    (*body)["list"] = list;
  const auto entries = targets_in(*body);
  if (!entries)
    return answer(problem(entries.error()));
  std::vector<std::string> targets;
  for (const auto& entry : *entries)
    targets.push_back(entry.email);
  const auto removed =
      engine.store().suppressions().remove(targets, entries->front().list, request.done_at(engine.now()));
  answer(removed ? json_response(200, {{"removed", *removed}}) : problem(removed.error()));
}

} // namespace sluice::handlers
