#pragma once
// For tests of the shared store's tables: an empty schema in the database that SLUICE_TEST_POSTGRES names
// ("postgresql://…"), whose schema "sluice" is dropped for each. Where it names none, a test says that it did not run.

#include "messages/house_event_json.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/house_log.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

namespace sluice::testing {

class shared_tables {
public:
  /// Nothing where there is no database for tests.
  static std::unique_ptr<shared_tables> make() {
    const char* const url = std::getenv("SLUICE_TEST_POSTGRES");
    if (url == nullptr) {
      WARN("not run: SLUICE_TEST_POSTGRES names no database");
      return nullptr;
    }
    return std::make_unique<shared_tables>(url);
  }
  explicit shared_tables(const std::string& url) : url_(url) {
    drop(url);
    database_ = expect(postgres_database::open({url, true}, open_mode::read_write));
    house_ = std::make_unique<postgres_house_log>(*database_, database_->cluster().secret);
  }

  postgres_database& database() { return *database_; }
  postgres_house_log& house() { return *house_; }
  /// A folder for the imports of one node.
  std::filesystem::path scratch(std::int64_t node = 1) const { return folder_.path() / std::to_string(node); }
  /// The first value of the first row.
  std::int64_t number(const std::string& question) {
    return expect(database_->run("asked by a test", question)).number(0, 0);
  }
  std::string bytes(const std::string& question) {
    return std::string(expect(database_->run("asked by a test", question)).bytes(0, 0));
  }
  void run(const std::string& statement) { expect(database_->run("done by a test", statement)); }
  /// The house's log: its events' bodies, in order.
  std::vector<house_body> told() {
    std::vector<house_body> all;
    const auto rows = expect(
        database_->run("asked by a test", "SELECT record FROM events WHERE campaign = 0 ORDER BY number"));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto body = rows.bytes(row, 0).substr(std::tuple_size_v<sha256_hash>);
      all.push_back(
          expect(decode_house_event({reinterpret_cast<const std::uint8_t*>(body.data()), body.size()})).body);
    }
    return all;
  }

private:
  static void drop(const std::string& url) {
    const auto connection = pg_connection::connect(url, std::chrono::seconds(10));
    if (!connection)
      throw std::runtime_error("cannot reach the database for tests: " + connection.error().words);
    if (const auto dropped =
            (*connection)->run_script("DROP SCHEMA IF EXISTS sluice CASCADE", std::chrono::seconds(20));
        !dropped)
      throw std::runtime_error("cannot empty the database for tests: " + dropped.error().words);
  }

  const std::string url_;
  const temporary_folder folder_;
  std::unique_ptr<postgres_database> database_;
  std::unique_ptr<postgres_house_log> house_;
};

} // namespace sluice::testing
