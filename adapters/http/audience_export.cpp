#include "adapters/http/audience_export.hpp"

#include "messages/json_value.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr std::size_t rows_at_once = 2'000;
constexpr std::size_t bytes_at_once = 256U << 10U;
constexpr std::string_view line_end = "\r\n";

class audience_export final : public body_producer {
public:
  audience_export(const audience_store& from, audience_info audience, export_format format, bool shields) :
      from_(from), audience_(std::move(audience)), format_(format), shields_(shields) {}

  result<std::string> next() override {
    std::string piece;
    if (next_ == 0 && format_ == export_format::csv)
      add_header(piece);
    const auto rows = from_.read_rows(audience_.id, next_, rows_at_once, bytes_at_once);
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty() && next_ < audience_.size)
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", next_}, {"audience", to_string(audience_.id)}}});
    for (std::size_t row = 0; row < rows->size(); ++row)
      if (rows->is_erased(row))
        continue;
      else if (format_ == export_format::csv)
        add_line(piece, (*rows)[row]);
      else
        add_object(piece, (*rows)[row]);
    next_ += static_cast<letter_index>(rows->size());
    return piece;
  }

private:
  void add_header(std::string& to) const {
    for (std::size_t column = 0; column < audience_.columns.size(); ++column) {
      to += column == 0 ? "" : ",";
      add_cell(to, audience_.columns[column]);
    }
    to += line_end;
  }

  /// A row may have its fields in any order.
  void add_line(std::string& to, const recipient_view& row) {
    values_.assign(audience_.columns.size(), {});
    values_.front() = row.email;
    for (const auto& field : row.fields)
      values_.at(field.column) = is_json_value(field.value) ? json_of_value(field.value) : field.value;
    for (std::size_t column = 0; column < values_.size(); ++column) {
      to += column == 0 ? "" : ",";
      add_cell(to, values_[column]);
    }
    to += line_end;
  }

  void add_cell(std::string& to, std::string_view value) const {
    const auto is_formula =
        shields_ && !value.empty() && std::string_view("=+-@\t\r").contains(value.front());
    const auto is_quoted = value.find_first_of("\",\r\n") != std::string_view::npos;
    to += is_quoted ? "\"" : "";
    to += is_formula ? "'" : "";
    for (const auto one : value)
      to.append(one == '"' ? 2U : 1U, one);
    to += is_quoted ? "\"" : "";
  }

  void add_object(std::string& to, const recipient_view& row) const {
    nlohmann::ordered_json object;
    object[audience_.columns.front()] = row.email;
    for (const auto& field : row.fields)
      object[audience_.columns.at(field.column)] =
          is_json_value(field.value)
              ? nlohmann::ordered_json::parse(json_of_value(field.value), nullptr, false)
              : nlohmann::ordered_json(field.value);
    to += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    to += '\n';
  }

  const audience_store& from_;
  const audience_info audience_;
  const export_format format_;
  const bool shields_;
  letter_index next_ = 0;
  std::vector<std::string_view> values_;
};

} // namespace

std::shared_ptr<body_producer> make_audience_export(const audience_store& from,
                                                    audience_info audience,
                                                    export_format format,
                                                    bool shields_formulas) {
  return std::make_shared<audience_export>(from, std::move(audience), format, shields_formulas);
}

} // namespace sluice
