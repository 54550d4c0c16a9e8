#include "persistence/postgres/connection.hpp"

#include "persistence/big_endian.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice {

namespace {

// pg_type.dat of PostgreSQL's source, which never renumbers them.
constexpr std::uint32_t type_bool = 16;
constexpr std::uint32_t type_bytea = 17;
constexpr std::uint32_t type_int8 = 20;
constexpr std::uint32_t type_text = 25;
constexpr std::uint32_t type_bytea_array = 1001;
constexpr std::uint32_t type_int8_array = 1016;

/// The head of a one-dimensional array in binary form: dimensions, whether it has nulls, the elements' type, how many,
/// the first one's index. An empty array has no dimension.
std::string array_head(std::uint32_t element_type, std::size_t count) {
  std::string bytes;
  append_big_endian(bytes, std::uint32_t{count == 0 ? 0U : 1U});
  append_big_endian(bytes, std::uint32_t{0});
  append_big_endian(bytes, element_type);
  if (count > 0) {
    append_big_endian(bytes, static_cast<std::uint32_t>(count));
    append_big_endian(bytes, std::uint32_t{1});
  }
  return bytes;
}

template <class Texts>
std::string bytea_array(const Texts& values) {
  auto bytes = array_head(type_bytea, values.size());
  for (const std::string_view one : values) {
    append_big_endian(bytes, static_cast<std::uint32_t>(one.size()));
    bytes += one;
  }
  return bytes;
}

std::string one_line(std::string_view words) {
  std::string line;
  for (const char c : words)
    line += c == '\n' || c == '\t' ? ' ' : c;
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// Waits until the socket can be read (or written); false where the deadline came first.
bool wait_for(int socket, bool writing, pg_connection::clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - pg_connection::clock::now()).count();
    if (left <= 0)
      return false;
    pollfd one{.fd = socket, .events = static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN), .revents = 0};
    const auto ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return false;
  }
}

bool is_worth_another_try(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03";
}

/// The server ends, or ends our session: what was asked may have been done (class 57P, 08).
bool leaves_doubt(std::string_view sqlstate) {
  return sqlstate.starts_with("57P") || sqlstate.starts_with("08") || sqlstate == "57014";
}

} // namespace

pg_parameters& pg_parameters::add(std::int64_t value) {
  values_.push_back({type_int8, false, big_endian(static_cast<std::uint64_t>(value))});
  return *this;
}

pg_parameters& pg_parameters::add_bytes(std::string_view value) {
  values_.push_back({type_bytea, false, std::string(value)});
  return *this;
}

pg_parameters& pg_parameters::add_text(std::string_view value) {
  values_.push_back({type_text, false, std::string(value)});
  return *this;
}

pg_parameters& pg_parameters::add_bool(bool value) {
  values_.push_back({type_bool, false, std::string(1, value ? '\1' : '\0')});
  return *this;
}

pg_parameters& pg_parameters::add_null_bytes() {
  values_.push_back({type_bytea, true, {}});
  return *this;
}

pg_parameters& pg_parameters::add_all(std::span<const std::int64_t> values) {
  auto bytes = array_head(type_int8, values.size());
  for (const auto one : values) {
    append_big_endian(bytes, std::uint32_t{sizeof one});
    append_big_endian(bytes, static_cast<std::uint64_t>(one));
  }
  values_.push_back({type_int8_array, false, std::move(bytes)});
  return *this;
}

pg_parameters& pg_parameters::add_all_bytes(std::span<const std::string_view> values) {
  values_.push_back({type_bytea_array, false, bytea_array(values)});
  return *this;
}

pg_parameters& pg_parameters::add_all_bytes(std::span<const std::string> values) {
  values_.push_back({type_bytea_array, false, bytea_array(values)});
  return *this;
}

void pg_rows::clear::operator()(pg_result* result) const {
  PQclear(result);
}

pg_rows::pg_rows(pg_result* result) : result_(result), rows_(static_cast<std::size_t>(PQntuples(result))) {
  for (const char* digit = PQcmdTuples(result); *digit != '\0'; ++digit)
    changed_ = changed_ * 10 + static_cast<std::size_t>(*digit - '0');
}
pg_rows::pg_rows(pg_rows&&) noexcept = default;
pg_rows& pg_rows::operator=(pg_rows&&) noexcept = default;
pg_rows::~pg_rows() = default;

bool pg_rows::is_null(std::size_t row, int column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) == 1;
}

