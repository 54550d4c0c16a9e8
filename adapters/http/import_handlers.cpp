// Lists on their way in: bodies as they are, packed, or as a form.

#include "adapters/http/audience_json.hpp"
#include "adapters/http/kept_answers.hpp"
#include "adapters/http/multipart_form.hpp"
#include "adapters/http/routes.hpp"
#include "adapters/import/audience_import.hpp"
#include "adapters/import/column_names.hpp"
#include "adapters/import/gzip_reader.hpp"
#include "adapters/import/text_encoding.hpp"
#include "adapters/import/xlsx_reader.hpp"
#include "messages/notice_json.hpp"
#include "messages/notice_words.hpp"
#include "messages/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace sluice::handlers {

namespace {

using nlohmann::json;

constexpr std::size_t value_bytes_max = 1000;
constexpr std::size_t preview_bytes_max = std::size_t{256} << 10U;
constexpr std::size_t preview_xlsx_bytes_max = std::size_t{16} << 20U;
/// So much of a form's file is kept until what stands behind it in the form is known.
constexpr std::size_t form_file_bytes_kept_max = std::size_t{1} << 20U;

/// What whoever imports says beside the file.
struct import_words {
  std::string name;
  std::string column; ///< where one column's cells are asked for
  import_options options;
};

constexpr std::array import_parameters{"name", "encoding", "charset", "sheet", "email_column", "header"};

result<void> set_parameter(import_words& into, std::string_view name, std::string value) {
  if (name == "name" && value.size() > audience_name_bytes_max)
    return failure(error_code::invalid_input,
                   notice{"too_many_bytes", {{"field", "name"}, {"max", audience_name_bytes_max}}});
  if (name == "header" && value != "none" && value != "first" && !value.empty())
    return failure(error_code::invalid_input,
                   notice{"parameter_one_of", {{"parameter", "header"}, {"names", "first or none"}}});
  if ((name == "encoding" || name == "charset") && !value.empty() && !encoding_named(value))
    return failure(error_code::invalid_input,
                   notice{"encoding_unknown", {{"encoding", excerpt(value)}, {"known", encoding_names()}}});
  if (name == "name")
    into.name = std::move(value);
  else if (name == "encoding" || name == "charset")
    into.options.encoding = std::move(value);
  else if (name == "sheet")
    into.options.sheet = std::move(value);
  else if (name == "email_column")
    into.options.email_column = std::move(value);
  else if (name == "header")
    into.options.has_header = value != "none";
  return {};
}

bool is_parameter(std::string_view name) {
  return std::ranges::find(import_parameters, name) != import_parameters.end();
}

/// What a form may have before its file: JSON Lines {column, file, id}, for which attachment's id each cell stands.
constexpr std::size_t replacements_bytes_max = std::size_t{32} << 20U;

std::unexpected<error> wrong_replacements(std::size_t line) {
  return failure(error_code::invalid_input, notice{"import_replacements_wrong", {{"line", line}}});
}

/// Reads them; an empty id leaves the cell empty. A cell that is not among them ends the import.
result<cell_replacement> replacements_in(const store& from, std::string_view text) {
  const auto ids = std::make_shared<std::map<std::pair<std::string, std::string>, std::string>>();
  cell_replacement made;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto one = json::parse(text.substr(0, end), nullptr, false);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!one.is_object() || one.size() != 3)
      return wrong_replacements(line);
    for (const auto* const field : {"column", "file", "id"})
      if (!one.contains(field) || !one[field].is_string())
        return wrong_replacements(line);
    auto id = one["id"].get<std::string>();
    if (!id.empty())
      if (const auto known = from.attachments().info(id); !known)
        return known.error().code == error_code::not_found
                   ? failure(error_code::invalid_input, notice_of(known.error()))
                   : std::unexpected(known.error());
    const auto column = one["column"].get<std::string>();
    if (std::ranges::find(made.columns, column) == made.columns.end())
      made.columns.push_back(column);
    ids->insert_or_assign({column, one["file"].get<std::string>()}, std::move(id));
  }
  made.find = [ids](std::string_view column, std::string_view cell,
                    std::uint64_t line) -> result<std::string> {
    const auto known = ids->find({std::string{column}, std::string{cell}});
    if (known != ids->end())
      return known->second;
    return failure(
        error_code::invalid_input,
        notice{"import_file_unknown", {{"line", line}, {"column", column}, {"file", excerpt(cell)}}});
  };
  return made;
}

enum class asks_for { list, cells_of_column };

