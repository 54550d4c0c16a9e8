#include "adapters/import/leniency.hpp"

#include "messages/names.hpp"

namespace sluice {

namespace {

constexpr names<leniency, leniencies_max> leniency_codes{
    "import_blanks_trimmed",    "import_name_dropped",   "import_link_dropped",
    "import_separator_dropped", "import_quotes_dropped", "import_cells_missing",
    "import_cells_empty_extra", "import_columns_empty",  "import_formula_errors"};

} // namespace

notice notice_of(leniency one, std::uint64_t count) {
  return notice{leniency_codes.of(one), {{"count", count}}};
}

} // namespace sluice
