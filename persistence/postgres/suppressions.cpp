#include "persistence/postgres/suppressions.hpp"

#include "messages/address.hpp"
#include "messages/address_search.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/suppression_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace sluice {

namespace {

/// A list of millions holds up the other writers of the house's log for a fraction of a second only.
constexpr std::size_t entries_changed_at_once = 10'000;
/// What one sweep deletes: it goes before a change that somebody waits for.
constexpr std::int64_t entries_swept_at_once = 1'000;
/// Addresses of one question; each has some three candidates.
constexpr std::size_t emails_asked_at_once = 2'000;
constexpr std::size_t entries_read_at_once = 2'000;

constexpr std::string_view reading_list = "cannot read the suppression list";

using entry_place = std::pair<std::string, std::string>; ///< list, target

/// What an entry may stand under: its target, and of an address the form that it has once it was erased.
std::string erased_form_of(const postgres_house_log& house, std::string_view folded_target) {
  return names_domain(folded_target) ? std::string{} : erased_target(house.hide()(folded_target));
}

/// What may keep letters to an address back, the narrowest first.
std::vector<std::string> candidates_of(const postgres_house_log& house, std::string_view email) {
  const auto address = folded(email);
  auto targets = targets_covering(address);
  targets.insert(targets.begin() + 1, erased_target(house.hide()(address)));
  return targets;
}

/// Those entries that are there, by their place.
pg_result_of<std::map<entry_place, suppression>> entries_at(pg_connection& to,
                                                            const std::vector<std::string>& lists,
                                                            const std::vector<std::string>& targets) {
  pg_parameters of;
  of.add_all_bytes(lists).add_all_bytes(targets);
  const auto rows = to.run(fmt::format("SELECT {} FROM unnest($1::bytea[], $2::bytea[]) AS w(list, target) "
                                       "JOIN suppressions s ON s.list = w.list AND s.target = w.target",
                                       suppression_columns),
                           of, postgres_database::answer_within);
  if (!rows)
    return std::unexpected(rows.error());
  std::map<entry_place, suppression> there;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto entry = suppression_of(*rows, row);
    entry_place place{entry.list, entry.email};
    there.emplace(std::move(place), std::move(entry));
  }
  return there;
}

} // namespace

postgres_suppressions::postgres_suppressions(postgres_database& database,
                                             postgres_house_log& house,
                                             timestamp now) : database_(database), house_(house) {
  // What cannot be deleted now is at the next change: an entry that has ended counts no longer, wherever it is.
  if (database.check_writable())
    static_cast<void>(sweep(now).has_value());
}

/// No event tells of it: what has ended is no difference.
result<void> postgres_suppressions::sweep(timestamp now) {
  pg_parameters of;
  of.add(now.time_since_epoch().count()).add(entries_swept_at_once);
  const auto swept =
      database_.run("cannot delete suppressions that have ended",
                    "DELETE FROM suppressions WHERE until <= $1 AND (list, target) IN "
                    "(SELECT list, target FROM suppressions WHERE until <= $1 ORDER BY until LIMIT $2)",
                    of);
  return swept ? result<void>{} : std::unexpected(swept.error());
}

result<std::size_t> postgres_suppressions::add(const std::vector<suppression>& entries, const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry.email.empty(); }))
    return failure(error_code::invalid_input, "a suppression needs an address");
  if (auto swept = entries.empty() ? result<void>{} : sweep(entries.front().since); !swept)
    return std::unexpected(swept.error());
  std::size_t added = 0;
  for (std::size_t begin = 0; begin < entries.size(); begin += entries_changed_at_once) {
    const auto taken = add_some(
        std::span(entries).subspan(begin, std::min(entries_changed_at_once, entries.size() - begin)), done);
    if (!taken)
      return taken;
    added += *taken;
  }
  return added;
}

