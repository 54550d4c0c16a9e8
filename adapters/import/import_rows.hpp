#pragma once
// Where both formats' records end: an address that is checked, a row that is taken or counted as left out.

#include "adapters/import/audience_import.hpp"

#include <string>

namespace sluice {

/// True for `email` and `e-mail` in any case.
bool is_email_column(std::string_view name);

/// Without blanks (space, tab) at its ends.
std::string_view without_blanks(std::string_view text);

/// True when text may be kept: UTF-8 and no NUL.
bool is_storable_text(std::string_view text);

class import_rows {
public:
  explicit import_rows(audience_writer& into) : into_(into) {}

  result<std::uint16_t> column(std::string_view name) { return into_.column(name); }
  void leave_out(std::uint64_t line, left_out_reason reason);
  /// Takes the row, whose address is still as it was in the file, or counts it. Fails only when the writer does.
  result<void> add(std::uint64_t line, std::string_view address, recipient& row);
  const import_report& report() const { return report_; }

private:
  audience_writer& into_;
  import_report report_;
};

} // namespace sluice
