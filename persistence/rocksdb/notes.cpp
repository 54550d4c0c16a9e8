// In the family `default`: under "note/" and the note's name, its text.

#include "persistence/rocksdb/notes.hpp"

#include "persistence/rocksdb/database.hpp"

#include <rocksdb/write_batch.h>

namespace sluice {

namespace {

std::string key_of(std::string_view name) {
  return std::string{"note/"}.append(name);
}

} // namespace

result<void> rocksdb_notes::save(std::string_view name, std::string_view text) {
  if (auto fits = check_note(text); !fits)
    return fits;
  rocksdb::WriteBatch batch;
  if (text.empty())
    batch.Delete(database_[family::meta], key_of(name));
  else
    batch.Put(database_[family::meta], key_of(name), slice(text));
  return database_.write(batch, durability::logged);
}

result<std::optional<std::string>> rocksdb_notes::load(std::string_view name) const {
  return database_.get(family::meta, key_of(name));
}

} // namespace sluice
