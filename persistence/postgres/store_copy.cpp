#include "persistence/postgres/store_copy.hpp"

#include "messages/address.hpp"
#include "persistence/audience_info_codec.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/key_record_codec.hpp"
#include "persistence/postgres/address_blocks.hpp"
#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/copy_reader.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/nodes.hpp"
#include "persistence/postgres/records.hpp"
#include "persistence/postgres/row_blocks.hpp"
#include "persistence/postgres/suppression_rows.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"
#include "persistence/token_codec.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <map>

namespace sluice {

namespace {

constexpr auto copy_within = postgres_database::answer_within;
constexpr std::string_view copying_into = "cannot write the copy";
/// Of addresses, about; see upload_bytes_at_once of audience_upload.cpp.
constexpr std::size_t index_blocks_at_once = 500;

std::int64_t in_copy(std::string_view key, std::size_t at = 0) {
  return static_cast<std::int64_t>(copy_number(key, at));
}

pg_failure unreadable_record(copy_table table) {
  return {pg_failure::kind::refused,
          {},
          fmt::format("a record of the {} that are copied cannot be read", name_of(table))};
}

pg_result_of<void> execute(pg_connection& to, const std::string& statement, const pg_parameters& of) {
  const auto done = to.run(statement, of, copy_within);
  return done ? pg_result_of<void>{} : std::unexpected(done.error());
}

// -- the source ----------------------------------------------------------------------------------------------------------

/// What moves while a node lives.
struct watched_node {
  std::string name;
  std::int64_t incarnation = 0;
  std::int64_t beat = 0;
  bool operator==(const watched_node&) const = default;
};

result<std::map<std::int64_t, watched_node>> watched_nodes(const postgres_database& database) {
  const auto rows = database.run("cannot see which engines live",
                                 "SELECT node, name, incarnation, beat FROM nodes ORDER BY node");
  if (!rows)
    return std::unexpected(rows.error());
  std::map<std::int64_t, watched_node> all;
  for (std::size_t row = 0; row < rows->size(); ++row)
    all.emplace(rows->number(row, 0),
                watched_node{std::string(rows->bytes(row, 1)), rows->number(row, 2), rows->number(row, 3)});
  return all;
}

std::unexpected<error> is_in_use(const std::string& name) {
  return failure(
      error_code::unavailable,
      fmt::format("the engine {} works on this store; stop all engines that share it, and copy it again",
                  name));
}

class postgres_source final : public postgres_copy_reader {
public:
  postgres_source(std::unique_ptr<postgres_database> database, std::map<std::int64_t, watched_node> nodes) :
      postgres_copy_reader(*database), owned_(std::move(database)), nodes_(std::move(nodes)) {}

  result<void> check_unused() const override {
    const auto now = watched_nodes(*owned_);
    if (!now)
      return std::unexpected(now.error());
    for (const auto& [node, seen] : *now)
      if (const auto before = nodes_.find(node); before == nodes_.end() || before->second != seen)
        return is_in_use(seen.name);
    return {};
  }

private:
  std::unique_ptr<postgres_database> owned_;
  std::map<std::int64_t, watched_node> nodes_; ///< as they stood
};

// -- the target ----------------------------------------------------------------------------------------------------------

class postgres_target final : public copy_target {
public:
  explicit postgres_target(std::unique_ptr<postgres_database> database) :
      database_(std::move(database)), reader_(*database_), nodes_(*database_),
      house_(*database_, database_->cluster().secret),
      // It imports nothing: the folder is not made.
      audiences_(*database_, house_, 0, std::filesystem::temp_directory_path() / "sluice-copy-imports") {}

