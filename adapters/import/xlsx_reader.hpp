#pragma once
// XLSX (ECMA-376 SpreadsheetML in a ZIP archive, APPNOTE.TXT): one sheet's rows, with texts, numbers and dates as a
// spreadsheet shows them (spreadsheet_number.hpp). The file is kept packed until its end, for its directory stands there;
// each part is unpacked piece by piece through expat, and only the table of shared texts is kept. Neither entities nor
// document types are read. Rows without anything are passed over.

#include "adapters/import/byte_reader.hpp"
#include "adapters/import/gzip_reader.hpp"
#include "adapters/import/import_rows.hpp"

#include <memory>

namespace sluice {

/// How any ZIP archive with something in it begins.
inline constexpr std::string_view zip_magic = "PK\x03\x04";

/// What outlives it: both.
std::unique_ptr<byte_reader> make_xlsx_reader(import_rows& into, unpack_budget& budget);

} // namespace sluice
