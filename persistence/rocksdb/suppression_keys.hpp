#pragma once
// The family `suppressions`. Numbers are big-endian.
//
//   a target                                       → an entry for all lists
//   0xff, a list's name, 0x00, a target            → an entry for that list
//   0x00, until (8), the key of an entry           → empty: that entry ends then; there for the sweep
//
// A target is, of somebody who was erased, erased_target of the address (persistence/hidden_address.hpp); else an address as `folded` has it, or as folded_before has it, where an engine of before wrote it; a domain
// as parse_suppressed_target gives it, which begins with "@". No target begins with 0x00, and no UTF-8 has 0xff in it.
//
// An entry that does not end (version 1) is
//
//   8 bytes   since when: milliseconds since 1970, of which the first byte is 0 (or 0xff, before 1970)
//   the rest  the reason
//
// and one that ends (version 2)
//
//   1 byte    2, the version
//   8 bytes   since when: milliseconds since 1970
//   8 bytes   until when, likewise
//   the rest  the reason

#include "persistence/suppressions.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr char list_mark = '\xff';
inline constexpr char end_mark = '\0';
inline constexpr std::string_view domain_keys = "@";
inline constexpr std::string_view below_domain_keys = "@*.";

/// What the keys of a list's entries begin with; empty: the entries for all lists, which have no mark.
std::string list_prefix(std::string_view list);

/// Of an entry's key: its list and its target.
suppression_place place_of_key(std::string_view key);

std::string end_key(timestamp until, std::string_view entry_key);

/// What an end_key says; nothing when it is none.
struct suppression_end {
  timestamp until;
  std::string_view entry_key;
};
std::optional<suppression_end> read_end_key(std::string_view key);

std::string encode_suppression(const suppression& entry);
/// Any bytes may come in; nothing when they are no entry.
std::optional<suppression> decode_suppression(std::string_view key, std::string_view value);

} // namespace sluice