  result<copy_place> begin(const copy_origin& origin) override {
    auto place = result<copy_place>(copy_place{});
    const auto begun = database_->transact(copying_into, [&](pg_connection& to) -> pg_result_of<void> {
      if (auto made = to.run_script(
              "CREATE TABLE IF NOT EXISTS copied (origin bytea NOT NULL, url bytea NOT NULL, place "
              "bytea NOT NULL, owner int8 NOT NULL, completed int8)",
              copy_within);
          !made)
        return std::unexpected(made.error());
      const auto before = to.run("SELECT origin, url, place, owner FROM copied", {}, copy_within);
      if (!before)
        return std::unexpected(before.error());
      if (before->empty())
        return begin_anew(to, origin);
      owner_ = before->number(0, 3);
      if (before->bytes(0, 0) == origin.fingerprint)
        place = decode_copy_place(before->bytes(0, 2)).value_or(copy_place{});
      else
        place = failure(
            error_code::conflict,
            fmt::format("a copy of another store was begun here ({}), or of this one before an engine "
                        "changed it; name an empty database",
                        before->bytes(0, 1)));
      return {};
    });
    return begun ? place : std::unexpected(begun.error());
  }

  result<void> put(copy_table table, std::span<const copy_record> records, const copy_place& place) override {
    return database_->transact(copying_into, [&](pg_connection& to) -> pg_result_of<void> {
      if (auto put = put_records(to, table, records); !put)
        return put;
      pg_parameters of;
      of.add_bytes(encode_copy_place(place));
      return execute(to, "UPDATE copied SET place = $1", of);
    });
  }

  result<void> derive() override {
    if (auto named = keep_token_names(); !named)
      return named;
    const auto counted = database_->run(
        copying_into,
        "UPDATE counters SET value = greatest(value, (SELECT coalesce(max(campaign), 0) FROM campaigns), "
        "(SELECT coalesce(max(campaign), 0) FROM removed)) WHERE name = 'campaign'");
    if (!counted)
      return std::unexpected(counted.error());
    const auto all = audiences_.list();
    if (!all)
      return std::unexpected(all.error());
    for (const auto& one : *all)
      if (auto made = make_index(one); !made)
        return made;
    return {};
  }

  const copy_source& contents() const override { return reader_; }
  const audience_store& audiences() const override { return audiences_; }

  result<void> complete(timestamp at) override {
    return database_->transact(copying_into, [&](pg_connection& to) -> pg_result_of<void> {
      if (auto dropped = to.run_script("DROP TABLE IF EXISTS copied_erased", copy_within); !dropped)
        return std::unexpected(dropped.error());
      pg_parameters when;
      when.add(at.time_since_epoch().count());
      if (auto kept = execute(to, "UPDATE copied SET completed = $1", when); !kept)
        return kept;
      pg_parameters of;
      of.add(postgres_format);
      return execute(to, "UPDATE cluster SET format = $1", of);
    });
  }

private:
  /// Whose campaigns they are until an engine takes them over: of a node that has left.
  pg_result_of<void> begin_anew(pg_connection& to, const copy_origin& origin) {
    const auto number =
        to.run("UPDATE counters SET value = value + 1 WHERE name = 'node' RETURNING value", {}, copy_within);
    if (!number)
      return std::unexpected(number.error());
    owner_ = number->number(0, 0);
    pg_parameters node;
    node.add(owner_).add(postgres_format);
    if (auto made =
            execute(to, "INSERT INTO nodes VALUES ($1, 1, 'store copy', '', 'left', 0, $2, 0, 0, '')", node);
        !made)
      return made;
    pg_parameters of;
    of.add_bytes(origin.fingerprint).add_bytes(origin.from).add_bytes("").add(owner_);
    return execute(to, "INSERT INTO copied VALUES ($1, $2, $3, $4, NULL)", of);
  }

