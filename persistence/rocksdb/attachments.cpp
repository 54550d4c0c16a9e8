// The family `attachments`. Numbers are big-endian.
//
//   'n'                        → 8 bytes, the next upload's number
//   'b' number (8)             → empty: an upload was begun and not finished
//   'c' number (8) piece (4)   → attachment_piece_bytes of the content, the last one fewer
//   'i' SHA-256 (32)           → see encode_attachment
//
// Pieces go past the log, as an import's rows do: megabytes in it would hold up the campaigns' synced writes.

#include "persistence/rocksdb/attachments.hpp"

#include "persistence/big_endian.hpp"
#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

namespace sluice {

namespace {

constexpr std::string_view next_key = "n";

std::string numbered_key(char mark, std::uint64_t number) {
  std::string key(1, mark);
  append_big_endian(key, number);
  return key;
}

std::string piece_key(std::uint64_t number, std::uint32_t piece) {
  auto key = numbered_key('c', number);
  append_big_endian(key, piece);
  return key;
}

std::string info_key(const sha256_hash& hash) {
  return std::string(1, 'i').append(as_text(hash));
}

void delete_pieces(rocksdb::WriteBatch& batch, const rocksdb_database& database, std::uint64_t number) {
  delete_prefix(batch, database[family::attachments], numbered_key('c', number));
  batch.Delete(database[family::attachments], numbered_key('b', number));
}

} // namespace

class rocksdb_attachments::writer final : public attachment_writer {
public:
  writer(rocksdb_attachments& of, std::uint64_t number, stored_attachment begun, std::uint64_t bytes_max) :
      attachment_writer(std::move(begun), bytes_max), of_(of), number_(number) {}

  ~writer() override {
    if (is_committed_)
      return;
    // Where this fails too, the next start deletes it: the mark of the begun upload is still there then.
    rocksdb::WriteBatch batch;
    delete_pieces(batch, of_.database_, number_);
    static_cast<void>(of_.database_.write(batch, durability::logged).has_value());
  }

  result<stored_attachment> commit() override {
    auto& database = of_.database_;
    if (auto written = write_piece(); !written)
      return std::unexpected(written.error());
    if (auto flushed = database.flush(family::attachments); !flushed)
      return std::unexpected(flushed.error());
    const auto hash = finish();
    const std::lock_guard guard(of_.changing_);
    rocksdb::WriteBatch batch;
    attachment_record kept{info_, number_};
    if (const auto before = of_.record_of(info_.id)) {
      kept.number = before->number; // it is there: only its name and type are new
      delete_pieces(batch, database, number_);
    }
    batch.Put(database[family::attachments], info_key(hash), encode_attachment(kept));
    batch.Delete(database[family::attachments], numbered_key('b', number_));
    if (auto written = database.write(batch, durability::synced); !written)
      return std::unexpected(written.error());
    is_committed_ = true;
    return info_;
  }

private:
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
    rocksdb::WriteBatch batch;
    batch.Put(of_.database_[family::attachments], piece_key(number_, pieces_++), piece_);
    piece_.clear();
    return of_.database_.write(batch, durability::in_memory);
  }

  rocksdb_attachments& of_;
  const std::uint64_t number_;
  std::string piece_;
  std::uint32_t pieces_ = 0;
  bool is_committed_ = false;
};

rocksdb_attachments::rocksdb_attachments(rocksdb_database& database) : database_(database) {
  // What cannot be done now is done before the next upload.
  if (database.check_writable())
    static_cast<void>(prepare().has_value());
}

result<void> rocksdb_attachments::prepare() {
  if (is_prepared_)
    return {};
  const auto next = database_.get(family::attachments, next_key);
  if (!next)
    return std::unexpected(next.error());
  if (*next && (*next)->size() == sizeof(std::uint64_t))
    next_number_ = read_big_endian<std::uint64_t>((*next)->data());
  rocksdb::WriteBatch batch;
  const std::unique_ptr<rocksdb::Iterator> begun(
      database_.db().NewIterator({}, database_[family::attachments]));
  for (begun->Seek("b"); begun->Valid() && view(begun->key()).starts_with('b'); begun->Next())
    if (begun->key().size() == 1 + sizeof(std::uint64_t))
      delete_pieces(batch, database_, read_big_endian<std::uint64_t>(begun->key().data() + 1));
  if (!begun->status().ok())
    return std::unexpected(error_of(begun->status(), "cannot read the attachments"));
  if (batch.Count() > 0)
    if (auto deleted = database_.write(batch, durability::synced); !deleted)
      return deleted;
  is_prepared_ = true;
  return {};
}

