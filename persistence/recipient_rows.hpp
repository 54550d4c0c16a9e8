#pragma once
// Rows of an audience, read in one go and held in one buffer: letters are made of them by the million, so that a
// string for each field would cost more than reading them.

#include "messages/audience.hpp"
#include "messages/sha256.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

/// The row as a value of its own.
recipient to_recipient(const recipient_view& row);

class recipient_rows {
public:
  recipient_rows() = default;
  /// `rows` as persistence/audience_rows.hpp writes them, end to end. It stops at bytes that are no row: `size` tells.
  explicit recipient_rows(std::vector<char> rows);
  recipient_rows(recipient_rows&&) = default;
  recipient_rows& operator=(recipient_rows&&) = default;
  recipient_rows(const recipient_rows&) = delete;
  recipient_rows& operator=(const recipient_rows&) = delete;

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  /// Whether the row was erased: then it has no address and no fields.
  bool is_erased(std::size_t row) const { return rows_[row].email.empty(); }
  /// Its leaf in the audience's tree.
  sha256_hash leaf(std::size_t row) const;
  /// What its leaf is the hash of: random bytes and row; of an erased one the leaf.
  std::string_view sealed(std::size_t row) const { return rows_[row].leaf; }
  /// Keeps `count` rows from `first` on.
  void keep(std::size_t first, std::size_t count);
  /// Valid as long as these rows.
  recipient_view operator[](std::size_t row) const {
    const auto& at = rows_[row];
    return {at.email, std::span(fields_).subspan(at.fields_begin, at.fields_end - at.fields_begin)};
  }

private:
  struct place {
    std::string_view email;
    std::string_view leaf;
    std::uint32_t fields_begin = 0;
    std::uint32_t fields_end = 0;
  };

  std::vector<char>
      bytes_; ///< what all views point into; a vector's bytes stay where they are when it is moved
  std::vector<field_view> fields_;
  std::vector<place> rows_;
};

} // namespace sluice