  pg_result_of<void> put_records(pg_connection& to, copy_table table, std::span<const copy_record> records) {
    switch (table) {
    case copy_table::audiences:
      return put_audiences(to, records);
    case copy_table::audience_rows:
      return put_rows(to, records);
    case copy_table::erased_addresses:
      return put_erased(to, records);
    case copy_table::audience_hashes:
      return put_hashes(to, records);
    case copy_table::suppressions:
      return put_all_suppressions(to, records);
    case copy_table::tokens:
      return put_pairs(to, records,
                       "INSERT INTO tokens SELECT * FROM unnest($1::bytea[], $2::bytea[]) "
                       "ON CONFLICT (hash) DO UPDATE SET value = excluded.value");
    case copy_table::keys:
      return put_keys(to, records);
    case copy_table::notes:
      return put_pairs(to, records,
                       "INSERT INTO notes SELECT * FROM unnest($1::bytea[], $2::bytea[]) "
                       "ON CONFLICT (name) DO UPDATE SET content = excluded.content");
    case copy_table::partials:
      return put_partials(to, records);
    case copy_table::attachment_pieces:
      return put_pieces(to, records);
    case copy_table::attachments:
      return put_pairs(to, records,
                       "INSERT INTO attachments SELECT * FROM unnest($1::bytea[], $2::bytea[]) "
                       "ON CONFLICT (hash) DO UPDATE SET value = excluded.value");
    case copy_table::removed:
      return put_removed(to, records);
    case copy_table::events:
      return put_events(to, records);
    case copy_table::counters:
      return put_counters(to, records);
    }
    return {};
  }

  static pg_result_of<void>
  put_pairs(pg_connection& to, std::span<const copy_record> records, const std::string& statement) {
    std::vector<std::string_view> keys;
    std::vector<std::string_view> values;
    for (const auto& one : records) {
      keys.emplace_back(one.key);
      values.emplace_back(one.value);
    }
    pg_parameters of;
    of.add_all_bytes(keys).add_all_bytes(values);
    return execute(to, statement, of);
  }

  static pg_result_of<void> put_audiences(pg_connection& to, std::span<const copy_record> records) {
    for (const auto& one : records) {
      const auto* const column = one.key.starts_with('d')   ? "deletion"
                                 : one.key.starts_with('i') ? "info"
                                 : one.key.starts_with('l') ? "left_out"
                                                            : "import";
      pg_parameters of;
      of.add(in_copy(one.key, 1)).add_bytes(one.value);
      if (auto put = execute(
              to,
              fmt::format("INSERT INTO audiences (audience, {0}, begun) VALUES ($1, $2, 0) ON CONFLICT "
                          "(audience) DO UPDATE SET {0} = excluded.{0}",
                          column),
              of);
          !put)
        return put;
    }
    return {};
  }

  static pg_result_of<void> put_rows(pg_connection& to, std::span<const copy_record> rows) {
    std::vector<std::int64_t> audiences;
    std::vector<std::int64_t> firsts;
    std::vector<std::string> contents;
    row_block block;
    const auto end_block = [&] {
      if (block.rows > 0) {
        firsts.push_back(block.first);
        contents.push_back(pack_row_block(block));
      }
      block = {};
    };
    for (const auto& one : rows) {
      const auto row = copy_index(one.key);
      if (block.rows > 0 &&
          (audiences.back() != in_copy(one.key) || block.first + block.rows != row ||
           block.rows == row_block_rows_max || block.entries.size() + one.value.size() > row_block_bytes_max))
        end_block();
      if (block.rows == 0) {
        audiences.push_back(in_copy(one.key));
        block.first = row;
      }
      block.entries += one.value;
      ++block.rows;
    }
    end_block();
    pg_parameters of;
    of.add_all(audiences).add_all(firsts).add_all_bytes(contents);
    return execute(to,
                   "INSERT INTO audience_blocks SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[]) "
                   "ON CONFLICT (audience, first) DO UPDATE SET content = excluded.content",
                   of);
  }

  /// They wait in a table of their own until the index is made. Of an audience of which something was erased the version says so.
  static pg_result_of<void> put_erased(pg_connection& to, std::span<const copy_record> records) {
    if (auto made = to.run_script(
            "CREATE TABLE IF NOT EXISTS copied_erased (audience int8, number int8, hidden bytea, "
            "PRIMARY KEY (audience, number))",
            copy_within);
        !made)
      return std::unexpected(made.error());
    for (const auto& one : records) {
      pg_parameters of;
      of.add(in_copy(one.key)).add(std::int64_t{copy_index(one.key)}).add_bytes(one.value);
      if (auto put = execute(
              to,
              "INSERT INTO copied_erased VALUES ($1, $2, $3) ON CONFLICT (audience, number) DO UPDATE SET "
              "hidden = excluded.hidden",
              of);
          !put)
        return put;
      pg_parameters audience;
      audience.add(in_copy(one.key));
      if (auto told =
              execute(to, "UPDATE audiences SET version = 1 WHERE audience = $1 AND version = 0", audience);
          !told)
        return told;
    }
    return {};
  }