result<std::unique_ptr<attachment_writer>> rocksdb_attachments::begin_upload(stored_attachment begun,
                                                                             std::uint64_t bytes_max) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  const std::lock_guard guard(changing_);
  if (auto prepared = prepare(); !prepared)
    return std::unexpected(prepared.error());
  const auto number = next_number_;
  rocksdb::WriteBatch batch;
  batch.Put(database_[family::attachments], slice(next_key), big_endian(number + 1));
  batch.Put(database_[family::attachments], numbered_key('b', number), {});
  if (auto written = database_.write(batch, durability::synced); !written)
    return std::unexpected(written.error());
  ++next_number_;
  return std::make_unique<writer>(*this, number, std::move(begun), bytes_max);
}

result<attachment_record> rocksdb_attachments::record_of(std::string_view id) const {
  const auto hash = attachment_hash(id);
  if (!hash)
    return std::unexpected(hash.error());
  const auto value = database_.get(family::attachments, info_key(*hash));
  if (!value)
    return std::unexpected(value.error());
  if (!*value)
    return no_such_attachment(id);
  return decode_attachment(id, **value);
}

result<stored_attachment> rocksdb_attachments::info(std::string_view id) const {
  auto record = record_of(id);
  if (!record)
    return std::unexpected(record.error());
  return std::move(record->info);
}

result<std::vector<stored_attachment>> rocksdb_attachments::list(std::string_view after,
                                                                 std::size_t limit) const {
  std::vector<stored_attachment> some;
  if (!database_.has(family::attachments))
    return some;
  std::string begin = "i";
  if (!after.empty()) {
    const auto hash = attachment_hash(after);
    if (!hash)
      return std::unexpected(hash.error());
    begin = info_key(*hash).append(1, '\0');
  }
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::attachments]));
  for (stored->Seek(begin); stored->Valid() && view(stored->key()).starts_with('i') && some.size() < limit;
       stored->Next()) {
    const auto hash = view(stored->key()).substr(1);
    std::string id;
    append_hex(id, {reinterpret_cast<const std::uint8_t*>(hash.data()), hash.size()});
    auto one = decode_attachment(id, view(stored->value()));
    if (!one)
      return std::unexpected(one.error());
    some.push_back(std::move(one->info));
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the attachments"));
  return some;
}

result<std::string> rocksdb_attachments::read(std::string_view id) const {
  const auto record = record_of(id);
  if (!record)
    return std::unexpected(record.error());
  std::string content;
  content.reserve(record->info.bytes);
  const auto prefix = numbered_key('c', record->number);
  rocksdb::ReadOptions options;
  options.fill_cache = false; // one would drive out all else
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator(options, database_[family::attachments]));
  for (stored->Seek(prefix); stored->Valid() && view(stored->key()).starts_with(prefix); stored->Next())
    content.append(view(stored->value()));
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read an attachment"));
  if (to_hex(sha256(content)) != id)
    return failure(error_code::corrupt, notice{"attachment_damaged", {{"id", id}}});
  return content;
}

result<void> rocksdb_attachments::remove(std::string_view id) {
  if (auto writable = database_.check_writable(); !writable)
    return writable;
  const std::lock_guard guard(changing_);
  const auto record = record_of(id);
  if (!record)
    return std::unexpected(record.error());
  rocksdb::WriteBatch batch;
  delete_pieces(batch, database_, record->number);
  batch.Delete(database_[family::attachments], info_key(*attachment_hash(id)));
  return database_.write(batch, durability::synced);
}

} // namespace sluice