/// What the query says, and the Content-Type where that has nothing.
result<import_words> words_of_request(node& engine, const http_request& request, asks_for what) {
  import_words said;
  said.options.settings = engine.settings().imports;
  query_reader query(request);
  if (what == asks_for::cells_of_column)
    said.column = query.text("column");
  std::vector<std::pair<const char*, std::string>> given;
  for (const auto* const name : import_parameters)
    if (auto value = query.text(name); !value.empty())
      given.emplace_back(name, std::move(value));
  if (const auto fault = query.finish())
    return std::unexpected(*fault);
  for (auto& [name, value] : given)
    if (auto set = set_parameter(said, name, std::move(value)); !set)
      return std::unexpected(set.error());
  if (said.options.encoding.empty() && form_boundary_of(request.content_type).empty())
    if (auto set = set_parameter(said, "charset", header_parameter(request.content_type, "charset")); !set)
      return std::unexpected(set.error());
  return said;
}

/// Where a list's bytes go, once all that is said of it is known.
class list_taker {
public:
  virtual ~list_taker() = default;
  virtual result<void> begin(import_words said) = 0;
  virtual result<void> feed(std::string_view bytes) = 0;
  virtual void rename(std::string name) = 0;
  virtual http_response finish() = 0;
};

/// A request's body: takes it out of gzip and of a form, where it is in one.
class list_body final : public body_consumer {
public:
  list_body(const store& attachments_in,
            std::unique_ptr<list_taker> into,
            import_words said,
            bool is_packed,
            const std::string& boundary) :
      store_(attachments_in), into_(std::move(into)), said_(std::move(said)),
      budget_(said_.options.settings.unpacked_bytes_max) {
    if (!boundary.empty())
      form_.emplace(boundary,
                    multipart_form::handlers{[this](const form_part& part) { return begin_part(part); },
                                             [this](std::string_view bytes) { return take_data(bytes); },
                                             [this] { return end_part(); }});
    if (is_packed)
      unpacker_ = make_gzip_reader(unpacked_, budget_);
  }

  /// Of a body that is the list itself.
  result<void> begin() { return form_ ? result<void>{} : begin_list(); }

  result<void> feed(std::string_view bytes) override {
    return unpacker_ ? unpacker_->feed(bytes) : take(bytes);
  }

  http_response finish() override {
    if (auto unpacked = unpacker_ ? unpacker_->finish() : result<void>{}; !unpacked)
      return problem(unpacked.error());
    if (auto ended = form_ ? end_form() : result<void>{}; !ended)
      return problem(ended.error());
    return into_->finish();
  }

  list_body(const list_body&) = delete; // parts of it know where it is
  list_body& operator=(const list_body&) = delete;

private:
  /// The unpacker's other end.
  struct unpacked_end final : byte_reader {
    explicit unpacked_end(list_body& of) : body(of) {}
    result<void> feed(std::string_view bytes) override { return body.take(bytes); }
    result<void> finish() override { return {}; }
    list_body& body;
  };

  result<void> take(std::string_view bytes) { return form_ ? form_->feed(bytes) : into_->feed(bytes); }

  result<void> begin_list() {
    has_begun_ = true;
    if (auto begun = into_->begin(said_); !begun)
      return begun;
    return into_->feed(std::exchange(kept_, {}));
  }

  result<void> begin_part(const form_part& part) {
    part_ = part;
    value_.clear();
    is_file_ = part.file_name || part.name == "file";
    if (!is_file_ && part.name == replacements_name)
      return has_begun_ ? late(part) : result<void>{};
    if (!is_file_)
      return is_parameter(part.name)
                 ? result<void>{}
                 : failure(error_code::invalid_input,
                           notice{"parameter_unknown",
                                  {{"parameter", excerpt(part.name)}, {"known", known_parameters()}}});
    if (std::exchange(has_file_, true))
      return failure(error_code::invalid_input,
                     notice{"form_wrong", {{"fault", "it has more than one file"}}});
    if (said_.name.empty())
      said_.name = part.file_name.value_or("").substr(0, audience_name_bytes_max);
    if (const auto charset = header_parameter(part.content_type, "charset");
        said_.options.encoding.empty() && !charset.empty())
      return set_parameter(said_, "charset", charset);
    return {};
  }

  static std::string known_parameters() {
    std::string all{"file, replacements"};
    for (const auto* const name : import_parameters)
      all.append(", ").append(name);
    return all;
  }

  result<void> take_data(std::string_view bytes) {
    if (is_file_ && has_begun_)
      return into_->feed(bytes);
    if (is_file_) {
      kept_.append(bytes);
      return kept_.size() > form_file_bytes_kept_max ? begin_list() : result<void>{};
    }
    const auto max = part_.name == replacements_name ? replacements_bytes_max : value_bytes_max;
    value_.append(bytes.substr(0, max + 1 - std::min(value_.size(), max + 1)));
    return value_.size() <= max ? result<void>{}
                                : failure(error_code::invalid_input,
                                          notice{"too_many_bytes", {{"field", part_.name}, {"max", max}}});
  }