  static pg_result_of<void> put_hashes(pg_connection& to, std::span<const copy_record> records) {
    std::vector<std::int64_t> audiences;
    std::vector<std::int64_t> levels;
    std::vector<std::int64_t> places;
    std::vector<std::string_view> hashes;
    for (const auto& one : records) {
      audiences.push_back(in_copy(one.key));
      levels.push_back(static_cast<unsigned char>(one.key[sizeof(std::uint64_t)]));
      places.push_back(copy_index(one.key, sizeof(std::uint64_t) + 1));
      hashes.emplace_back(one.value);
    }
    pg_parameters of;
    of.add_all(audiences).add_all(levels).add_all(places).add_all_bytes(hashes);
    return execute(
        to,
        "INSERT INTO audience_hashes SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::bytea[]) "
        "ON CONFLICT (audience, level, place) DO UPDATE SET hashes = excluded.hashes",
        of);
  }

  static pg_result_of<void> put_all_suppressions(pg_connection& to, std::span<const copy_record> records) {
    std::vector<suppression> entries;
    for (const auto& one : records) {
      auto entry = decode_suppression(one.key, one.value);
      if (!entry)
        return std::unexpected(unreadable_record(copy_table::suppressions));
      entries.push_back(*std::move(entry));
    }
    return put_suppressions(to, entries);
  }

  static pg_result_of<void> put_keys(pg_connection& to, std::span<const copy_record> records) {
    std::vector<std::string_view> keys;
    std::vector<std::string_view> values;
    std::vector<std::int64_t> given;
    for (const auto& one : records) {
      const auto read = decode_key_record(one.key, one.value);
      if (!read)
        return std::unexpected(unreadable_record(copy_table::keys));
      keys.emplace_back(one.key);
      values.emplace_back(one.value);
      given.push_back(read->at.time_since_epoch().count());
    }
    pg_parameters of;
    of.add_all_bytes(keys).add_all_bytes(values).add_all(given);
    return execute(to,
                   "INSERT INTO keys SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::int8[]) "
                   "ON CONFLICT (key) DO UPDATE SET value = excluded.value, given = excluded.given",
                   of);
  }

  static pg_result_of<void> put_partials(pg_connection& to, std::span<const copy_record> records) {
    std::vector<std::string_view> names;
    std::vector<std::int64_t> versions;
    std::vector<std::string_view> values;
    for (const auto& one : records) {
      const auto end = one.key.find('\0');
      if (end == std::string::npos || one.key.size() != end + 1 + sizeof(std::uint32_t))
        return std::unexpected(unreadable_record(copy_table::partials));
      names.push_back(std::string_view(one.key).substr(0, end));
      versions.push_back(copy_index(one.key, end + 1));
      values.emplace_back(one.value);
    }
    pg_parameters of;
    of.add_all_bytes(names).add_all(versions).add_all_bytes(values);
    return execute(to,
                   "INSERT INTO partials SELECT * FROM unnest($1::bytea[], $2::int8[], $3::bytea[]) "
                   "ON CONFLICT (name, version) DO UPDATE SET value = excluded.value",
                   of);
  }

  static pg_result_of<void> put_pieces(pg_connection& to, std::span<const copy_record> records) {
    std::vector<std::int64_t> uploads;
    std::vector<std::int64_t> pieces;
    std::vector<std::string_view> contents;
    for (const auto& one : records) {
      uploads.push_back(in_copy(one.key));
      pieces.push_back(copy_index(one.key));
      contents.emplace_back(one.value);
    }
    pg_parameters of;
    of.add_all(uploads).add_all(pieces).add_all_bytes(contents);
    return execute(to,
                   "INSERT INTO attachment_pieces SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[]) "
                   "ON CONFLICT (upload, piece) DO UPDATE SET content = excluded.content",
                   of);
  }

