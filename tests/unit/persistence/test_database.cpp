#include "tests/unit/persistence/test_database.hpp"

#include "persistence/postgres/connection.hpp"

#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>

namespace sluice::testing {

namespace {

constexpr std::chrono::seconds test_database_within{20};

std::mutex test_databases_mutex;
std::set<int> test_databases_used;
std::set<int> test_databases_made;

/// The server's URL with another database in it.
std::string url_of(const std::string& server, const std::string& database) {
  const auto slash = server.find('/', server.find("://") + 3);
  const auto query = server.find('?', slash);
  return server.substr(0, slash + 1) + database + (query == std::string::npos ? "" : server.substr(query));
}

void run_on(const std::string& url, const std::string& statement) {
  auto connection = pg_connection::connect(url, test_database_within);
  if (!connection)
    throw std::runtime_error("the tests' database cannot be reached: " + connection.error().words);
  if (const auto done = (*connection)->run_script(statement, test_database_within); !done)
    throw std::runtime_error(statement + ": " + done.error().words);
}

} // namespace

test_database::test_database() : number_(0) {
  const std::lock_guard guard(test_databases_mutex);
  while (!test_databases_used.insert(number_).second)
    ++number_;
  const std::string server = std::getenv("SLUICE_TEST_POSTGRES");
  const auto name = "sluice_test_" + std::to_string(::getpid()) + "_" + std::to_string(number_);
  url_ = url_of(server, name);
  if (test_databases_made.insert(number_).second)
    run_on(server, "CREATE DATABASE " + name);
  else
    run_on(url_, "DROP SCHEMA IF EXISTS sluice CASCADE");
}

test_database::~test_database() {
  const std::lock_guard guard(test_databases_mutex);
  test_databases_used.erase(number_);
}

} // namespace sluice::testing