std::int64_t pg_rows::number(std::size_t row, int column) const {
  const auto value = bytes(row, column);
  if (value.size() == sizeof(std::uint32_t))
    return static_cast<std::int32_t>(read_big_endian<std::uint32_t>(value.data()));
  return value.size() == sizeof(std::uint64_t)
             ? static_cast<std::int64_t>(read_big_endian<std::uint64_t>(value.data()))
             : 0;
}

std::string_view pg_rows::bytes(std::size_t row, int column) const {
  const auto at = static_cast<int>(row);
  return {PQgetvalue(result_.get(), at, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

bool pg_rows::boolean(std::size_t row, int column) const {
  const auto value = bytes(row, column);
  return value.size() == 1 && value.front() != '\0';
}

error error_of(const pg_failure& failure, std::string_view doing) {
  if (failure.sqlstate == "53100")
    return {error_code::storage_failed,
            fmt::format("{}: the database's disk is full: {}", doing, failure.words)};
  if (failure.sqlstate == "42501")
    return {error_code::storage_failed,
            fmt::format("{}: the database's role lacks a right: {}; grant it (README, \"Several nodes\")",
                        doing, failure.words)};
  switch (failure.what) {
  case pg_failure::kind::away:
    return {error_code::storage_failed,
            fmt::format("{}: the database cannot be reached: {}", doing, failure.words)};
  case pg_failure::kind::unknown:
    return {error_code::storage_failed,
            fmt::format("{}: the database did not say whether it was done: {}", doing, failure.words)};
  default:
    return {error_code::storage_failed, fmt::format("{}: the database says: {}", doing, failure.words)};
  }
}

std::string shown_postgres_url(const std::string& url) {
  // The authority's user information ends at the last "@" before the path (RFC 3986, section 3.2).
  auto shown = url;
  const auto begin = url.find("://");
  if (begin != std::string::npos) {
    const auto end = url.find_first_of("/?#", begin + 3);
    const auto at = url.rfind('@', end == std::string::npos ? url.size() : end);
    const auto colon = url.find(':', begin + 3);
    if (at != std::string::npos && at > begin && colon != std::string::npos && colon < at)
      shown.replace(colon, at - colon, "");
  }
  for (const std::string_view name : {"password=", "sslpassword="})
    for (auto at = shown.find(name); at != std::string::npos; at = shown.find(name, at + name.size())) {
      const auto begins = at + name.size();
      const auto ends = shown.find_first_of("& ", begins);
      shown.replace(begins, ends == std::string::npos ? std::string::npos : ends - begins, "***");
    }
  return shown;
}

void pg_connection::finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

pg_connection::pg_connection(pg_conn* connection) : connection_(connection) {
  PQsetnonblocking(connection, 1);
  PQsetNoticeReceiver(connection, &pg_connection::on_notice, this);
}

pg_connection::~pg_connection() = default;

/// "canceling wait for synchronous replication", of which the detail says that it "might not have been replicated": the
/// answer then counts for nothing. It is a warning of class 01, whose words are translated, so that any counts.
void pg_connection::on_notice(void* me, const pg_result* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) == "WARNING")
    static_cast<pg_connection*>(me)->may_be_lost_ = true;
}

pg_result_of<std::unique_ptr<pg_connection>> pg_connection::connect(const std::string& url,
                                                                    std::chrono::milliseconds within) {
  const auto deadline = clock::now() + within;
  // What the URL says itself comes later and counts.
  const char* names[] = {"target_session_attrs", "fallback_application_name", "keepalives_idle", "dbname",
                         nullptr};
  const char* values[] = {"read-write", "sluice", "10", url.c_str(), nullptr};
  pg_conn* const begun = PQconnectStartParams(names, values, 1);
  if (begun == nullptr)
    return std::unexpected(pg_failure{pg_failure::kind::away, {}, "out of memory"});
  std::unique_ptr<pg_connection> made(new pg_connection(begun));
  const auto failed = [&](std::string_view more) {
    auto words = one_line(PQerrorMessage(begun));
    if (!more.empty())
      words = words.empty() ? std::string(more) : fmt::format("{}; {}", more, words);
    return std::unexpected(pg_failure{pg_failure::kind::away, {}, std::move(words)});
  };
  if (PQstatus(begun) == CONNECTION_BAD)
    return failed({});
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(begun)) {
    if (state == PGRES_POLLING_FAILED)
      return failed({});
    if (!wait_for(PQsocket(begun), state == PGRES_POLLING_WRITING, deadline))
      return failed("no answer in time");
  }
  PQsetnonblocking(begun, 1);
  return made;
}

