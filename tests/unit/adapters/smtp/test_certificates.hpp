#pragma once
// A certificate authority of the test's own and a server's certificate by it, made when needed.

#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace sluice::test {

struct test_certificates {
  std::filesystem::path folder;  ///< removed with this
  std::filesystem::path ca_file; ///< PEM
  std::shared_ptr<ssl_ctx_st> server;

  /// A server's certificate for `subject_name`: "IP:127.0.0.1" or "DNS:mail.example".
  explicit test_certificates(const std::string& subject_name = "IP:127.0.0.1");
  ~test_certificates();
  test_certificates(const test_certificates&) = delete;
  test_certificates& operator=(const test_certificates&) = delete;
};

} // namespace sluice::test
