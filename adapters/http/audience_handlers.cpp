#include "adapters/http/audience_json.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/import/audience_import.hpp"
#include "messages/notice_json.hpp"

#include <nlohmann/json.hpp>

namespace sluice::handlers {

using nlohmann::json;

json info_json(const audience_info& info) {
  return {{"id", to_string(info.id)}, {"name", info.name},
          {"size", info.size},        {"rows", info.size},
          {"columns", info.columns},  {"role_addresses", info.role_addresses},
          {"hash", info.hash},        {"created_at", format_timestamp(info.created_at)}};
}

namespace {

/// An upload on its way into the store. Dropped before its end it leaves nothing.
class upload final : public body_consumer {
public:
  explicit upload(std::unique_ptr<audience_writer> writer) : writer_(std::move(writer)), reader_(*writer_) {}

  result<void> feed(std::string_view bytes) override { return reader_.feed(bytes); }

  http_response finish() override {
    const auto report = reader_.finish();
    if (!report)
      return problem(report.error());
    const auto info = writer_->commit();
    if (!info)
      return problem(report->rows == 0 ? make_error(error_code::invalid_input, nothing_taken(*report))
                                       : info.error());
    json left_out = json::array();
    for (const auto& row : report->left_out)
      left_out.push_back(
          {{"line", row.line}, {"reason", name_of(row.reason)}, {"notice", to_json(notice_of(row.reason))}});
    auto body = info_json(*info);
    body["left_out"] = std::move(left_out);
    body["left_out_total"] = report->left_out_total;
    json by_reason = json::object();
    for (const auto& [reason, count] : report->by_reason)
      by_reason[std::string{name_of(reason)}] = count;
    body["left_out_by_reason"] = std::move(by_reason);
    body["left_out_notices"] = to_json(counted(*report));
    auto response = json_response(201, body);
    response.headers.emplace_back("Location", "/v1/audiences/" + to_string(info->id));
    return response;
  }

private:
  static std::vector<notice> counted(const import_report& report) {
    std::vector<notice> reasons;
    for (const auto& [reason, count] : report.by_reason)
      reasons.push_back(std::move(notice_of(reason).add({"count", count})));
    return reasons;
  }

  static notice nothing_taken(const import_report& report) {
    if (report.left_out_total == 0)
      return notice{"list_empty"};
    notice why{"no_recipient_taken", {}, counted(report)};
    if (!report.left_out.empty())
      why.add({"first", report.left_out.front().line});
    return why;
  }

  std::unique_ptr<audience_writer> writer_;
  audience_import reader_;
};

} // namespace

result<std::unique_ptr<body_consumer>> import_audience(node& engine, const http_request& request) {
  query_reader query(request);
  auto name = query.text("name");
  if (const auto fault = query.finish())
    return std::unexpected(*fault);
  if (name.size() > audience_name_bytes_max)
    return failure(error_code::invalid_input,
                   notice{"too_many_bytes", {{"field", "name"}, {"max", audience_name_bytes_max}}});
  if (name.empty())
    name = "Imported " + format_timestamp(engine.now());
  auto writer = engine.store().audiences().begin(std::move(name), engine.now());
  if (!writer)
    return std::unexpected(writer.error());
  return std::make_unique<upload>(std::move(*writer));
}

} // namespace sluice::handlers
