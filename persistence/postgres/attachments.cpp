#include "persistence/postgres/attachments.hpp"

#include "persistence/postgres/database.hpp"
#include "persistence/postgres/refusal.hpp"

#include <utility>

namespace sluice {

namespace {

constexpr std::int64_t upload_broken_off_after_ms = 24LL * 60 * 60 * 1000;
/// Pieces of one question: 4 MiB.
constexpr std::int64_t pieces_at_once = 16;
constexpr std::string_view uploading = "cannot keep an attachment";
constexpr std::string_view reading_attachments = "cannot read the attachments";

error upload_given_up() {
  return {error_code::storage_failed,
          "cannot keep an attachment: it was taken for an upload that had broken off; upload it again"};
}

std::unexpected<error> attachment_damaged(std::string_view id) {
  return failure(error_code::corrupt, notice{"attachment_damaged", {{"id", id}}});
}

pg_result_of<pg_rows> locked_attachment(pg_connection& to, const sha256_hash& hash) {
  pg_parameters of;
  of.add_bytes(as_text(hash));
  return to.run("SELECT value FROM attachments WHERE hash = $1 FOR UPDATE", of,
                postgres_database::answer_within);
}

pg_result_of<pg_rows> delete_pieces(pg_connection& to, std::int64_t upload) {
  pg_parameters of;
  of.add(upload);
  return to.run("DELETE FROM attachment_pieces WHERE upload = $1", of, postgres_database::answer_within);
}

pg_result_of<pg_rows> delete_upload(pg_connection& to, std::int64_t upload) {
  pg_parameters of;
  of.add(upload);
  return to.run("DELETE FROM uploads WHERE upload = $1", of, postgres_database::answer_within);
}

} // namespace

class postgres_attachments::writer final : public attachment_writer {
public:
  writer(postgres_attachments& of, std::int64_t upload, stored_attachment begun, std::uint64_t bytes_max) :
      attachment_writer(std::move(begun), bytes_max), of_(of), upload_(upload) {}

  ~writer() override {
    // Where this fails too, the next start deletes it: the mark of the begun upload is still there then.
    if (!is_committed_)
      static_cast<void>(of_.give_up(upload_).has_value());
  }

  result<stored_attachment> commit() override {
    if (auto written = write_piece(); !written)
      return std::unexpected(written.error());
    const auto hash = finish();
    std::string kept;
    pg_refusal refuse;
    const auto change = [&](pg_connection& to) -> pg_result_of<void> {
      const auto ours = delete_upload(to, upload_);
      if (!ours)
        return std::unexpected(ours.error());
      if (ours->changed() == 0)
        return refuse(upload_given_up());
      kept = encode_attachment({info_, static_cast<std::uint64_t>(upload_)});
      pg_parameters of;
      of.add_bytes(as_text(hash)).add_bytes(kept);
      const auto added = to.run("INSERT INTO attachments VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", of,
                                postgres_database::answer_within);
      if (!added || added->changed() == 1)
        return added ? pg_result_of<void>{} : std::unexpected(added.error());
      return replace(to, hash, kept, refuse);
    };
    const auto was_kept = [&](pg_connection& to) -> pg_result_of<bool> {
      const auto there = locked_attachment(to, hash);
      if (!there)
        return std::unexpected(there.error());
      return !there->empty() && there->bytes(0, 0) == kept;
    };
    if (auto done = of_.database_.transact(uploading, change, was_kept); !done)
      return refuse.or_else(done.error());
    is_committed_ = true;
    return info_;
  }

private:
  /// It is there already: only its name and type are new.
  pg_result_of<void>
  replace(pg_connection& to, const sha256_hash& hash, std::string& kept, pg_refusal& refuse) const {
    const auto there = locked_attachment(to, hash);
    if (!there)
      return std::unexpected(there.error());
    if (there->empty()) // removed since: once more from the beginning
      return std::unexpected(
          pg_failure{pg_failure::kind::conflicted, {}, "the attachment was removed meanwhile"});
    const auto before = decode_attachment(info_.id, there->bytes(0, 0));
    if (!before)
      return refuse(before.error());
    kept = encode_attachment({info_, before->number});
    if (auto gone = delete_pieces(to, upload_); !gone)
      return std::unexpected(gone.error());
    pg_parameters of;
    of.add_bytes(as_text(hash)).add_bytes(kept);
    const auto renamed =
        to.run("UPDATE attachments SET value = $2 WHERE hash = $1", of, postgres_database::answer_within);
    return renamed ? pg_result_of<void>{} : std::unexpected(renamed.error());
  }

