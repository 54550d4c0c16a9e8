#pragma once
// An HTTP server in a thread that answers as a test tells it to, and remembers what it was asked.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::cli::test {

struct fake_request {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
};

struct fake_answer {
  int status = 200;
  std::string body;
  std::string type = "application/json";
  bool closes = false; ///< the body ends with the connection, as a stream's does
};

class fake_engine {
public:
  using script = std::function<fake_answer(const fake_request&)>;
  explicit fake_engine(script answer);
  ~fake_engine();
  fake_engine(const fake_engine&) = delete;
  fake_engine& operator=(const fake_engine&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<fake_request> requests() const;

private:
  void serve();
  void serve_connection(int connection);

  script answer_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<fake_request> requests_;
  int connection_ = -1; ///< the one that is being served
  bool is_stopping_ = false;
  std::thread thread_;
};

/// A port of this machine on which nobody listens.
int port_without_listener();

} // namespace sluice::cli::test
