// The family `tokens`: under the SHA-256 of the secret (32 bytes) a CBOR map
// {"name": text, "role": its name, "at": milliseconds since 1970}.

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

result<token_info> decode(const sha256_hash& hash, std::string_view value) {
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
  return token_info{.id = to_hex(std::span(hash).first(4)),
                    .name = body["name"].get<std::string>(),
                    .role = *role,
                    .created_at = timestamp(milliseconds(body["at"].get<std::int64_t>()))};
}

} // namespace

result<std::unique_ptr<rocksdb_tokens>> rocksdb_tokens::load_from(rocksdb_database& database,
                                                                  rocksdb_house_log& house) {
  std::unique_ptr<rocksdb_tokens> tokens(new rocksdb_tokens(database, house));
  const std::unique_ptr<rocksdb::Iterator> stored(database.db().NewIterator({}, database[family::tokens]));
  for (stored->SeekToFirst(); stored->Valid(); stored->Next()) {
    sha256_hash hash;
    if (stored->key().size() != hash.size())
      return failure(error_code::corrupt, "a stored token has no hash");
    std::ranges::copy(view(stored->key()), hash.begin());
    auto info = decode(hash, view(stored->value()));
    if (!info)
      return std::unexpected(info.error());
    tokens->load(hash, *std::move(info));
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the tokens"));
  return tokens;
}

result<void> rocksdb_token_keeper::keep(const sha256_hash& hash, const token_info& info, const act& done) {
  std::string value;
  nlohmann::json::to_cbor(nlohmann::json{{"name", info.name},
                                         {"role", std::string(name_of(info.role))},
                                         {"at", info.created_at.time_since_epoch().count()}},
                          value);
  const auto recorded =
      house_.record({{done.at, done.by, event_of(hash, info)}}, [&](rocksdb::WriteBatch& batch) {
        batch.Put(database_[family::tokens], slice(as_text(hash)), value);
      });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

result<void> rocksdb_token_keeper::forget(const sha256_hash& hash, const token_info& info, const act& done) {
  const auto recorded = house_.record(
      {{done.at, done.by, house::token_revoked{info.id, info.name}}},
      [&](rocksdb::WriteBatch& batch) { batch.Delete(database_[family::tokens], slice(as_text(hash))); });
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

} // namespace sluice
