#pragma once
// Audiences and their imports as the API shows them.

#include "adapters/http/message.hpp"
#include "messages/audience.hpp"
#include "messages/import_record.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice {

inline constexpr std::size_t audience_name_bytes_max = 200;

/// An audience without what is known of its import.
nlohmann::json audience_json(const audience_info& info);

/// {format, encoding, delimiter, email_column, sheet, notices}.
nlohmann::json to_json(const list_reading& read);
/// [{line, reason, notice, cell}…].
nlohmann::json to_json(const std::vector<left_out_entry>& rows);
/// Adds left_out_total, left_out_reasons and read.
void add_import(nlohmann::json& to, const import_summary& summary);

} // namespace sluice
