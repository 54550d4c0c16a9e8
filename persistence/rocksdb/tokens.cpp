#include "persistence/rocksdb/tokens.hpp"

#include "persistence/house_tables.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/token_codec.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>

namespace sluice {

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
