#pragma once
// An address as people have it in a cell: with blanks of every kind around it, a name before it, in a link.

#include "adapters/import/leniency.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// Without what nobody sees at its ends: Unicode's blanks, line ends, zero-width characters, byte order marks, soft hyphens.
std::string_view without_unseen(std::string_view text);

/// What stands in a cell, taken out.
struct address_cell {
  std::string_view address; ///< in the cell, or in `decoded`
  std::string decoded;      ///< where percent signs had to be taken out
  leniencies taken;
  bool has_several = false; ///< two addresses or more: `address` says nothing
};

/// `Name <a@b.example>`, `<a@b.example>`, `a@b.example (Name)`, `mailto:a@b.example?subject=…`, quotes around it, a comma or
/// semicolon behind it, blanks anywhere around it.
void read_address_cell(std::string_view cell, address_cell& into);

} // namespace sluice
