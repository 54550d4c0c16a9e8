#pragma once
// A database of the test's own, in the server that tests/postgres/with_postgres.py has started.

#include <string>

namespace sluice::testing {

/// Empty when it is made. Some are kept over the tests of a process, since a new one takes a moment.
class test_database {
public:
  test_database();
  ~test_database();
  test_database(const test_database&) = delete;
  test_database& operator=(const test_database&) = delete;
  const std::string& url() const { return url_; }

private:
  int number_;
  std::string url_;
};

} // namespace sluice::testing
