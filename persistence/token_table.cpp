#include "persistence/token_table.hpp"

#include "messages/base64.hpp"
#include "persistence/random_secret.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t id_bytes = 4;
constexpr std::array<std::pair<role, std::string_view>, 5> role_names{{{role::watcher, "watcher"},
                                                                       {role::viewer, "viewer"},
                                                                       {role::operator_, "operator"},
                                                                       {role::moderator, "moderator"},
                                                                       {role::admin, "admin"}}};

result<std::string> make_secret() {
  const auto bytes = random_secret();
  if (!bytes)
    return bytes;
  // 43 characters for 32 bytes.
  return "slc_" + to_base64url(*bytes);
}

std::string id_of(const sha256_hash& hash) {
  return to_hex(std::span(hash).first(id_bytes));
}

} // namespace

std::string_view name_of(role value) {
  for (const auto& [candidate, name] : role_names)
    if (candidate == value)
      return name;
  return {};
}

std::optional<role> parse_role(std::string_view text) {
  for (const auto& [value, name] : role_names)
    if (name == text)
      return value;
  return std::nullopt;
}

std::size_t token_table::first_bytes::operator()(const sha256_hash& hash) const noexcept {
  std::size_t value;
  std::memcpy(&value, hash.data(), sizeof value);
  return value;
}

result<token_store::created_token> token_table::create(token_request wanted, const act& done) {
  auto name = normalised_token_name(wanted.name);
  if (!name)
    return std::unexpected(name.error());
  const std::lock_guard guard(mutex_);
  if (names_.contains(*name))
    return failure(error_code::conflict, notice{"token_name_taken", {{"token", *name}}});
  for (;;) {
    const auto secret = make_secret();
    if (!secret)
      return std::unexpected(secret.error());
    const auto hash = sha256(*secret);
    token_info info{.id = id_of(hash),
                    .name = *name,
                    .role = wanted.role,
                    .created_at = done.at,
                    .expires_at = wanted.expires_at,
                    .scope = wanted.scope};
    // An id has 32 bits only, and what `revoke` takes must name one token.
    if (ids_.contains(info.id))
      continue;
    ++changes_;
    if (auto kept = keeper_.keep(hash, info, done); !kept)
      return std::unexpected(kept.error());
    tokens_.emplace(hash, info);
    names_.emplace(info.name, info.id);
    ids_.insert(info.id);
    return created_token{std::move(info), *secret};
  }
}

result<token_store::created_token> token_table::rotate(std::string_view id_or_name,
                                                       std::optional<timestamp> expires_at,
                                                       std::optional<timestamp> old_until,
                                                       const act& done) {
  const std::lock_guard guard(mutex_);
  const auto old = current(id_or_name);
  if (old == tokens_.end())
    return failure(error_code::not_found, notice{"token_unknown", {{"token", id_or_name}}});
  const auto secret = make_secret();
  if (!secret)
    return std::unexpected(secret.error());
  stored_token added{sha256(*secret), old->second};
  added.info.expires_at = expires_at;
  // An end that the old secret has already is not put off.
  if (old->second.expires_at && (!old_until || *old_until > *old->second.expires_at))
    old_until = old_until ? old->second.expires_at : old_until;
  stored_token changed{old->first, old->second};
  changed.info.is_superseded = true;
  changed.info.expires_at = old_until;
  const auto is_kept = old_until && *old_until > done.at;
  auto dropped = secrets_of(old->second.id);
  if (is_kept)
    std::erase(dropped, changed.hash);
  ++changes_;
  if (auto kept = keeper_.rotate(added, is_kept ? &changed : nullptr, dropped, done); !kept)
    return std::unexpected(kept.error());
  for (const auto& hash : dropped)
    tokens_.erase(hash);
  if (is_kept)
    tokens_.insert_or_assign(changed.hash, changed.info);
  tokens_.emplace(added.hash, added.info);
  return created_token{std::move(added.info), *secret};
}

token_table::table::iterator token_table::current(std::string_view id_or_name) {
  const auto where = [&](auto holds) {
    return std::ranges::find_if(
        tokens_, [&](const auto& entry) { return !entry.second.is_superseded && holds(entry.second); });
  };
  if (const auto by_id = where([&](const token_info& one) { return one.id == id_or_name; });
      by_id != tokens_.end())
    return by_id;
  if (const auto by_name = where([&](const token_info& one) { return one.name == id_or_name; });
      by_name != tokens_.end())
    return by_name;
  const auto normal = normalised_token_name(id_or_name);
  return where([&](const token_info& one) { return normal && one.name == *normal; });
}

std::vector<sha256_hash> token_table::secrets_of(const std::string& id) const {
  std::vector<sha256_hash> all;
  for (const auto& [hash, info] : tokens_)
    if (info.id == id)
      all.push_back(hash);
  return all;
}

std::optional<token_info> token_table::find(std::string_view secret) const {
  const auto hash = sha256(secret);
  const std::shared_lock guard(mutex_);
  const auto found = tokens_.find(hash);
  if (found == tokens_.end())
    return std::nullopt;
  return found->second;
}

result<std::vector<token_info>> token_table::list() const {
  std::vector<token_info> all;
  {
    const std::shared_lock guard(mutex_);
    for (const auto& [hash, info] : tokens_)
      if (!info.is_superseded)
        all.push_back(info);
  }
  std::ranges::sort(all, {}, &token_info::name);
  return all;
}

result<void> token_table::revoke(std::string_view id_or_name, const act& done) {
  const std::lock_guard guard(mutex_);
  const auto found = current(id_or_name);
  if (found == tokens_.end())
    return failure(error_code::not_found, notice{"token_unknown", {{"token", id_or_name}}});
  const auto secrets = secrets_of(found->second.id);
  ++changes_;
  if (auto forgotten = keeper_.forget(secrets, found->second, done); !forgotten)
    return forgotten;
  for (const auto& hash : secrets)
    tokens_.erase(hash);
  return {};
}

std::vector<stored_token> token_table::stored() const {
  const std::shared_lock guard(mutex_);
  std::vector<stored_token> all;
  for (const auto& [hash, info] : tokens_)
    all.push_back({hash, info});
  return all;
}

void token_table::disregard(const sha256_hash& hash) {
  const std::lock_guard guard(mutex_);
  tokens_.erase(hash);
}

void token_table::load(const sha256_hash& hash, token_info info) {
  const std::lock_guard guard(mutex_);
  names_.emplace(info.name, info.id);
  ids_.insert(info.id);
  tokens_.insert_or_assign(hash, std::move(info));
}

bool token_table::reserve_name(const std::string& name, const std::string& id) {
  const std::lock_guard guard(mutex_);
  return names_.emplace(name, id).first->second == id;
}

std::uint64_t token_table::changes() const {
  const std::shared_lock guard(mutex_);
  return changes_;
}

bool token_table::replace(const std::vector<stored_token>& all, std::uint64_t as_of) {
  const std::lock_guard guard(mutex_);
  if (changes_ != as_of)
    return false;
  tokens_.clear();
  for (const auto& [hash, info] : all) {
    names_.emplace(info.name, info.id);
    ids_.insert(info.id);
    tokens_.emplace(hash, info);
  }
  return true;
}

void token_table::load_past(std::string name, std::string id) {
  const std::lock_guard guard(mutex_);
  names_.emplace(std::move(name), id);
  ids_.insert(std::move(id));
}

} // namespace sluice