result<std::size_t> postgres_suppressions::add_some(std::span<const suppression> entries, const act& done) {
  std::vector<suppression> wanted(entries.begin(), entries.end());
  std::vector<std::string> erased_forms;
  std::vector<std::string> lists;
  std::vector<std::string> targets;
  for (auto& entry : wanted) {
    entry.email = folded(entry.email);
    lists.push_back(entry.list);
    targets.push_back(entry.email);
    erased_forms.push_back(erased_form_of(house_, entry.email));
    if (!erased_forms.back().empty()) {
      lists.push_back(entry.list);
      targets.push_back(erased_forms.back());
    }
  }
  std::size_t added = 0;
  const auto recorded = house_.decide([&](pg_connection& to) -> pg_result_of<std::vector<house_event>> {
    added = 0;
    auto there = entries_at(to, lists, targets);
    if (!there)
      return std::unexpected(there.error());
    // Whether what is at a place, on its own or by an entry before, lets this one take it.
    const auto gives_way = [&](const std::string& target, const suppression& entry) {
      const auto known = there->find({entry.list, target});
      return known == there->end() || !known->second.counts_at(entry.since) || entry.outlasts(known->second);
    };
    std::vector<entry_place> taken; // in the order in which they came
    for (std::size_t at = 0; at < wanted.size(); ++at) {
      const auto& entry = wanted[at];
      if (!gives_way(entry.email, entry) ||
          (!erased_forms[at].empty() && !gives_way(erased_forms[at], entry)))
        continue;
      taken.emplace_back(entry.list, entry.email);
      there->insert_or_assign(taken.back(), entry);
    }
    std::vector<suppression> kept;
    for (const auto& place : taken)
      if (auto one = there->extract(place))
        kept.push_back(std::move(one.mapped()));
    if (kept.empty())
      return std::vector<house_event>{};
    if (auto put = put_suppressions(to, kept); !put)
      return std::unexpected(put.error());
    added = kept.size();
    return std::vector<house_event>{{done.at, done.by, event_of(kept, house_.hide())}};
  });
  return recorded ? result<std::size_t>(added) : std::unexpected(recorded.error());
}

result<std::size_t> postgres_suppressions::remove(const std::vector<std::string>& targets,
                                                  std::string_view list,
                                                  const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  std::size_t removed = 0;
  for (std::size_t begin = 0; begin < targets.size(); begin += entries_changed_at_once) {
    const auto some = remove_some(
        std::span(targets).subspan(begin, std::min(entries_changed_at_once, targets.size() - begin)), list,
        done);
    if (!some)
      return some;
    removed += *some;
  }
  return removed;
}

result<std::size_t> postgres_suppressions::remove_some(std::span<const std::string> targets,
                                                       std::string_view list,
                                                       const act& done) {
  std::vector<std::string> wanted;
  for (const auto& target : targets) {
    wanted.push_back(folded(target));
    if (auto erased = erased_form_of(house_, wanted.back()); !erased.empty())
      wanted.push_back(std::move(erased));
  }
  std::size_t removed = 0;
  const auto recorded = house_.decide([&](pg_connection& to) -> pg_result_of<std::vector<house_event>> {
    pg_parameters of;
    of.add_bytes(list).add_all_bytes(wanted);
    const auto gone = to.run("DELETE FROM suppressions WHERE list = $1 AND target IN "
                             "(SELECT w.target FROM unnest($2::bytea[]) AS w(target)) RETURNING target",
                             of, postgres_database::answer_within);
    if (!gone)
      return std::unexpected(gone.error());
    removed = gone->size();
    if (gone->empty())
      return std::vector<house_event>{};
    house::suppressions_removed told{.list = std::string{list}, .targets = {}};
    for (std::size_t row = 0; row < gone->size(); ++row) {
      const auto target = gone->bytes(row, 0);
      told.targets.push_back(is_erased_target(target) ? hidden_in(target) : house_.hide()(target));
    }
    return std::vector<house_event>{{done.at, done.by, std::move(told)}};
  });
  return recorded ? result<std::size_t>(removed) : std::unexpected(recorded.error());
}

result<std::vector<std::optional<suppression>>>
postgres_suppressions::find(const std::vector<std::string_view>& emails,
                            const suppression_scope& scope) const {
  {
    const std::lock_guard guard(mutex_);
    if (distrusted_)
      return std::unexpected(*distrusted_);
  }
  std::vector<std::optional<suppression>> found(emails.size());
  for (std::size_t begin = 0; begin < emails.size(); begin += emails_asked_at_once) {
    const auto count = std::min(emails_asked_at_once, emails.size() - begin);
    if (auto some =
            find_some(std::span(emails).subspan(begin, count), scope, std::span(found).subspan(begin, count));
        !some)
      return std::unexpected(some.error());
  }
  return found;
}

