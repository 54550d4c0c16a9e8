#pragma once
// Pieces of templates that many campaigns have in common, a header or a footer, each under a name. A change makes a new
// version; the versions before it stay. A campaign carries the versions that it was made with itself, so that nothing
// here reaches a campaign that is there already.

#include "messages/error.hpp"
#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::size_t partial_name_bytes_max = 64;
inline constexpr std::size_t partial_bytes_max = 256U << 10U;

/// One version of a partial; the first is 1.
struct stored_partial {
  std::string name;
  std::uint32_t version = 0;
  std::string content; ///< UTF-8
  timestamp changed_at;
  std::string changed_by;
  bool is_deleted = false; ///< from this version on it is not there
  bool operator==(const stored_partial&) const = default;
};

/// `invalid_input` for a name that is not 1 to 64 of A-Z a-z 0-9 _ . -
result<void> check_partial_name(std::string_view name);
/// `too_large`, or `invalid_input` for what is not UTF-8.
result<void> check_partial_content(std::string_view content);

/// `not_found`.
std::unexpected<error> no_such_partial(std::string_view name);

/// What is stored of one version: a CBOR map {"content": text, "at": milliseconds since 1970, "by": text}, with
/// "deleted": true where it is the mark of a deletion.
std::string encode_partial(const stored_partial& one);
/// `corrupt` when it is none. Name and version stand in the key.
result<stored_partial> decode_partial(std::string_view name, std::uint32_t version, std::string_view value);

/// Any thread; waits for the disk.
class partial_store {
public:
  virtual ~partial_store() = default;
  /// Makes a new version, unless the content is what it is already. Durable when it returns.
  virtual result<stored_partial>
  put(std::string_view name, std::string_view content, std::string_view by, timestamp now) = 0;
  /// Marks it as deleted; its versions stay. `not_found`.
  virtual result<void> remove(std::string_view name, std::string_view by, timestamp now) = 0;
  /// That version, or the current one; `not_found`.
  virtual result<stored_partial> find(std::string_view name,
                                      std::optional<std::uint32_t> version = std::nullopt) const = 0;
  /// The current ones, by name, without their content.
  virtual result<std::vector<stored_partial>> list() const = 0;
};

} // namespace sluice
