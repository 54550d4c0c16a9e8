#include "persistence/house_tables.hpp"

#include "messages/masked_address.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/table_fault_list.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <set>

namespace sluice {

namespace {

constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

std::array<char, hidden_address_bytes> key_of(std::string_view list, std::string_view hidden) {
  std::array<char, hidden_address_bytes> key{};
  if (list.empty()) {
    std::copy_n(hidden.data(), key.size(), key.begin());
  } else {
    const auto both = sha256(hidden, list);
    std::copy_n(as_text(both).data(), key.size(), key.begin());
  }
  return key;
}

std::int64_t end_of(const std::optional<timestamp>& until) {
  return until ? until->time_since_epoch().count() : no_end;
}

std::uint64_t digest_of(const house::suppression_group& group) {
  auto text = big_endian(static_cast<std::uint64_t>(group.since.time_since_epoch().count()));
  append_big_endian(text, static_cast<std::uint64_t>(end_of(group.until)));
  const auto hash = sha256(text, group.reason);
  const auto digest = read_big_endian<std::uint64_t>(as_text(hash).data());
  return digest == 0 ? 1 : digest;
}

bool is_same_but_for_targets(const house::suppression_group& left, const house::suppression_group& right) {
  return left.list == right.list && left.reason == right.reason && left.since == right.since &&
         left.until == right.until;
}

std::vector<house::named_text> limits_of(const token_scope& scope) {
  std::vector<house::named_text> limits;
  for (const auto& one : scope.domains)
    limits.push_back({"domain", one});
  for (const auto& one : scope.tags)
    limits.push_back({"tag", one});
  return limits;
}

} // namespace

void house_tables::apply(const stored_house_event& entry) {
  last_number_ = entry.number;
  const auto number = entry.number;
  const auto& body = entry.event.body;
  if (const auto* began = std::get_if<house::log_began>(&body)) {
    key_hash_ = began->key_hash;
  } else if (const auto* made = std::get_if<house::token_created>(&body)) {
    tokens_.insert_or_assign(made->hash, token_fact{*made, number});
    past_tokens_.emplace_back(made->id, made->name);
  } else if (const auto* rotated = std::get_if<house::token_rotated>(&body)) {
    rotate(*rotated, number);
  } else if (std::holds_alternative<house::signed_in>(body)) {
    past_tokens_.emplace_back(entry.event.by.token, entry.event.by.name);
  } else if (const auto* revoked = std::get_if<house::token_revoked>(&body)) {
    std::erase_if(tokens_, [&](const auto& one) { return one.second.what.id == revoked->id; });
  } else if (const auto* added = std::get_if<house::suppressions_added>(&body)) {
    for (const auto& group : added->groups) {
      const auto digest = digest_of(group);
      for (const auto& target : group.targets)
        suppressions_.push_back({key_of(group.list, target), digest, end_of(group.until), number});
    }
    is_sorted_ = false;
  } else if (const auto* removed = std::get_if<house::suppressions_removed>(&body)) {
    for (const auto& target : removed->targets)
      suppressions_.push_back({key_of(removed->list, target), 0, no_end, number});
    is_sorted_ = false;
  } else if (const auto* imported = std::get_if<house::audience_imported>(&body)) {
    audiences_.insert_or_assign(
        imported->audience.value,
        audience_fact{imported->name, imported->size, imported->hash, {}, false, number});
  } else if (const auto* renamed = std::get_if<house::audience_renamed>(&body)) {
    audiences_[renamed->audience.value].name = renamed->name;
  } else if (const auto* deleted = std::get_if<house::audience_deleted>(&body)) {
    audiences_[deleted->audience.value].is_deleted = true;
  } else if (const auto* rooted = std::get_if<house::audience_rooted>(&body)) {
    audiences_[rooted->audience.value].root = rooted->root;
  } else if (const auto* gone = std::get_if<house::campaign_removed>(&body)) {
    removed_.insert_or_assign(gone->campaign, removal_of(*gone, entry));
  }
}

house_tables::removal_fact house_tables::removal_of(const house::campaign_removed& what,
                                                    const stored_house_event& entry) {
  return {end_of(what), entry.event.at, entry.number};
}

void house_tables::rotate(const house::token_rotated& what, event_number number) {
  const auto last = std::ranges::find_if(
      tokens_, [&](const auto& one) { return one.second.what.id == what.id && !one.second.is_superseded; });
  if (last == tokens_.end())
    return;
  auto added = last->second;
  auto old = tokens_.extract(last);
  std::erase_if(tokens_, [&](const auto& one) { return one.second.what.id == what.id; });
  if (what.old_until) {
    old.mapped().is_superseded = true;
    old.mapped().what.expires_at = what.old_until;
    tokens_.insert(std::move(old));
  }
  added.what.hash = what.hash;
  added.what.expires_at = what.expires_at;
  added.number = number;
  tokens_.insert_or_assign(what.hash, std::move(added));
}

result<house_tables> read_house_tables(const journal& from_journal) {
  house_tables tables;
  const auto read = read_house_log(from_journal, 1, [&](const stored_house_event& entry) {
    tables.apply(entry);
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  return tables;
}

std::vector<table_fault> house_tables::check_tokens(const std::vector<stored_token>& table) const {
  table_fault_list faults("tokens");
  std::map<std::string_view, const stored_token*> there;
  std::vector<std::string> hashes;
  hashes.reserve(table.size());
  for (const auto& one : table) {
    there.emplace(hashes.emplace_back(to_hex(one.hash)), &one);
    const auto known = tokens_.find(hashes.back());
    if (known == tokens_.end())
      faults.add(0, notice{"token_not_in_log",
                           {{"id", one.info.id}, {"name", one.info.name}, {"role", name_of(one.info.role)}}});
    else if (!is_as_logged(known->second, one.info))
      faults.add(known->second.number, notice{"token_differs_from_log",
                                              {{"id", one.info.id},
                                               {"name", one.info.name},
                                               {"role", name_of(one.info.role)},
                                               {"logged_name", known->second.what.name},
                                               {"logged_role", known->second.what.role}}});
  }
  for (const auto& [hash, known] : tokens_)
    if (!there.contains(hash))
      faults.add(known.number, notice{"token_missing", {{"id", known.what.id}, {"name", known.what.name}}});
  return faults.finish();
}

/// Of each entry what the last event says; those that were removed go.
void house_tables::keep_latest() {
  if (is_sorted_)
    return;
  std::ranges::stable_sort(suppressions_, {}, &suppression_fact::key);
  std::size_t kept = 0;
  for (std::size_t at = 0; at < suppressions_.size(); ++at)
    if (at + 1 == suppressions_.size() || suppressions_[at + 1].key != suppressions_[at].key)
      if (suppressions_[at].digest != 0)
        suppressions_[kept++] = suppressions_[at];
  suppressions_.resize(kept);
  is_sorted_ = true;
}

std::size_t house_tables::suppression_count() {
  keep_latest();
  return suppressions_.size();
}

result<std::vector<table_fault>>
house_tables::check_suppressions(const suppression_list& table, const address_hider& hide, timestamp now) {
  keep_latest();
  table_fault_list faults("suppressions");
  std::vector<bool> is_there(suppressions_.size());
  const auto visited = table.visit([&](const suppression& entry, std::string_view hidden) {
    const auto group = group_of(entry);
    const auto key = key_of(entry.list, hidden.empty() ? hide(entry.email) : std::string(hidden));
    const auto known = std::ranges::lower_bound(suppressions_, key, {}, &suppression_fact::key);
    const auto is_known = known != suppressions_.end() && known->key == key;
    if (is_known)
      is_there[static_cast<std::size_t>(known - suppressions_.begin())] = true;
    if (is_known && known->digest == digest_of(group))
      return;
    const notice what{is_known ? "suppression_differs_from_log" : "suppression_not_in_log",
                      {{"target", entry.email}, {"list", entry.list}, {"reason", entry.reason}}};
    // One that has ended keeps nobody back, and may lie there until it is swept.
    if (is_known || entry.counts_at(now))
      faults.add(is_known ? known->number : 0, what);
  });
  if (!visited)
    return std::unexpected(visited.error());
  for (std::size_t at = 0; at < suppressions_.size(); ++at)
    if (!is_there[at] && suppressions_[at].until > now.time_since_epoch().count())
      faults.add(suppressions_[at].number,
                 notice{"suppression_missing", {{"number", suppressions_[at].number}}});
  return faults.finish();
}

std::vector<table_fault> house_tables::check_audiences(const std::vector<audience_info>& table) const {
  table_fault_list faults("audiences");
  std::map<std::uint64_t, const audience_info*> there;
  for (const auto& one : table) {
    there.emplace(one.id.value, &one);
    const auto known = audiences_.find(one.id.value);
    if (known == audiences_.end() || known->second.is_deleted)
      faults.add(0, notice{"audience_not_in_log", {{"audience", to_string(one.id)}, {"name", one.name}}});
    else if (const auto& fact = known->second;
             fact.hash != one.hash || fact.size != one.size || fact.name != one.name || fact.root != one.root)
      faults.add(fact.number,
                 notice{"audience_differs_from_log", {{"audience", to_string(one.id)}, {"name", one.name}}});
  }
  for (const auto& [id, fact] : audiences_)
    if (!fact.is_deleted && !there.contains(id))
      faults.add(fact.number,
                 notice{"audience_gone", {{"audience", to_string(audience_id{id})}, {"name", fact.name}}});
  return faults.finish();
}

bool house_tables::has(const suppression& entry, std::string_view hidden) {
  keep_latest();
  const auto key = key_of(entry.list, hidden);
  const auto known = std::ranges::lower_bound(suppressions_, key, {}, &suppression_fact::key);
  return known != suppressions_.end() && known->key == key && known->digest == digest_of(group_of(entry));
}

namespace {

/// Entries that the log has and the list has not: each as the removal that is told.
result<std::vector<house_event>>
removals(const journal& log, const suppression_list& list, const address_hider& hide, const act& done) {
  std::set<std::pair<std::string, std::string>> there; ///< list, hidden target
  const auto visited = list.visit([&](const suppression& entry, std::string_view hidden) {
    there.emplace(entry.list, hidden.empty() ? hide(entry.email) : std::string(hidden));
  });
  if (!visited)
    return std::unexpected(visited.error());
  std::set<std::pair<std::string, std::string>> logged;
  const auto read = read_house_log(log, 1, [&](const stored_house_event& entry) {
    if (const auto* added = std::get_if<house::suppressions_added>(&entry.event.body))
      for (const auto& group : added->groups)
        for (const auto& target : group.targets)
          if (!there.contains({group.list, target}))
            logged.emplace(group.list, target);
    if (const auto* removed = std::get_if<house::suppressions_removed>(&entry.event.body))
      for (const auto& target : removed->targets)
        logged.erase({removed->list, target});
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  std::map<std::string, house::suppressions_removed> by_list;
  for (const auto& [name, target] : logged) {
    by_list[name].list = name;
    by_list[name].targets.push_back(target);
  }
  std::vector<house_event> events;
  for (auto& [name, removed] : by_list)
    events.push_back({done.at, done.by, std::move(removed)});
  return events;
}

std::vector<house_event>
accepted_tokens(const house_tables& tables, const std::vector<stored_token>& tokens, const act& done) {
  std::vector<house_event> events;
  std::set<std::string> there;
  for (const auto& one : tokens) {
    auto made = event_of(one.hash, one.info);
    made.is_adopted = true;
    there.insert(made.hash);
    const auto known = tables.tokens().find(made.hash);
    if (known != tables.tokens().end() && known->second.what.name == made.name &&
        known->second.what.role == made.role)
      continue;
    if (known != tables.tokens().end())
      events.push_back(
          {done.at, done.by, house::token_revoked{known->second.what.id, known->second.what.name}});
    events.push_back({done.at, done.by, std::move(made)});
  }
  for (const auto& [hash, known] : tables.tokens())
    if (!there.contains(hash))
      events.push_back({done.at, done.by, house::token_revoked{known.what.id, known.what.name}});
  return events;
}

std::vector<house_event>
accepted_audiences(const house_tables& tables, const std::vector<audience_info>& audiences, const act& done) {
  std::vector<house_event> events;
  std::set<std::uint64_t> there;
  for (const auto& one : audiences) {
    there.insert(one.id.value);
    const auto known = tables.audiences().find(one.id.value);
    if (known != tables.audiences().end() && !known->second.is_deleted && known->second.hash == one.hash &&
        known->second.size == one.size && known->second.name == one.name && known->second.root == one.root)
      continue;
    events.push_back(
        {done.at, done.by, house::audience_imported{one.id, one.name, one.size, one.hash, true}});
    if (!one.root.empty())
      events.push_back({done.at, done.by, house::audience_rooted{one.id, one.hash, one.root}});
  }
  for (const auto& [id, known] : tables.audiences())
    if (!known.is_deleted && !there.contains(id))
      events.push_back({done.at, done.by, house::audience_deleted{{id}, known.name, known.size, known.hash}});
  return events;
}

} // namespace

result<std::vector<house_event>> events_of_acceptance(const journal& log,
                                                      const std::vector<stored_token>& tokens,
                                                      const suppression_list& suppressions,
                                                      const std::vector<audience_info>& audiences,
                                                      const address_hider& hide,
                                                      const act& done) {
  auto tables = read_house_tables(log);
  if (!tables)
    return std::unexpected(tables.error());
  if (tables->key_hash() != hide.key_hash())
    return failure(error_code::conflict, notice{"house_key_changed"});
  auto events = accepted_tokens(*tables, tokens, done);
  std::ranges::move(accepted_audiences(*tables, audiences, done), std::back_inserter(events));
  auto removed = removals(log, suppressions, hide, done);
  if (!removed)
    return removed;
  std::ranges::move(*removed, std::back_inserter(events));
  house::suppressions_added added{.groups = {}, .is_adopted = true};
  const auto visited = suppressions.visit([&](const suppression& entry, std::string_view hidden) {
    const auto target = hidden.empty() ? hide(entry.email) : std::string(hidden);
    if (tables->has(entry, target))
      return;
    added.groups.push_back(group_of(entry));
    added.groups.back().targets.push_back(target);
  });
  if (!visited)
    return std::unexpected(visited.error());
  if (!added.groups.empty())
    events.push_back({done.at, done.by, std::move(added)});
  return events;
}

house::suppression_group group_of(const suppression& entry) {
  return {.list = entry.list,
          .reason = without_address(entry.reason, entry.email),
          .since = entry.since,
          .until = entry.until,
          .targets = {}};
}

house::token_created event_of(const sha256_hash& hash, const token_info& info) {
  return {.id = info.id,
          .name = info.name,
          .role = std::string(name_of(info.role)),
          .hash = to_hex(hash),
          .expires_at = info.expires_at,
          .limits = limits_of(info.scope)};
}

house::token_rotated rotation_of(const stored_token& added, const stored_token* old) {
  return {.id = added.info.id,
          .name = added.info.name,
          .hash = to_hex(added.hash),
          .expires_at = added.info.expires_at,
          .old_until = old != nullptr ? old->info.expires_at : std::nullopt};
}

bool is_as_logged(const house_tables::token_fact& fact, const token_info& info) {
  return fact.what.id == info.id && fact.what.name == info.name && fact.what.role == name_of(info.role) &&
         fact.what.expires_at == info.expires_at && fact.what.limits == limits_of(info.scope) &&
         fact.is_superseded == info.is_superseded;
}

house::suppressions_added event_of(const std::vector<suppression>& entries, const address_hider& hide) {
  house::suppressions_added added;
  for (const auto& entry : entries) {
    auto group = group_of(entry);
    if (added.groups.empty() || !is_same_but_for_targets(added.groups.back(), group))
      added.groups.push_back(std::move(group));
    added.groups.back().targets.push_back(hide(entry.email));
  }
  return added;
}

} // namespace sluice