result<void> postgres_suppressions::find_some(std::span<const std::string_view> emails,
                                              const suppression_scope& scope,
                                              std::span<std::optional<suppression>> found) const {
  std::vector<std::vector<std::string>> candidates;
  std::vector<std::string_view> targets;
  candidates.reserve(emails.size());
  for (const auto email : emails)
    for (const auto& one : candidates.emplace_back(candidates_of(house_, email)))
      targets.emplace_back(one);
  // A batch of letters goes to few domains.
  std::ranges::sort(targets);
  const auto same = std::ranges::unique(targets);
  targets.erase(same.begin(), same.end());
  pg_parameters of;
  of.add_all_bytes(targets).add_bytes(scope.list);
  const auto rows =
      database_.run(reading_list,
                    fmt::format("SELECT {} FROM unnest($1::bytea[]) AS w(target) JOIN suppressions s "
                                "ON s.target = w.target AND s.list IN ('', $2)",
                                suppression_columns),
                    of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return {};
  // By its target, for all lists and for the one.
  std::unordered_map<std::string, std::pair<std::optional<suppression>, std::optional<suppression>>> there;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    auto entry = suppression_of(*rows, row);
    if (!entry.counts_at(scope.now))
      continue;
    auto& [for_all, for_list] = there[entry.email];
    (entry.list.empty() ? for_all : for_list) = std::move(entry);
  }
  for (std::size_t at = 0; at < emails.size(); ++at)
    for (const auto& target : candidates[at])
      if (const auto known = there.find(target); known != there.end()) {
        found[at] = known->second.first ? known->second.first : known->second.second;
        break;
      }
  return {};
}

result<pg_rows> postgres_suppressions::read_behind(const suppression_place& place,
                                                   const std::optional<std::string>& of_list,
                                                   std::size_t count) const {
  pg_parameters of;
  of.add_bytes(place.list).add_bytes(place.target).add(static_cast<std::int64_t>(count));
  if (of_list)
    of.add_bytes(*of_list);
  return database_.run(reading_list,
                       fmt::format("SELECT {} FROM suppressions s WHERE (s.list, s.target) > ($1, $2){} "
                                   "ORDER BY s.list, s.target LIMIT $3",
                                   suppression_columns, of_list ? " AND s.list = $4" : ""),
                       of);
}

result<void> postgres_suppressions::visit(
    const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const {
  suppression_place last;
  for (;;) {
    const auto rows = read_behind(last, std::nullopt, entries_read_at_once);
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      return {};
    for (std::size_t row = 0; row < rows->size(); ++row) {
      auto entry = suppression_of(*rows, row);
      last = {entry.list, entry.email};
      const auto hidden = is_erased_target(entry.email) ? hidden_in(entry.email) : std::string{};
      if (!hidden.empty())
        entry.email.clear();
      visitor(entry, hidden);
    }
  }
}

result<suppression_page> postgres_suppressions::list(const suppression_query& query) const {
  auto last = query.after.empty() ? std::nullopt : place_of_cursor(query.after);
  const searched_words wanted(query.words);
  suppression_page page;
  std::size_t looked_at = 0;
  if (!last)
    last = suppression_place{};
  // A page of all is one question of its size; where some are passed over, more are read at once.
  auto at_once = query.words.empty() ? std::min(query.limit + 1, entries_read_at_once) : entries_read_at_once;
  for (;; at_once = entries_read_at_once) {
    const auto rows = read_behind(*last, query.list, at_once);
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      return page;
    for (std::size_t row = 0; row < rows->size(); ++row) {
      auto entry = suppression_of(*rows, row);
      last = {entry.list, entry.email};
      if (entry.counts_at(query.now) && (query.words.empty() || wanted.are_in(entry.email)))
        page.entries.push_back(std::move(entry));
      if (page.entries.size() == query.limit || ++looked_at == suppressions_searched_max) {
        page.next = to_cursor(*last);
        return page;
      }
    }
  }
}

void postgres_suppressions::distrust(std::optional<error> why) {
  const std::lock_guard guard(mutex_);
  distrusted_ = std::move(why);
}

} // namespace sluice
