#include "persistence/postgres/tokens.hpp"

#include "persistence/house_tables.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/records.hpp"
#include "persistence/token_codec.hpp"

namespace sluice {

namespace {

constexpr auto tokens_within = postgres_database::answer_within;

pg_result_of<void> put_token(pg_connection& to, const sha256_hash& hash, const token_info& info) {
  pg_parameters of;
  of.add_bytes(as_text(hash)).add_bytes(encode_token(hash, info));
  const auto put =
      to.run("INSERT INTO tokens VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET value = excluded.value", of,
             tokens_within);
  return put ? pg_result_of<void>{} : std::unexpected(put.error());
}

pg_result_of<void> drop_tokens(pg_connection& to, const std::vector<sha256_hash>& hashes) {
  std::vector<std::string_view> keys;
  for (const auto& hash : hashes)
    keys.push_back(as_text(hash));
  pg_parameters of;
  of.add_all_bytes(keys);
  const auto gone = to.run("DELETE FROM tokens WHERE hash = ANY($1::bytea[])", of, tokens_within);
  return gone ? pg_result_of<void>{} : std::unexpected(gone.error());
}

result<void> without_number(const result<event_number>& recorded) {
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

} // namespace

result<void> postgres_token_keeper::keep(const sha256_hash& hash, const token_info& info, const act& done) {
  auto is_taken = false; // by a token that another node made meanwhile
  const auto recorded =
      house_.record({{done.at, done.by, event_of(hash, info)}}, [&](pg_connection& to) -> pg_result_of<void> {
        pg_parameters of;
        of.add_bytes(info.name).add_text(info.id);
        const auto named =
            to.run("INSERT INTO token_names VALUES ($1, $2) ON CONFLICT DO NOTHING", of, tokens_within);
        if (!named)
          return std::unexpected(named.error());
        is_taken = named->changed() == 0;
        if (is_taken)
          return std::unexpected(pg_failure{pg_failure::kind::refused, {}, "the name is taken"});
        return put_token(to, hash, info);
      });
  if (is_taken)
    return failure(error_code::conflict, notice{"token_name_taken", {{"token", info.name}}});
  return without_number(recorded);
}

result<void> postgres_token_keeper::rotate(const stored_token& added,
                                           const stored_token* changed,
                                           const std::vector<sha256_hash>& dropped,
                                           const act& done) {
  return without_number(house_.record({{done.at, done.by, rotation_of(added, changed)}},
                                      [&](pg_connection& to) -> pg_result_of<void> {
                                        if (auto gone = drop_tokens(to, dropped); !gone)
                                          return gone;
                                        if (changed != nullptr)
                                          if (auto put = put_token(to, changed->hash, changed->info); !put)
                                            return put;
                                        return put_token(to, added.hash, added.info);
                                      }));
}

result<void> postgres_token_keeper::forget(const std::vector<sha256_hash>& hashes,
                                           const token_info& info,
                                           const act& done) {
  return without_number(house_.record({{done.at, done.by, house::token_revoked{info.id, info.name}}},
                                      [&](pg_connection& to) { return drop_tokens(to, hashes); }));
}

result<std::vector<table_fault>> postgres_tokens::refresh(const journal& log) {
  const std::lock_guard guard(refreshing_);
  for (;;) {
    const auto as_of = changes();
    // The log first: what is in the table by then has its event there, but for what is changed here meanwhile.
    if (auto read = read_on(log); !read)
      return std::unexpected(read.error());
    if (!has_news_)
      return faults_;
    const auto all = as_kept();
    if (!all)
      return std::unexpected(all.error());
    std::vector<stored_token> honoured;
    for (const auto& one : *all) {
      const auto known = known_.tokens().find(to_hex(one.hash));
      if (known != known_.tokens().end() && is_as_logged(known->second, one.info))
        honoured.push_back(one);
    }
    if (!replace(honoured, as_of))
      continue;
    has_news_ = false;
    for (const auto& [id, name] : known_.past_tokens())
      load_past(name, id);
    faults_ = known_.check_tokens(*all);
    return faults_;
  }
}

result<void> postgres_tokens::read_on(const journal& log) {
  return read_house_log(log, read_to_ + 1, [&](const stored_house_event& entry) {
    const auto& body = entry.event.body;
    if (std::holds_alternative<house::token_created>(body) ||
        std::holds_alternative<house::token_rotated>(body) ||
        std::holds_alternative<house::token_revoked>(body)) {
      known_.apply(entry);
      has_news_ = true;
    } else if (std::holds_alternative<house::signed_in>(body)) {
      load_past(entry.event.by.name, entry.event.by.token);
    }
    read_to_ = entry.number;
    return true;
  });
}

result<std::vector<stored_token>> postgres_tokens::as_kept() const {
  const auto rows = database_.run("cannot read the tokens", "SELECT hash, value FROM tokens");
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<stored_token> all;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto hash = hash_in(rows->bytes(row, 0));
    auto info = decode_token(hash, rows->bytes(row, 1));
    if (!info)
      return std::unexpected(info.error());
    all.push_back({hash, *std::move(info)});
  }
  return all;
}

} // namespace sluice