  static pg_result_of<void> put_removed(pg_connection& to, std::span<const copy_record> records) {
    std::vector<std::int64_t> campaigns;
    std::array<std::vector<std::int64_t>, 3> facts;
    for (const auto& one : records) {
      campaigns.push_back(in_copy(one.key));
      for (std::size_t fact = 0; fact < facts.size(); ++fact)
        facts[fact].push_back(in_copy(one.value, fact * sizeof(std::uint64_t)));
    }
    pg_parameters of;
    of.add_all(campaigns);
    for (const auto& fact : facts)
      of.add_all(fact);
    return execute(to,
                   "INSERT INTO removed SELECT * FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int8[]) "
                   "ON CONFLICT (campaign) DO NOTHING",
                   of);
  }

  pg_result_of<void> put_events(pg_connection& to, std::span<const copy_record> records) const {
    std::vector<std::int64_t> campaigns;
    std::vector<std::int64_t> numbers;
    std::vector<std::string_view> bodies;
    std::map<std::int64_t, const copy_record*> last;
    for (const auto& one : records) {
      campaigns.push_back(in_copy(one.key));
      numbers.push_back(in_copy(one.key, sizeof(std::uint64_t)));
      bodies.emplace_back(one.value);
      last[campaigns.back()] = &one;
    }
    pg_parameters of;
    of.add_all(campaigns).add_all(numbers).add_all_bytes(bodies);
    if (auto put = execute(to,
                           "INSERT INTO events SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[]) "
                           "ON CONFLICT (campaign, number) DO UPDATE SET record = excluded.record",
                           of);
        !put)
      return put;
    std::vector<std::int64_t> ended;
    std::vector<std::int64_t> last_numbers;
    std::vector<std::string> last_hashes;
    for (const auto& [campaign, record] : last) {
      const auto number = copy_number(record->key, sizeof(std::uint64_t));
      ended.push_back(campaign);
      last_numbers.push_back(static_cast<std::int64_t>(number));
      last_hashes.emplace_back(
          as_text(record_hash({static_cast<std::uint64_t>(campaign)}, number, record->value)));
    }
    pg_parameters ends;
    ends.add_all(ended).add_all(last_numbers).add_all_bytes(last_hashes).add(owner_);
    return execute(
        to,
        "INSERT INTO campaigns SELECT w.campaign, w.number, w.hash, $4, 1, 1, false FROM unnest($1::int8[], "
        "$2::int8[], $3::bytea[]) AS w(campaign, number, hash) ON CONFLICT (campaign) DO UPDATE SET "
        "last_number "
        "= excluded.last_number, last_hash = excluded.last_hash",
        ends);
  }

  static pg_result_of<void> put_counters(pg_connection& to, std::span<const copy_record> records) {
    for (const auto& one : records) {
      pg_parameters of;
      of.add_text(one.key).add(in_copy(one.value));
      if (auto put = execute(to, "UPDATE counters SET value = $2 WHERE name = $1", of); !put)
        return put;
    }
    return {};
  }

  /// Names are given once for good: those of tokens that were revoked, too.
  result<void> keep_token_names() {
    std::vector<std::string> names;
    std::vector<std::string> ids;
    {
      const postgres_journal log(*database_, nodes_);
      const auto read = read_house_log(log, 1, [&](const stored_house_event& entry) {
        if (const auto* const made = std::get_if<house::token_created>(&entry.event.body)) {
          names.push_back(made->name);
          ids.push_back(made->id);
        }
        return true;
      });
      if (!read)
        return read;
    }
    pg_parameters of;
    of.add_all_bytes(names).add_all_bytes(ids);
    const auto kept = database_->run(copying_into,
                                     "INSERT INTO token_names SELECT w.name, convert_from(w.id, 'UTF8') FROM "
                                     "unnest($1::bytea[], $2::bytea[]) AS w(name, id) ON CONFLICT DO NOTHING",
                                     of);
    return kept ? result<void>{} : std::unexpected(kept.error());
  }

