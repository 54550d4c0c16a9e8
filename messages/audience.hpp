#pragma once
// An audience and its recipients, as plain data.

#include "messages/id.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// One field of a recipient; `column` indexes audience_info::columns.
struct field_value {
  std::uint16_t column = 0;
  std::string value;
  bool operator==(const field_value&) const = default;
};

/// A row of an audience. Fields that the row does not have are left out.
struct recipient {
  std::string email; ///< an RFC 5321 addr-spec, checked at import; domain in lower case
  std::vector<field_value> fields;
  bool operator==(const recipient&) const = default;
};

/// A field of a row, where it lies.
struct field_view {
  std::uint16_t column = 0;
  std::string_view value;
};

/// A row, where it lies: what lies there outlives it.
struct recipient_view {
  std::string_view email;
  std::span<const field_view> fields;
};

/// What is known of an audience as a whole. The column "email" is there always, and first.
struct audience_info {
  audience_id id;
  std::string name;
  letter_index size = 0;
  letter_index role_addresses = 0; ///< info@, sales@ … (see messages/address.hpp)
  std::vector<std::string> columns;
  std::string
      hash; ///< over columns and rows in order, see persistence/audience_tree.hpp and audience_rows.hpp
  timestamp created_at;
  std::string root =
      {}; ///< of one of before, whose hash is no tree's: the hash of the tree that was made of it since
  bool operator==(const audience_info&) const = default;
};

inline constexpr std::size_t audience_columns_max = 256;

} // namespace sluice