  static std::unexpected<error> late(const form_part& part) {
    return failure(error_code::invalid_input, notice{"form_parameter_late", {{"parameter", part.name}}});
  }

  result<void> end_part() {
    if (is_file_)
      return {};
    if (part_.name == replacements_name) {
      auto replaced = replacements_in(store_, std::exchange(value_, {}));
      if (!replaced)
        return std::unexpected(replaced.error());
      said_.options.replaced = std::move(*replaced);
      return {};
    }
    if (has_begun_ && part_.name != "name")
      return late(part_);
    auto set = set_parameter(said_, part_.name, value_);
    if (set && has_begun_)
      into_->rename(said_.name);
    return set;
  }

  result<void> end_form() {
    if (auto whole = form_->finish(); !whole)
      return whole;
    if (!has_file_)
      return failure(error_code::invalid_input, notice{"form_without_file"});
    return has_begun_ ? result<void>{} : begin_list();
  }

  static constexpr std::string_view replacements_name = "replacements";

  const store& store_;
  std::unique_ptr<list_taker> into_;
  import_words said_;
  unpack_budget budget_;
  unpacked_end unpacked_{*this};
  std::unique_ptr<byte_reader> unpacker_;
  std::optional<multipart_form> form_;
  form_part part_;
  bool is_file_ = false;
  bool has_file_ = false;
  bool has_begun_ = false;
  std::string value_; ///< of a parameter
  std::string kept_;  ///< of the file
};

result<std::unique_ptr<body_consumer>> consume_list(node& engine,
                                                    const http_request& request,
                                                    std::unique_ptr<list_taker> into,
                                                    asks_for what = asks_for::list) {
  auto said = words_of_request(engine, request, what);
  if (!said)
    return std::unexpected(said.error());
  const auto& packed = request.content_encoding;
  if (!packed.empty() && packed != "gzip" && packed != "x-gzip" && packed != "identity")
    return failure(error_code::invalid_input,
                   notice{"content_encoding_unknown", {{"encoding", excerpt(packed)}}});
  auto body = std::make_unique<list_body>(engine.store(), std::move(into), std::move(*said),
                                          packed.ends_with("gzip"), form_boundary_of(request.content_type));
  if (auto begun = body->begin(); !begun)
    return std::unexpected(begun.error());
  return body;
}

/// An upload on its way into the store. Dropped before its end it leaves nothing.
class audience_upload final : public list_taker {
public:
  audience_upload(node& engine, principal by, std::optional<answer_key> key) :
      engine_(engine), by_(std::move(by)), key_(std::move(key)) {}

  result<void> begin(import_words said) override {
    if (said.name.empty())
      said.name = "Imported " + format_timestamp(engine_.now());
    auto writer = engine_.store().audiences().begin(std::move(said.name), engine_.now());
    if (!writer)
      return std::unexpected(writer.error());
    writer_ = std::move(*writer);
    reader_.emplace(*writer_, std::move(said.options));
    return {};
  }

  result<void> feed(std::string_view bytes) override { return reader_->feed(bytes); }
  void rename(std::string name) override { writer_->rename(std::move(name)); }

  http_response finish() override {
    const auto report = reader_->finish();
    if (!report)
      return problem(report.error());
    const auto record = record_of(*report);
    writer_->describe(record);
    audience_key_maker key;
    if (key_)
      key = [&](const std::vector<audience_info>& made) {
        return kept_record(*key_, made_response(made.front(), *report, record), engine_.now());
      };
    const auto made =
        engine_.store().audiences().commit_all(std::span(&writer_, 1), {by_, engine_.now()}, key);
    if (!made)
      return problem(report->rows == 0 ? make_error(error_code::invalid_input, nothing_taken(*report, record))
                                       : made.error());
    auto response = made_response(made->front(), *report, record);
    response.is_kept = key_.has_value();
    return response;
  }

private:
  static http_response
  made_response(const audience_info& info, const import_report& report, const import_record& record) {
    auto body = audience_json(info);
    add_import(body, record.summary);
    body["left_out"] = to_json(record.left_out);
    json by_reason = json::object();
    for (const auto& [reason, count] : report.by_reason)
      by_reason[std::string{name_of(reason)}] = count;
    body["left_out_by_reason"] = std::move(by_reason);
    body["left_out_notices"] = to_json(record.summary.reasons);
    body["notices"] = to_json(report.read.notices);
    auto response = json_response(201, body);
    response.headers.emplace_back("Location", "/v1/audiences/" + to_string(info.id));
    return response;
  }

  static notice nothing_taken(const import_report& report, const import_record& record) {
    if (report.left_out_total == 0)
      return notice{"list_empty"};
    notice why{"no_recipient_taken", {}, record.summary.reasons};
    if (!report.left_out.empty())
      why.add({"first", report.left_out.front().line});
    return why;
  }

