#pragma once
// One connection to PostgreSQL (libpq), with a deadline for every answer: a database that was stopped gives no end of
// its connections, so nothing here waits longer than it was told to.
//
// What became of a statement is one of three things, and nobody may take one for another: done; refused (the server says
// so, nothing of it was kept); unknown (no answer came: it may have been done, or be done later).

#include "messages/error.hpp"
#include "messages/freed_by.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace sluice {

/// What stands for a statement's $1, $2 … in PostgreSQL's binary form.
class pg_parameters {
public:
  pg_parameters& add(std::int64_t value);
  pg_parameters& add_bytes(std::string_view value);
  pg_parameters& add_text(std::string_view value);
  pg_parameters& add_bool(bool value);
  pg_parameters& add_null_bytes();
  pg_parameters& add_all(std::span<const std::int64_t> values);           ///< int8[]
  pg_parameters& add_all_bytes(std::span<const std::string_view> values); ///< bytea[]
  pg_parameters& add_all_bytes(std::span<const std::string> values);      ///< bytea[]
  std::size_t size() const { return values_.size(); }

private:
  friend class pg_connection;
  struct bound_value {
    std::uint32_t type = 0;
    bool is_null = false;
    std::string bytes;
  };
  std::vector<bound_value> values_;
};

/// A statement's rows, in binary form. Columns are those of the statement, from 0; what is asked of one must be what it is.
class pg_rows {
public:
  explicit pg_rows(pg_result* result);
  pg_rows(pg_rows&&) noexcept;
  pg_rows& operator=(pg_rows&&) noexcept;
  ~pg_rows();

  std::size_t size() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  bool is_null(std::size_t row, int column) const;
  std::int64_t number(std::size_t row, int column) const;    ///< of int8 and int4
  std::string_view bytes(std::size_t row, int column) const; ///< of bytea and text; valid as long as this is
  bool boolean(std::size_t row, int column) const;
  /// How many rows an UPDATE, INSERT or DELETE changed.
  std::size_t changed() const { return changed_; }

private:
  struct clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, clear> result_;
  std::size_t rows_ = 0;
  std::size_t changed_ = 0;
};

/// Why a statement has no rows.
struct pg_failure {
  enum class kind : std::uint8_t {
    refused,    ///< nothing of it was kept; the same would be refused again
    conflicted, ///< nothing of it was kept; sent again it may go through (serialization, deadlock)
    unknown,    ///< no answer, or one that promises nothing: see above. The connection is of no use any more
    away        ///< it was never sent: there is no connection
  };
  kind what = kind::refused;
  std::string sqlstate; ///< of the server's refusal
  std::string words;    ///< the server's or libpq's, one line, without a password
};

template <class T>
using pg_result_of = std::expected<T, pg_failure>;

/// The failure as the engine's error, with what was being done: `storage_failed`, for a full database or one without
/// answer too.
error error_of(const pg_failure& failure, std::string_view doing);

class pg_connection {
public:
  using clock = std::chrono::steady_clock;

  /// Connects to the first of the URL's hosts that is a primary. An error's words never have the password.
  static pg_result_of<std::unique_ptr<pg_connection>> connect(const std::string& url,
                                                              std::chrono::milliseconds within);
  ~pg_connection();
  pg_connection(const pg_connection&) = delete;
  pg_connection& operator=(const pg_connection&) = delete;

  /// Runs one statement, prepared where it was run before on this connection. Outside of begin and commit it is a
  /// transaction of its own. Rows are only given where the server took it without a warning that it may be lost.
  pg_result_of<pg_rows>
  run(const std::string& statement, const pg_parameters& parameters, std::chrono::milliseconds within);
  /// Several statements in one text, without parameters: for the schema. The last one's rows.
  pg_result_of<pg_rows> run_script(const std::string& statements, std::chrono::milliseconds within);

  /// False once an answer did not come: then it is only to be dropped.
  bool is_usable() const { return is_usable_; }

private:
  explicit pg_connection(pg_conn* connection);
  pg_result_of<pg_rows> await(clock::time_point deadline);
  pg_failure lost(std::string words);
  static void on_notice(void* me, const pg_result* notice);

  struct finish {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, finish> connection_;
  std::set<std::string> prepared_;
  bool is_usable_ = true;
  bool may_be_lost_ = false; ///< a warning said so
};

/// A URL as it may be shown: without its password.
std::string shown_postgres_url(const std::string& url);

} // namespace sluice
