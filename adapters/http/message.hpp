#pragma once
// A request and its answer, as the handlers see them: no sockets, no Beast.

#include "messages/error.hpp"
#include "persistence/tokens.hpp"

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

class letter_history;
class page_reads;
class test_copy_quota;
class sign_ins;

/// What the server tells of itself in /metrics. Written on the event loop.
struct http_numbers {
  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> refused = 0;      ///< connections, since the start
  std::atomic<std::uint64_t> waiting = 0;      ///< requests in line for their turn
  std::atomic<std::uint64_t> wrong_tokens = 0; ///< since the start
};

/// Under what a request's answer is kept, and what for (kept_answers.hpp).
struct answer_key {
  std::string by_id; ///< the token's
  std::string by;
  std::string key;
  std::string use; ///< a fingerprint: a key serves one request
};

/// A request whose route was found and whose token was allowed.
struct http_request {
  std::string method;
  std::vector<std::string> path;            ///< decoded segments
  std::vector<std::string> captured;        ///< those that the route's {} stand for
  std::map<std::string, std::string> query; ///< decoded
  std::optional<error> query_fault;         ///< a parameter without a value, or one that is there twice
  std::string idempotency_key;
  std::string content_type;     ///< as the header has it
  std::string content_encoding; ///< as the header has it
  std::string body;
  std::optional<answer_key>
      kept_under;      ///< none: it has no Idempotency-Key, or its answer is not kept by the server
  token_info who;      ///< empty on routes that need no token
  std::string cookies; ///< as the header has them
  std::shared_ptr<sluice::sign_ins> sign_ins;     ///< none: nobody signs in through a provider
  std::string csrf;                               ///< of the session, where a cookie says who asks
  std::shared_ptr<sluice::page_reads> page_reads; ///< what the house's log has yet to be told of
  std::shared_ptr<sluice::test_copy_quota> test_copy_quota;
  std::shared_ptr<letter_history> letters; ///< what earlier requests learnt of the logs
  std::shared_ptr<const http_numbers> numbers;
  std::string certificate_trouble; ///< of a listener with TLS: why its newest certificate is not in use
  /// Runs a job on the threads of this request's kind: for the rest of it where the engine calls back on a thread of its
  /// own, which campaigns wait for. Any thread; may outlive the request and the server.
  std::function<void(std::function<void()>)> go_on = [](const std::function<void()>& job) { job(); };

  /// What it changes is done by.
  act done_at(timestamp now) const { return {{who.name, who.id}, now}; }
};

/// Gives a body of any size piece by piece. Used by one thread at a time.
class body_producer {
public:
  virtual ~body_producer() = default;
  /// The next piece; empty: that was all. A failure of the first is answered as one; a later one breaks the connection
  /// off, so that nobody takes what came for the whole.
  virtual result<std::string> next() = 0;
};

struct http_response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view constant_body = {}; ///< instead of `body`: lives as long as the process, and is not copied
  std::shared_ptr<body_producer> produced =
      {};               ///< instead of `body`: made on the threads of the request's kind
  bool is_kept = false; ///< under the request's key, in the write that carried it out
  std::optional<std::string> kept_body =
      {}; ///< what is kept instead of `body`: without what is shown once only
};

/// Where a handler brings its answer, once, from any thread.
using respond = std::function<void(http_response)>;

/// Takes a body of any size piece by piece.
class body_consumer {
public:
  virtual ~body_consumer() = default;
  /// A failure ends the request with that error.
  virtual result<void> feed(std::string_view bytes) = 0;
  virtual http_response finish() = 0;
};

/// An answer with a JSON body.
http_response json_response(unsigned status, const nlohmann::json& body);

/// The error as a problem detail (RFC 9457) with the HTTP status of its code.
http_response problem(const error& what);

/// The same with another status than its code's.
http_response problem(unsigned status, const error& what);

/// 429: one client asks for too much at once. `what` says what it should wait for.
http_response too_many(std::string what);
/// The same with when to come again.
http_response too_many(const error& what, std::chrono::seconds after);

/// A page of a list, as its text grows: items of any size, without a document of them all. It is full at `limit`
/// items, or earlier at page_bytes_max: the next page goes on from there.
class json_page {
public:
  static constexpr std::size_t page_bytes_max = 4U << 20U;
  explicit json_page(std::uint64_t limit) : left_(limit) {}
  bool is_full() const { return left_ == 0 || text_.size() >= page_bytes_max; }
  void add(const nlohmann::json& item);
  /// `next`: what the next page's `after` is; empty: this was the last one.
  http_response answer(const std::string& next) const;

private:
  std::uint64_t left_;
  std::string text_;
};

/// Reads a query strictly: each parameter by name and type, none that nobody knows.
class query_reader {
public:
  explicit query_reader(const http_request& request) :
      query_(request.query), query_fault_(request.query_fault) {}
  /// Empty when it is not there: a form that is sent as it is has `q=` where nothing was written.
  std::string text(const char* name);
  std::uint64_t number(const char* name, std::uint64_t otherwise, std::uint64_t max);
  /// `limit`: how many a page holds. None at all is no page, and would lead a reader round in circles.
  std::uint64_t limit(std::uint64_t otherwise, std::uint64_t max);
  /// "true" or "false"; false when it is not there.
  bool boolean(const char* name);
  bool has(const char* name); ///< also with an empty value
  /// The first fault: a wrong value, or a parameter that there is not.
  std::optional<error> finish();

private:
  std::uint64_t number_from(const char* name, std::uint64_t otherwise, std::uint64_t min, std::uint64_t max);

  const std::map<std::string, std::string>& query_;
  const std::optional<error>& query_fault_;
  std::vector<std::string> known_;
  std::optional<error> fault_;
};

/// The body as a JSON object; an empty body is an empty object.
result<nlohmann::json> body_object(const http_request& request);

/// The same for a request that says everything in its body: a query parameter is a mistake.
result<nlohmann::json> sole_body_object(const http_request& request);

} // namespace sluice