  node& engine_;
  principal by_;
  const std::optional<answer_key> key_;
  std::unique_ptr<audience_writer> writer_;
  std::optional<audience_import> reader_;
};

/// The beginning of a list, as it would be read.
class list_preview final : public list_taker {
public:
  result<void> begin(import_words said) override {
    options_ = std::move(said.options);
    return {};
  }

  result<void> feed(std::string_view bytes) override {
    // Of what is packed more is needed, and of a ZIP archive all.
    constexpr std::size_t magic_bytes = 4;
    const auto more = bytes.substr(0, magic_bytes - std::min(kept_.size(), magic_bytes));
    kept_.append(more);
    bytes.remove_prefix(more.size());
    const auto max = kept_.starts_with(zip_magic) || kept_.starts_with(gzip_magic) ? preview_xlsx_bytes_max
                                                                                   : preview_bytes_max;
    const auto taken = bytes.substr(0, max - std::min(kept_.size(), max));
    kept_.append(taken);
    is_whole_ = is_whole_ && taken.size() == bytes.size();
    return {};
  }

  void rename(std::string) override {}

  http_response finish() override {
    const auto shown = preview_import(kept_, is_whole_, std::move(options_));
    if (!shown)
      return problem(shown.error());
    auto body = to_json(shown->read);
    body["header"] = shown->has_header;
    body["columns"] = shown->columns;
    body["email_column"] = shown->email_column ? json(*shown->email_column) : json();
    body["rows"] = shown->rows;
    body["sheets"] = shown->sheets;
    return json_response(200, body);
  }

private:
  import_options options_;
  std::string kept_;
  bool is_whole_ = true;
};

/// The different cells of a column, in the order in which they come: what `replacements` must have a line for.
class list_cells final : public list_taker {
public:
  result<void> begin(import_words said) override {
    column_ = std::move(said.column);
    said.options.replaced.columns = {column_};
    said.options.replaced.find = [this](std::string_view, std::string_view cell, std::uint64_t line) {
      return take(cell, line);
    };
    reader_.emplace(names_, std::move(said.options));
    return {};
  }

  result<void> feed(std::string_view bytes) override { return reader_->feed(bytes); }
  void rename(std::string) override {}

  http_response finish() override {
    const auto report = reader_->finish();
    if (!report)
      return problem(report.error());
    if (std::ranges::find(names_.names, column_) == names_.names.end()) {
      std::string columns;
      for (const auto& one : names_.names)
        columns.append(columns.empty() ? "" : ", ").append(one);
      return problem(make_error(
          error_code::invalid_input,
          notice{"email_column_unknown", {{"column", excerpt(column_)}, {"columns", excerpt(columns)}}}));
    }
    auto cells = json::array();
    for (const auto* const one : in_order_)
      cells.push_back({{"cell", one->first}, {"line", one->second.line}, {"rows", one->second.rows}});
    return json_response(200, {{"column", column_}, {"rows", report->rows}, {"cells", std::move(cells)}});
  }

private:
  struct seen {
    std::uint64_t line = 0; ///< the first that has it
    std::uint64_t rows = 0;
  };
  using cell_map = std::map<std::string, seen, std::less<>>;

  result<std::string> take(std::string_view cell, std::uint64_t line) {
    auto known = cells_.find(cell);
    if (known == cells_.end()) {
      constexpr std::size_t line_bytes = 100; // of a line of `replacements` beside the two names
      bytes_ += cell.size() + column_.size() + line_bytes;
      if (bytes_ > replacements_bytes_max)
        return failure(error_code::invalid_input,
                       notice{"too_many_bytes", {{"field", column_}, {"max", replacements_bytes_max}}});
      known = cells_.emplace(cell, seen{line, 0}).first;
      in_order_.push_back(&*known);
    }
    ++known->second.rows;
    return std::string{};
  }

  std::string column_;
  column_names names_;
  cell_map cells_;
  std::vector<const cell_map::value_type*> in_order_;
  std::size_t bytes_ = 0;
  std::optional<audience_import> reader_;
};

} // namespace

result<std::unique_ptr<body_consumer>> import_audience(node& engine, const http_request& request) {
  return consume_list(
      engine, request,
      std::make_unique<audience_upload>(engine, request.done_at(engine.now()).by, request.kept_under));
}

result<std::unique_ptr<body_consumer>> preview_audience(node& engine, const http_request& request) {
  return consume_list(engine, request, std::make_unique<list_preview>());
}

result<std::unique_ptr<body_consumer>> show_list_cells(node& engine, const http_request& request) {
  return consume_list(engine, request, std::make_unique<list_cells>(), asks_for::cells_of_column);
}

} // namespace sluice::handlers