  /// Of all its rows, from the first, so that it does no harm where it was begun before.
  result<void> make_index(const audience_info& info) {
    auto folder_name = (std::filesystem::temp_directory_path() / "sluice-copy-XXXXXX").string();
    if (::mkdtemp(folder_name.data()) == nullptr)
      return failure(error_code::storage_failed, "cannot make a folder for what is sorted in " + folder_name);
    const auto made = make_index(info, folder_name);
    std::error_code ignored;
    std::filesystem::remove_all(folder_name, ignored);
    return made;
  }

  result<void> make_index(const audience_info& info, const std::filesystem::path& folder) {
    pg_parameters audience;
    audience.add(static_cast<std::int64_t>(info.id.value));
    address_sorter sorter(folder, info.size);
    for (letter_index first = 0; first < info.size;) {
      const auto rows = audiences_.read_rows(info.id, first, row_block_rows_max * 8, audience_read_bytes_max);
      if (!rows)
        return std::unexpected(rows.error());
      for (std::size_t row = 0; row < rows->size(); ++row, ++first)
        if (!rows->is_erased(row))
          if (auto added = sorter.add(house_.hide()(folded((*rows)[row].email)), first); !added)
            return added;
    }
    const auto has_erased = database_->run(copying_into, "SELECT to_regclass('copied_erased') IS NOT NULL");
    if (!has_erased)
      return std::unexpected(has_erased.error());
    if (has_erased->boolean(0, 0)) {
      const auto erased = database_->run(
          copying_into, "SELECT number, hidden FROM copied_erased WHERE audience = $1", audience);
      if (!erased)
        return std::unexpected(erased.error());
      for (std::size_t at = 0; at < erased->size(); ++at)
        if (auto added = sorter.add(erased->bytes(at, 1), static_cast<letter_index>(erased->number(at, 0)));
            !added)
          return added;
    }
    std::vector<std::string> firsts;
    std::vector<std::string> contents;
    const auto flush = [&]() -> result<void> {
      pg_parameters of;
      of.add(static_cast<std::int64_t>(info.id.value)).add_all_bytes(firsts).add_all_bytes(contents);
      firsts.clear();
      contents.clear();
      const auto put =
          database_->run(copying_into,
                         "INSERT INTO audience_addresses SELECT $1, w.* FROM unnest($2::bytea[], "
                         "$3::bytea[]) AS w(first, content) "
                         "ON CONFLICT (audience, first) DO UPDATE SET content = excluded.content",
                         of);
      return put ? result<void>{} : std::unexpected(put.error());
    };
    const auto finished = sorter.finish([&](std::string_view block) -> result<void> {
      firsts.emplace_back(address_entry_at(block, 0).hidden);
      contents.emplace_back(block);
      return firsts.size() >= index_blocks_at_once ? flush() : result<void>{};
    });
    return !finished || firsts.empty() ? finished : flush();
  }

  // Destroyed from the last to the first.
  std::unique_ptr<postgres_database> database_;
  postgres_copy_reader reader_;
  postgres_nodes nodes_;
  postgres_house_log house_;
  postgres_audiences audiences_;
  std::int64_t owner_ = 0;
};

} // namespace

result<std::unique_ptr<copy_source>> open_postgres_copy_source(const std::string& url,
                                                               const copy_wait& wait) {
  auto database = postgres_database::open({.url = url}, open_mode::read_only);
  if (!database)
    return std::unexpected(database.error());
  auto nodes = watched_nodes(**database);
  if (!nodes)
    return std::unexpected(nodes.error());
  auto source = std::make_unique<postgres_source>(*std::move(database), *std::move(nodes));
  wait(copy_watch_time);
  if (auto unused = source->check_unused(); !unused)
    return std::unexpected(unused.error());
  return source;
}

result<std::unique_ptr<copy_target>>
open_postgres_copy_target(const std::string& url, bool accept_single, const std::string& secret) {
  auto database = postgres_database::open(
      {.url = url, .accept_single = accept_single, .copied_secret = secret}, open_mode::read_write);
  if (!database)
    return std::unexpected(database.error());
  return std::make_unique<postgres_target>(*std::move(database));
}

} // namespace sluice
