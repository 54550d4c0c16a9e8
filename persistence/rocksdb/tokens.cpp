// The family `tokens`: under the SHA-256 of the secret (32 bytes) a CBOR map
// {"name": text, "role": its name, "at": milliseconds since 1970}, and where there is one
// "id": text, of a secret that is not the token's first; "until": milliseconds since 1970, when it expires; "domains", "tags":
// lists of texts, its scope; "old": true, of a secret that another has superseded.

#include "persistence/rocksdb/tokens.hpp"

#include "persistence/house_tables.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"

#include <nlohmann/json.hpp>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <span>

namespace sluice {

namespace {

bool read_texts(const nlohmann::json& body, const char* field, std::vector<std::string>& into) {
  const auto found = body.find(field);
  if (found == body.end())
    return true;
  if (!found->is_array())
    return false;
  for (const auto& one : *found) {
    if (!one.is_string())
      return false;
    into.push_back(one.get<std::string>());
  }
  return true;
}

} // namespace

result<token_info> decode_token(const sha256_hash& hash, std::string_view value) {
  const auto body = nlohmann::json::from_cbor(value.begin(), value.end(), true, false);
  const auto damaged =
      failure(error_code::corrupt, "a stored token cannot be read; bring the data folder back "
                                   "from a copy");
  if (!body.is_object() || !body.contains("name") || !body["name"].is_string() || !body.contains("role") ||
      !body["role"].is_string() || !body.contains("at") || !body["at"].is_number_integer())
    return damaged;
  const auto role = parse_role(body["role"].get<std::string>());
  if (!role)
    return damaged;
  token_info info{.id = to_hex(std::span(hash).first(4)),
                  .name = body["name"].get<std::string>(),
                  .role = *role,
                  .created_at = timestamp(milliseconds(body["at"].get<std::int64_t>()))};
  if (const auto id = body.find("id"); id != body.end()) {
    if (!id->is_string())
      return damaged;
    info.id = id->get<std::string>();
  }
  if (const auto until = body.find("until"); until != body.end()) {
    if (!until->is_number_integer())
      return damaged;
    info.expires_at = timestamp(milliseconds(until->get<std::int64_t>()));
  }
  if (!read_texts(body, "domains", info.scope.domains) || !read_texts(body, "tags", info.scope.tags))
    return damaged;
  info.is_superseded = body.contains("old");
  return info;
}

std::string encode_token(const sha256_hash& hash, const token_info& info) {
  nlohmann::json body{{"name", info.name},
                      {"role", std::string(name_of(info.role))},
                      {"at", info.created_at.time_since_epoch().count()}};
  if (info.id != to_hex(std::span(hash).first(4)))
    body["id"] = info.id;
  if (info.expires_at)
    body["until"] = info.expires_at->time_since_epoch().count();
  if (!info.scope.domains.empty())
    body["domains"] = info.scope.domains;
  if (!info.scope.tags.empty())
    body["tags"] = info.scope.tags;
  if (info.is_superseded)
    body["old"] = true;
  std::string value;
  nlohmann::json::to_cbor(body, value);
  return value;
}

result<std::unique_ptr<rocksdb_tokens>> rocksdb_tokens::load_from(rocksdb_database& database,
                                                                  rocksdb_house_log& house) {
  std::unique_ptr<rocksdb_tokens> tokens(new rocksdb_tokens(database, house));
  const std::unique_ptr<rocksdb::Iterator> stored(database.db().NewIterator({}, database[family::tokens]));
  for (stored->SeekToFirst(); stored->Valid(); stored->Next()) {
    sha256_hash hash;
    if (stored->key().size() != hash.size())
      return failure(error_code::corrupt, "a stored token has no hash");
    std::ranges::copy(view(stored->key()), hash.begin());
    auto info = decode_token(hash, view(stored->value()));
    if (!info)
      return std::unexpected(info.error());
    tokens->load(hash, *std::move(info));
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the tokens"));
  return tokens;
}

result<void> rocksdb_token_keeper::keep(const sha256_hash& hash, const token_info& info, const act& done) {
  const auto value = encode_token(hash, info);
  const auto recorded =
      house_.record({{done.at, done.by, event_of(hash, info)}}, [&](rocksdb::WriteBatch& batch) {
        batch.Put(database_[family::tokens], slice(as_text(hash)), value);
      });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

result<void> rocksdb_token_keeper::rotate(const stored_token& added,
                                          const stored_token* changed,
                                          const std::vector<sha256_hash>& dropped,
                                          const act& done) {
  const auto recorded =
      house_.record({{done.at, done.by, rotation_of(added, changed)}}, [&](rocksdb::WriteBatch& batch) {
        auto* const tokens = database_[family::tokens];
        for (const auto& hash : dropped)
          batch.Delete(tokens, slice(as_text(hash)));
        if (changed != nullptr)
          batch.Put(tokens, slice(as_text(changed->hash)), encode_token(changed->hash, changed->info));
        batch.Put(tokens, slice(as_text(added.hash)), encode_token(added.hash, added.info));
      });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

result<void> rocksdb_token_keeper::forget(const std::vector<sha256_hash>& hashes,
                                          const token_info& info,
                                          const act& done) {
  const auto recorded = house_.record({{done.at, done.by, house::token_revoked{info.id, info.name}}},
                                      [&](rocksdb::WriteBatch& batch) {
                                        for (const auto& hash : hashes)
                                          batch.Delete(database_[family::tokens], slice(as_text(hash)));
                                      });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

} // namespace sluice
