#pragma once
// An audience on its way out, as CSV or JSON Lines, some hundred rows at a time. What `audience import` reads of it is the
// same list again.

#include "adapters/http/message.hpp"
#include "persistence/audiences.hpp"

namespace sluice {

enum class export_format : std::uint8_t {
  csv,        ///< RFC 4180 in UTF-8, with a header line
  json_lines, ///< an object a line, with the fields that the row has
};

/// `shields_formulas`, of CSV: a ' is put before cells that begin with = + - @, a tab or a carriage return, which
/// spreadsheets would carry out. Read again, such cells are others.
std::shared_ptr<body_producer> make_audience_export(const audience_store& from,
                                                    audience_info audience,
                                                    export_format format,
                                                    bool shields_formulas);

} // namespace sluice
