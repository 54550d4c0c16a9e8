#pragma once
// JSON Lines: one object a line (RFC 8259, UTF-8), its members the fields; lists and objects too (messages/json_value.hpp),
// to json_value_depth_max. No line over import_row_bytes_max is kept.

#include "adapters/import/byte_reader.hpp"
#include "adapters/import/import_rows.hpp"

#include <memory>

namespace sluice {

/// `first_line` is the number of the line that the first bytes stand on.
std::unique_ptr<byte_reader> make_json_lines_reader(import_rows& into, std::uint64_t first_line);

} // namespace sluice