  result<void> take(std::string_view bytes) override {
    while (!bytes.empty()) {
      const auto taken = bytes.substr(0, attachment_piece_bytes - piece_.size());
      piece_.append(taken);
      bytes.remove_prefix(taken.size());
      if (piece_.size() == attachment_piece_bytes)
        if (auto written = write_piece(); !written)
          return written;
    }
    return {};
  }

  result<void> write_piece() {
    if (piece_.empty())
      return {};
    pg_parameters of;
    of.add(upload_).add(of_.node_).add(pieces_).add_bytes(piece_);
    // The lock lets nobody delete what the upload left while a piece of it is being written.
    const auto written = of_.database_.run(
        uploading,
        "WITH mine AS (SELECT upload FROM uploads WHERE upload = $1 AND importer = $2 FOR SHARE) "
        "INSERT INTO attachment_pieces SELECT mine.upload, $3, $4 FROM mine "
        "ON CONFLICT (upload, piece) DO UPDATE SET content = excluded.content",
        of);
    if (!written)
      return std::unexpected(written.error());
    if (written->changed() == 0)
      return std::unexpected(upload_given_up());
    ++pieces_;
    piece_.clear();
    return {};
  }

  postgres_attachments& of_;
  const std::int64_t upload_;
  std::string piece_;
  std::int64_t pieces_ = 0;
  bool is_committed_ = false;
};

postgres_attachments::postgres_attachments(postgres_database& database, std::int64_t node) :
    database_(database), node_(node) {
  // What cannot be done now is done before the next upload.
  const std::lock_guard guard(preparing_);
  if (database.check_writable())
    static_cast<void>(prepare().has_value());
}

result<void> postgres_attachments::prepare() {
  if (is_prepared_)
    return {};
  pg_parameters of;
  of.add(node_).add(upload_broken_off_after_ms);
  const auto broken_off = database_.run("cannot look for uploads that broke off",
                                        "SELECT upload FROM uploads WHERE importer = $1 OR "
                                        "begun < (extract(epoch FROM clock_timestamp()) * 1000)::int8 - $2",
                                        of);
  if (!broken_off)
    return std::unexpected(broken_off.error());
  for (std::size_t row = 0; row < broken_off->size(); ++row)
    if (auto gone = give_up(broken_off->number(row, 0)); !gone)
      return gone;
  is_prepared_ = true;
  return {};
}

/// One that was committed since stays.
result<void> postgres_attachments::give_up(std::int64_t upload) {
  return database_.transact("cannot delete an upload that broke off",
                            [&](pg_connection& to) -> pg_result_of<void> {
                              const auto gone = delete_upload(to, upload);
                              if (!gone || gone->changed() == 0)
                                return gone ? pg_result_of<void>{} : std::unexpected(gone.error());
                              const auto pieces = delete_pieces(to, upload);
                              return pieces ? pg_result_of<void>{} : std::unexpected(pieces.error());
                            });
}

result<std::unique_ptr<attachment_writer>> postgres_attachments::begin_upload(stored_attachment begun,
                                                                              std::uint64_t bytes_max) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  {
    const std::lock_guard guard(preparing_);
    if (auto prepared = prepare(); !prepared)
      return std::unexpected(prepared.error());
  }
  std::int64_t upload = 0;
  const auto marked = database_.transact(uploading, [&](pg_connection& to) -> pg_result_of<void> {
    const auto next = to.run("UPDATE counters SET value = value + 1 WHERE name = 'upload' RETURNING value",
                             {}, postgres_database::answer_within);
    if (!next)
      return std::unexpected(next.error());
    upload = next->number(0, 0);
    pg_parameters of;
    of.add(upload).add(node_);
    const auto made =
        to.run("INSERT INTO uploads VALUES ($1, $2, (extract(epoch FROM clock_timestamp()) * 1000)::int8)",
               of, postgres_database::answer_within);
    return made ? pg_result_of<void>{} : std::unexpected(made.error());
  });
  if (!marked)
    return std::unexpected(marked.error());
  return std::make_unique<writer>(*this, upload, std::move(begun), bytes_max);
}

