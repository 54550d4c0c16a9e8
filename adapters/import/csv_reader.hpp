#pragma once
// CSV (RFC 4180) through libcsv, which is given a line at a time: so the line that a record begins on is
// known, and a quote that does not end can be taken back.
//
// While a record goes on over a line's end, its bytes are kept (import_row_bytes_max of them at most). When it
// grows over a limit, or the file ends within quotes, its first line is left out and what follows is
// read anew, from the next line.
//
// A first line `sep=;`, Excel's way of naming the delimiter, is passed over, and believed.

#include "adapters/import/byte_reader.hpp"
#include "adapters/import/import_rows.hpp"

#include <memory>

namespace sluice {

/// `first_line` is the number of the line that the first bytes stand on.
std::unique_ptr<byte_reader> make_csv_reader(import_rows& into, std::uint64_t first_line);

} // namespace sluice
