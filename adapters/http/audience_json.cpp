#include "adapters/http/audience_json.hpp"

#include "messages/json.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

nlohmann::json audience_json(const audience_info& info) {
  return {{"id", to_string(info.id)}, {"name", info.name},
          {"size", info.size},        {"rows", info.size},
          {"columns", info.columns},  {"role_addresses", info.role_addresses},
          {"hash", info.hash},        {"created_at", format_timestamp(info.created_at)}};
}

nlohmann::json to_json(const list_reading& read) {
  return {{"format", read.format},       {"encoding", read.encoding},
          {"delimiter", read.delimiter}, {"email_column", read.email_column},
          {"sheet", read.sheet},         {"notices", to_json(read.notices)}};
}

nlohmann::json to_json(const std::vector<left_out_entry>& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows)
    list.push_back({{"line", row.line},
                    {"reason", words_of(row.why)},
                    {"notice", to_json(row.why)},
                    {"cell", row.cell}});
  return list;
}

void add_import(nlohmann::json& to, const import_summary& summary) {
  to["left_out_total"] = summary.left_out_total;
  to["left_out_reasons"] = to_json(summary.reasons);
  to["read"] = to_json(summary.read);
}

} // namespace sluice
