#pragma once
// The keys of the family `audiences`. Numbers are big-endian.
//
//   'n'                                    → 8 bytes, the next audience id
//   'b' audience (8)                       → empty: an import was begun and not finished
//   'i' audience (8)                       → the audience: 4 bytes, its size, then a CBOR map {"name",
//                                            "roles", "columns": [text …], "hash", "at": ms since 1970}
//   'm' audience (8)                       → how it was read and how much was left out, see encode_import_summary in
//                                            messages/import_record.hpp; audiences of before have none
//   'l' audience (8)                       → the first rows that were left out, see encode_left_out; only with 'm'
//   'd' audience (8)                       → it was deleted: a CBOR map {"name", "size", "hash", "at": ms since 1970}
//   'g' audience (8)                       → empty: it was deleted, and its bytes may be on the disk still
//   's' audience (8) first row (4)         → a chunk of entries, see persistence/audience_rows.hpp
//   'r' audience (8) first row (4)         → the same of an audience of before: a chunk of rows
//   'h' audience (8) level (1) block (4)   → hashes of its tree, see persistence/audience_tree.hpp
//   'x' audience (8) address, folded        → 4 bytes, the index of its row; see `folded` and, for audiences
//                                            of before, `folded_before` in messages/address.hpp
//   'x' audience (8) erased_target          → the same of a row that was erased, see persistence/hidden_address.hpp
//
// In the map of 'i' "root" is the hash of the tree of an audience of before, once one was made.

#include "messages/id.hpp"
#include "persistence/big_endian.hpp"

#include <string>
#include <string_view>

namespace sluice {

inline constexpr std::string_view next_audience_key = "n";
inline constexpr char begun_mark = 'b';
inline constexpr char info_mark = 'i';
inline constexpr char import_mark = 'm';
inline constexpr char left_out_mark = 'l';
inline constexpr char deleted_mark = 'd';
inline constexpr char garbage_mark = 'g';
inline constexpr char rows_mark = 's';
inline constexpr char old_rows_mark = 'r';
inline constexpr char tree_mark = 'h';
inline constexpr char address_mark = 'x';

/// The kinds of keys that hold what an audience is made of: its deletion deletes all that begin with one and its id.
inline constexpr std::string_view content_marks = "srhxml";

/// The key of that kind for an audience, and the beginning of those that go on.
inline std::string audience_key(char mark, audience_id id) {
  std::string key(1, mark);
  append_big_endian(key, id.value);
  return key;
}

inline std::string rows_key(char mark, audience_id id, letter_index first) {
  auto key = audience_key(mark, id);
  append_big_endian(key, first);
  return key;
}

inline std::string tree_key(audience_id id, unsigned level, std::uint32_t block) {
  auto key = audience_key(tree_mark, id);
  key.push_back(static_cast<char>(level));
  append_big_endian(key, block);
  return key;
}

inline std::string address_key(audience_id id, std::string_view folded_address) {
  auto key = audience_key(address_mark, id);
  key.append(folded_address);
  return key;
}

} // namespace sluice