result<attachment_record> postgres_attachments::record_of(std::string_view id) const {
  const auto hash = attachment_hash(id);
  if (!hash)
    return std::unexpected(hash.error());
  pg_parameters of;
  of.add_bytes(as_text(*hash));
  const auto rows = database_.run(reading_attachments, "SELECT value FROM attachments WHERE hash = $1", of);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return no_such_attachment(id);
  return decode_attachment(id, rows->bytes(0, 0));
}

result<stored_attachment> postgres_attachments::info(std::string_view id) const {
  auto record = record_of(id);
  if (!record)
    return std::unexpected(record.error());
  return std::move(record->info);
}

result<std::vector<stored_attachment>> postgres_attachments::list(std::string_view after,
                                                                  std::size_t limit) const {
  std::string begin;
  if (!after.empty()) {
    const auto hash = attachment_hash(after);
    if (!hash)
      return std::unexpected(hash.error());
    begin = as_text(*hash);
  }
  pg_parameters of;
  of.add_bytes(begin).add(static_cast<std::int64_t>(limit));
  const auto rows = database_.run(
      reading_attachments, "SELECT hash, value FROM attachments WHERE hash > $1 ORDER BY hash LIMIT $2", of);
  if (!rows)
    return std::unexpected(rows.error());
  std::vector<stored_attachment> some;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const auto hash = rows->bytes(row, 0);
    auto one = decode_attachment(to_hex({reinterpret_cast<const std::uint8_t*>(hash.data()), hash.size()}),
                                 rows->bytes(row, 1));
    if (!one)
      return std::unexpected(one.error());
    some.push_back(std::move(one->info));
  }
  return some;
}

result<std::string> postgres_attachments::read(std::string_view id) const {
  const auto record = record_of(id);
  if (!record)
    return std::unexpected(record.error());
  auto content = read_pieces(*record);
  if (!content || to_hex(sha256(*content)) == id)
    return content;
  // One that was removed meanwhile is no damaged one; neither is one that was removed and uploaded again.
  const auto still = record_of(id);
  if (!still)
    return std::unexpected(still.error());
  if (still->number != record->number)
    content = read_pieces(*still);
  if (content && to_hex(sha256(*content)) != id)
    return attachment_damaged(id);
  return content;
}

result<std::string> postgres_attachments::read_pieces(const attachment_record& of) const {
  std::string content;
  content.reserve(of.info.bytes);
  for (std::int64_t next = 0;; next += pieces_at_once) {
    pg_parameters some;
    some.add(static_cast<std::int64_t>(of.number)).add(next).add(next + pieces_at_once);
    const auto pieces = database_.run(reading_attachments,
                                      "SELECT content FROM attachment_pieces WHERE upload = $1 AND piece >= "
                                      "$2 AND piece < $3 ORDER BY piece",
                                      some);
    if (!pieces)
      return std::unexpected(pieces.error());
    for (std::size_t row = 0; row < pieces->size(); ++row)
      content += pieces->bytes(row, 0);
    if (pieces->size() < static_cast<std::size_t>(pieces_at_once))
      return content;
  }
}

result<void> postgres_attachments::remove(std::string_view id) {
  const auto hash = attachment_hash(id);
  if (!hash)
    return std::unexpected(hash.error());
  pg_refusal refuse;
  const auto change = [&](pg_connection& to) -> pg_result_of<void> {
    const auto there = locked_attachment(to, *hash);
    if (!there)
      return std::unexpected(there.error());
    if (there->empty())
      return refuse(no_such_attachment(id).error());
    const auto record = decode_attachment(id, there->bytes(0, 0));
    if (!record)
      return refuse(record.error());
    if (auto gone = delete_pieces(to, static_cast<std::int64_t>(record->number)); !gone)
      return std::unexpected(gone.error());
    pg_parameters of;
    of.add_bytes(as_text(*hash));
    const auto removed =
        to.run("DELETE FROM attachments WHERE hash = $1", of, postgres_database::answer_within);
    return removed ? pg_result_of<void>{} : std::unexpected(removed.error());
  };
  const auto was_kept = [&](pg_connection& to) -> pg_result_of<bool> {
    const auto there = locked_attachment(to, *hash);
    return there ? pg_result_of<bool>(there->empty()) : std::unexpected(there.error());
  };
  const auto done = database_.transact("cannot remove an attachment", change, was_kept);
  return done ? done : result<void>(refuse.or_else(done.error()));
}

} // namespace sluice
