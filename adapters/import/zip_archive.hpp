#pragma once
// A ZIP archive in memory, read-only: its directory, and members unpacked piece by piece (stored or deflated). Lengths that
// the directory claims are believed only where they lie within the archive.

#include "adapters/import/gzip_reader.hpp"
#include "messages/error.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class zip_archive {
public:
  /// `invalid_input` where the bytes are no archive. They outlive it.
  static result<zip_archive> open(std::string_view bytes);

  bool has(std::string_view name) const { return find(name) != nullptr; }
  /// Unpacks a member into `take` until that gives false; fails on damage, over the budget, and where there is no such member.
  result<void> unpack(std::string_view name,
                      unpack_budget& budget,
                      const std::function<bool(std::string_view)>& take) const;

private:
  struct member {
    std::string name;
    std::uint32_t packed_bytes = 0;
    std::uint32_t offset = 0;
    std::uint16_t method = 0;
  };
  const member* find(std::string_view name) const;

  std::string_view bytes_;
  std::vector<member> members_;
};

} // namespace sluice