pg_failure pg_connection::lost(std::string words) {
  is_usable_ = false;
  return {pg_failure::kind::unknown, {}, std::move(words)};
}

pg_result_of<pg_rows> pg_connection::run(const std::string& statement,
                                         const pg_parameters& parameters,
                                         std::chrono::milliseconds within) {
  if (!is_usable_)
    return std::unexpected(pg_failure{pg_failure::kind::away, {}, "the connection was lost"});
  const auto deadline = clock::now() + within;
  auto* const connection = connection_.get();
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const auto& one : parameters.values_) {
    types.push_back(one.type);
    values.push_back(one.is_null ? nullptr : one.bytes.data());
    lengths.push_back(static_cast<int>(one.bytes.size()));
  }
  const std::vector<int> formats(types.size(), 1);
  const auto count = static_cast<int>(types.size());
  // PostgreSQL keeps a statement under its name; ours is the text itself, cut to what a name may have.
  const auto name = fmt::format("s{:x}", std::hash<std::string>{}(statement));
  if (!prepared_.contains(statement)) {
    may_be_lost_ = false;
    if (PQsendPrepare(connection, name.c_str(), statement.c_str(), count, types.data()) == 0)
      return std::unexpected(lost(one_line(PQerrorMessage(connection))));
    // Nothing was done yet, whatever becomes of this.
    if (auto ready = await(deadline); !ready) {
      if (ready.error().what == pg_failure::kind::unknown)
        ready.error().what = pg_failure::kind::away;
      return ready;
    }
    prepared_.insert(statement);
  }
  may_be_lost_ = false;
  if (PQsendQueryPrepared(connection, name.c_str(), count, values.data(), lengths.data(), formats.data(),
                          1) == 0)
    return std::unexpected(lost(one_line(PQerrorMessage(connection))));
  return await(deadline);
}

pg_result_of<pg_rows> pg_connection::run_script(const std::string& statements,
                                                std::chrono::milliseconds within) {
  if (!is_usable_)
    return std::unexpected(pg_failure{pg_failure::kind::away, {}, "the connection was lost"});
  may_be_lost_ = false;
  if (PQsendQuery(connection_.get(), statements.c_str()) == 0)
    return std::unexpected(lost(one_line(PQerrorMessage(connection_.get()))));
  return await(clock::now() + within);
}

pg_result_of<pg_rows> pg_connection::await(clock::time_point deadline) {
  auto* const connection = connection_.get();
  for (int left = 1; left != 0;) {
    left = PQflush(connection);
    if (left < 0)
      return std::unexpected(lost(one_line(PQerrorMessage(connection))));
    if (left == 0)
      break;
    if (!wait_for(PQsocket(connection), true, deadline))
      return std::unexpected(lost("it took no more in time"));
    if (PQconsumeInput(connection) == 0)
      return std::unexpected(lost(one_line(PQerrorMessage(connection))));
  }
  std::unique_ptr<pg_result, freed_by<PQclear>> last;
  for (;;) {
    while (PQisBusy(connection) == 1) {
      if (!wait_for(PQsocket(connection), false, deadline))
        return std::unexpected(lost("no answer in time"));
      if (PQconsumeInput(connection) == 0)
        return std::unexpected(lost(one_line(PQerrorMessage(connection))));
    }
    std::unique_ptr<pg_result, freed_by<PQclear>> next(PQgetResult(connection));
    if (!next)
      break;
    const auto had_failed = last && PQresultStatus(last.get()) == PGRES_FATAL_ERROR;
    if (!had_failed)
      last = std::move(next);
  }
  if (!last)
    return std::unexpected(lost("no answer"));
  const auto status = PQresultStatus(last.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
    if (may_be_lost_)
      return std::unexpected(
          pg_failure{pg_failure::kind::unknown, {}, "it is done there, and may not have been replicated"});
    return pg_rows(last.release());
  }
  const char* state = PQresultErrorField(last.get(), PG_DIAG_SQLSTATE);
  pg_failure failure{.what = pg_failure::kind::refused,
                     .sqlstate = state == nullptr ? "" : state,
                     .words = one_line(PQresultErrorMessage(last.get()))};
  if (failure.sqlstate.empty() || leaves_doubt(failure.sqlstate)) {
    is_usable_ = false;
    failure.what = pg_failure::kind::unknown;
  } else if (is_worth_another_try(failure.sqlstate)) {
    failure.what = pg_failure::kind::conflicted;
  }
  return std::unexpected(std::move(failure));
}

} // namespace sluice
