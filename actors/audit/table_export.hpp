#pragma once
// The engine's tables on their way out, so that another tool can hold them against the house's log: JSON Lines, one object each:
//
//   {"table": "key", "hidden_addresses": 64 hex digits}      HMAC-SHA-256 with it hides an address: the first 16 bytes
//   {"table": "tokens", "id", "name", "role", "hash"}
//   {"table": "suppressions", "target" (folded) or "hidden": 32 hex digits, "list", "reason", "since", "until"}
//   {"table": "audiences", "id", "name", "size", "hash", "root"?, "columns"}
//   {"table": "rows", "audience", "row", "sealed": hexadecimal} or "leaf": 64 hex digits, of one that was erased
//
// A row's leaf is SHA-256 of `sealed`; see persistence/audience_tree.hpp and audience_rows.hpp. tests/e2e/check_export.py checks
// an export of everything, with its seal, in fifty lines.

#include "persistence/store.hpp"

#include <string>
#include <vector>

namespace sluice {

class table_exporter {
public:
  /// `from` outlives it.
  explicit table_exporter(const store& from) : from_(from) {}
  /// The next lines; empty: that was all.
  result<std::string> next();

private:
  enum class stage : std::uint8_t { head, suppressions, audiences, rows, end };

  std::string head() const;
  result<std::string> suppressions();
  result<std::string> rows();

  const store& from_;
  stage stage_ = stage::head;
  std::string cursor_; ///< of the suppressions
  std::vector<audience_info> audiences_;
  std::size_t audience_ = 0;
  letter_index row_ = 0;
};

} // namespace sluice
