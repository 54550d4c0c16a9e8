#include "persistence/token_table.hpp"

#include "messages/base64.hpp"
#include "messages/check.hpp"
#include "persistence/random_secret.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t id_bytes = 4;
constexpr std::array<std::pair<role, std::string_view>, 4> role_names{{{role::viewer, "viewer"},
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

result<void> check_name(std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.empty() || name.size() > token_name_bytes_max || std::ranges::any_of(name, is_control))
    return failure(error_code::invalid_input, notice{"token_name_wrong", {{"max", token_name_bytes_max}}});
  return {};
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

result<token_store::created_token> token_table::create(role role, std::string name, const act& done) {
  if (auto checked = check_name(name); !checked)
    return std::unexpected(checked.error());
  const std::lock_guard guard(mutex_);
  if (is_name_taken(name))
    return failure(error_code::conflict, notice{"token_name_taken", {{"token", name}}});
  for (;;) {
    const auto secret = make_secret();
    if (!secret)
      return std::unexpected(secret.error());
    const auto hash = sha256(*secret);
    token_info info{.id = id_of(hash), .name = name, .role = role, .created_at = done.at};
    // An id has 32 bits only, and what `revoke` takes must name one token.
    if (std::ranges::any_of(tokens_, [&](const auto& entry) { return entry.second.id == info.id; }))
      continue;
    if (auto kept = keeper_.keep(hash, info, done); !kept)
      return std::unexpected(kept.error());
    tokens_.emplace(hash, info);
    return created_token{std::move(info), *secret};
  }
}

bool token_table::is_name_taken(std::string_view name) const {
  return std::ranges::any_of(tokens_, [&](const auto& entry) { return entry.second.name == name; });
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
      all.push_back(info);
  }
  std::ranges::sort(all, {}, &token_info::name);
  return all;
}

result<void> token_table::revoke(std::string_view id_or_name, const act& done) {
  const std::lock_guard guard(mutex_);
  auto found =
      std::ranges::find_if(tokens_, [&](const auto& entry) { return entry.second.id == id_or_name; });
  if (found == tokens_.end())
    found = std::ranges::find_if(tokens_, [&](const auto& entry) { return entry.second.name == id_or_name; });
  if (found == tokens_.end())
    return failure(error_code::not_found, notice{"token_unknown", {{"token", id_or_name}}});
  if (auto forgotten = keeper_.forget(found->first, found->second, done); !forgotten)
    return forgotten;
  tokens_.erase(found);
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
  tokens_.insert_or_assign(hash, std::move(info));
}

} // namespace sluice
