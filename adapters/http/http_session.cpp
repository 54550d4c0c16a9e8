#include "adapters/http/http_session.hpp"

#include "adapters/http/address_mask.hpp"
#include "adapters/http/http_target.hpp"
#include "adapters/http/kept_answers.hpp"
#include "adapters/http/scope.hpp"
#include "messages/utf8.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <sstream>

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes Asio's own allocation of coroutine frames for one of another kind once it is inlined.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace sluice {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::uint32_t header_bytes_max = 16U * 1024U;
/// What is read ahead of the parser at most: a head, and what follows it of a body or of the next request.
constexpr std::size_t buffer_bytes_max = 64U * 1024U;
/// A buffer that has grown beyond it is given back between two requests.
constexpr std::size_t idle_buffer_bytes_max = 4U * 1024U;
constexpr std::size_t piece_bytes_max = 256U * 1024U;
/// What a client still sends after its last answer is dropped, up to so much: many send all of a refused body before
/// they read.
constexpr std::size_t dropped_bytes = 16U * 1024U;
constexpr std::size_t dropped_bytes_max = 64U * 1024U * 1024U;

std::string bearer_in(std::string_view header) {
  constexpr std::string_view scheme = "Bearer ";
  if (header.size() <= scheme.size() ||
      !beast::iequals({header.data(), scheme.size()}, {scheme.data(), scheme.size()}))
    return {};
  return std::string{header.substr(scheme.size())};
}

http_response method_not_allowed(const std::string& allowed) {
  auto response = problem(
      405, make_error(error_code::invalid_input, notice{"method_not_allowed", {{"allowed", allowed}}}));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

/// What to answer to a head that cannot be read; nothing where nobody is there to hear it.
std::optional<http_response> refusal_of(const boost::system::error_code& fault) {
  if (fault == http::error::header_limit || fault == http::error::buffer_overflow)
    return problem(make_error(error_code::too_large, notice{"head_too_large"}));
  const auto is_about_http = fault.category() == http::make_error_code(http::error::bad_method).category();
  if (!is_about_http || fault == http::error::end_of_stream || fault == http::error::partial_message)
    return std::nullopt;
  return problem(make_error(error_code::invalid_input, notice{"not_http", {{"fault", fault.message()}}}));
}

template <class Head>
std::vector<std::string_view> lines_of(const Head& head, http::field name) {
  std::vector<std::string_view> lines;
  const auto [first, last] = head.equal_range(name);
  for (auto at = first; at != last; ++at)
    lines.emplace_back(at->value().data(), at->value().size());
  return lines;
}

/// A proxy on this machine, which says in one of these that it asks for another one (RFC 7239, RFC 9110 section 7.6.3).
template <class Head>
bool is_passed_on(const Head& head) {
  constexpr std::array<std::string_view, 4> fields{"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};
  return std::ranges::any_of(fields, [&](std::string_view name) {
    return head.find(beast::string_view{name.data(), name.size()}) != head.end();
  });
}

/// Without `body_bytes` the body is chunked, where the version knows that, or ends with the connection.
std::string
head_of(const http_response& answer, unsigned version, bool keeps, std::optional<std::size_t> body_bytes) {
  http::response_header<> head;
  head.version(version);
  head.result(answer.status);
  head.set(http::field::server, "sluice");
  head.set(http::field::cache_control, "no-store");
  head.set("X-Content-Type-Options", "nosniff");
  if (!answer.content_type.empty())
    head.set(http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers)
    if (name == "Set-Cookie") // each is a field of its own (RFC 6265 section 3)
      head.insert(name, value);
    else
      head.set(name, value);
  if (!body_bytes && version >= 11)
    head.set(http::field::transfer_encoding, "chunked");
  else if (body_bytes && answer.status != 204 && answer.status != 304)
    head.set(http::field::content_length, std::to_string(*body_bytes));
  if (!keeps)
    head.set(http::field::connection, "close");
  else if (version < 11)
    head.set(http::field::connection, "keep-alive");
  std::ostringstream text;
  text << head;
  return std::move(text).str();
}

} // namespace

/// Where a handler brings its answer, from any thread, and where the coroutine finds it.
struct http_session::pending_answer {
  explicit pending_answer(asio::io_context& loop) : is_there(loop) {}

  void put(http_response answer) {
    if (response)
      return;
    response = std::move(answer);
    is_there.open();
  }

  gate is_there;
  std::optional<http_response> response;
};

namespace {

/// A handler that loses its `respond` without using it would leave its client waiting for ever.
template <class Pending>
class responder {
public:
  responder(std::shared_ptr<loop_mailbox> mailbox, std::weak_ptr<Pending> to) :
      mailbox_(std::move(mailbox)), to_(std::move(to)) {}
  ~responder() {
    if (!is_done_.exchange(true))
      bring(problem(make_error(error_code::unavailable, notice{"nobody_answers"})));
  }
  responder(const responder&) = delete;
  responder& operator=(const responder&) = delete;

  void answer(http_response response) {
    if (!is_done_.exchange(true))
      bring(std::move(response));
  }

private:
  void bring(http_response response) {
    mailbox_->post([to = to_, response = std::move(response)]() mutable {
      if (const auto waiting = to.lock())
        waiting->put(std::move(response));
    });
  }

  std::shared_ptr<loop_mailbox> mailbox_;
  std::weak_ptr<Pending> to_;
  std::atomic<bool> is_done_ = false;
};

} // namespace

http_session::http_session(http_core& core,
                           connection_number number,
                           tcp::socket socket,
                           client_address from,
                           connection_table::verdict verdict) :
    core_(core), number_(number), verdict_(verdict), client_(std::move(socket)), buffer_(buffer_bytes_max),
    from_(std::move(from)), wake_(core.loop), pause_(core.loop) {
  // An answer's end would wait for the acknowledgement of what came before it.
  boost::system::error_code ignored;
  client_.socket().set_option(tcp::no_delay(true), ignored);
  core_.sessions.emplace(number_, this);
  core_.numbers->connections = core_.sessions.size();
}

http_session::~http_session() {
  core_.connections.remove(number_);
  core_.sessions.erase(number_);
  core_.numbers->connections = core_.sessions.size();
}

void http_session::close() {
  boost::system::error_code ignored;
  client_.socket().close(ignored);
  wake_.open();
}

void http_session::begin_stop() {
  if (use_ == connection_use::silent || use_ == connection_use::idle || use_ == connection_use::closing)
    close();
  pause_.open();
  if (!pending_)
    wake_.open(); // a stream, or in line for a permit
}

void http_session::give_up() {
  if (pending_)
    pending_->put(problem(make_error(error_code::unavailable, notice{"stopping_unanswered"})));
}

void http_session::set_use(connection_use use) {
  use_ = use;
  const auto gives_way = core_.connections.set_use(number_, use);
  if (!gives_way)
    return;
  if (const auto other = core_.sessions.find(*gives_way); other != core_.sessions.end())
    other->second->close();
}

asio::awaitable<void> http_session::serve(std::shared_ptr<http_session> self) {
  if (self->core_.certificate)
    self->client_.begin_tls(self->core_.certificate->context());
  // Nobody is answered in clear where TLS is spoken, and a handshake is not for one that is one too many.
  if (self->verdict_ == connection_table::verdict::refused && !self->client_.is_tls())
    co_await self->refuse_one_too_many();
  auto goes_on = self->verdict_ != connection_table::verdict::refused;
  if (goes_on && self->client_.is_tls())
    goes_on = co_await self->begin_tls();
  auto timeout = self->core_.settings.header_timeout;
  while (goes_on && !self->core_.is_stopping) {
    self->client_.expires_after(timeout);
    timeout = self->core_.settings.idle_timeout;
    goes_on = co_await self->serve_one();
    if (goes_on)
      self->set_use(connection_use::idle);
  }
  co_await self->await_close();
}

asio::awaitable<void> http_session::refuse_one_too_many() {
  set_use(connection_use::closing);
  const auto refusal = problem(make_error(error_code::unavailable, notice{"too_many_connections"}));
  co_await send(refusal, head_facts{});
}

/// The handshake. False: there is none to speak with.
asio::awaitable<bool> http_session::begin_tls() {
  client_.expires_after(core_.settings.header_timeout);
  const auto [fault] = co_await client_.tls().async_handshake(asio::ssl::stream_base::server, as_result);
  co_return !fault;
}

/// Whoever closes with bytes unread resets the connection, and a client that was refused in the middle of
/// its request would lose the answer with it (RFC 9112, 9.6).
asio::awaitable<void> http_session::await_close() {
  set_use(connection_use::closing);
  boost::system::error_code ignored;
  client_.expires_after(core_.settings.close_timeout);
  // Says that this is the end, so that nobody can cut an answer short unseen, and waits for the same word.
  if (client_.is_tls())
    co_await client_.tls().async_shutdown(as_result);
  client_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  buffer_ = beast::flat_buffer(buffer_bytes_max);
  std::vector<char> dropped(dropped_bytes);
  std::size_t total = 0;
  while (!core_.is_stopping && total < dropped_bytes_max) {
    const auto [fault, bytes] = co_await client_.below().async_read_some(asio::buffer(dropped), as_result);
    if (fault)
      co_return;
    total += bytes;
  }
}

/// One request and its answer. False: the connection ends.
///
/// GCC 12 destroys temporaries twice when co_await stands inside an expression of many (a conditional, a
/// braced argument), so answers are named before they are sent.
asio::awaitable<bool> http_session::serve_one() {
  if (buffer_.size() == 0 && buffer_.capacity() > idle_buffer_bytes_max)
    buffer_.shrink_to_fit();
  const auto asked = std::make_shared<exchange>();
  // Here, on the loop: the thread that answered may let go of the exchange last, and whoever is let in by a permit given
  // back there would not be woken.
  const permits_given_back at_the_end{*asked};
  std::optional<http_response> answered;
  {
    parser incoming;
    incoming.header_limit(header_bytes_max);
    incoming.body_limit(boost::none);
    const auto [fault, bytes] = co_await http::async_read_header(client_, buffer_, incoming, as_result);
    if (fault)
      answered = refusal_of(fault);
    if (fault && !answered)
      co_return false;
    if (!fault)
      answered = read_head(incoming, *asked);
  }
  const under_way_count::one under_way(core_.requests);
  if (!answered)
    answered = check_connection(*asked);
  const auto has_body = asked->framing.form != body_form::none;
  if (!answered && asked->entry->is_stream) {
    co_await stream_changes(asked);
    co_return false;
  }
  if (!answered)
    answered = co_await take_permits(asked);
  // What was refused by its head is not read on: the connection ends unless there is no body to come.
  if (answered && has_body)
    asked->facts.keeps = false;
  if (!answered) {
    answered = co_await answer(asked);
    if (!answered)
      co_return false;
  }
  asked->facts.keeps = asked->facts.keeps && !core_.is_stopping;
  if (answered->produced) {
    const auto is_whole = co_await send_produced(asked, *answered);
    co_return is_whole && asked->facts.keeps;
  }
  const auto is_sent = co_await send(*answered, asked->facts);
  co_return is_sent && asked->facts.keeps;
}

// -- the head ---------------------------------------------------------------------------------------------

/// Takes everything that is needed out of the head; an answer where that is all there is to it.
std::optional<http_response> http_session::read_head(const parser& incoming, exchange& into) {
  const auto& head = incoming.get();
  into.facts = {head.version(), head.keep_alive(), head.method() == http::verb::head};
  const auto framing = framing_of(head.version(), lines_of(head, http::field::transfer_encoding),
                                  lines_of(head, http::field::content_length));
  if (!framing) {
    into.facts.keeps = false;
    return problem(framing.error());
  }
  into.framing = *framing;
  if (auto refused = check_host(incoming)) {
    into.facts.keeps = false;
    return refused;
  }
  into.is_on_this_machine = from_.is_loopback && !is_passed_on(head);
  into.request.method = std::string{head.method_string()};
  into.expects_continue = beast::iequals(head[http::field::expect], "100-continue");
  into.request.idempotency_key = std::string{head["Idempotency-Key"]};
  into.request.content_type = std::string{head[http::field::content_type]};
  into.request.content_encoding = std::string{head[http::field::content_encoding]};
  if (const auto [first, last] = head.equal_range("Idempotency-Key"); std::distance(first, last) > 1)
    return problem(
        make_error(error_code::invalid_input, notice{"parameter_twice", {{"parameter", "Idempotency-Key"}}}));
  set_use(connection_use::nameless);
  if (auto page = page_file(incoming))
    return page;
  const auto authorization = head[http::field::authorization];
  into.secret = bearer_in({authorization.data(), authorization.size()});
  into.request.cookies = std::string{head[http::field::cookie]};
  if (core_.sign_ins && authorization.empty()) {
    into.session = cookie_in(into.request.cookies, core_.sign_ins->session_cookie());
    into.csrf = std::string{head["X-Sluice-CSRF"]};
    const auto origin = head[http::field::origin];
    const auto site = head["Sec-Fetch-Site"];
    into.is_from_page =
        core_.sign_ins->is_from_page({origin.data(), origin.size()}, {site.data(), site.size()});
  }
  const auto target = head.target();
  if (const auto parsed = parse_target({target.data(), target.size()}, into.request); !parsed)
    return problem(parsed.error());
  return check_route(into);
}

/// One Host (RFC 9112 section 3.2), and a name of ours in it.
std::optional<http_response> http_session::check_host(const parser& incoming) const {
  const auto& head = incoming.get();
  const auto hosts = lines_of(head, http::field::host);
  if (hosts.size() > 1)
    return problem(make_error(error_code::invalid_input, notice{"parameter_twice", {{"parameter", "Host"}}}));
  if (hosts.empty() && head.version() < 11)
    return std::nullopt;
  if (hosts.empty())
    return problem(make_error(error_code::invalid_input, notice{"host_missing"}));
  if (client_.is_tls() || core_.hosts.allow(hosts.front()))
    return std::nullopt;
  return problem(421, make_error(error_code::not_permitted,
                                 notice{"host_unknown", {{"host", excerpt(std::string{hosts.front()})}}}));
}

std::optional<http_response> http_session::page_file(const parser& incoming) {
  const auto& head = incoming.get();
  if (head.method() != http::verb::get && head.method() != http::verb::head)
    return std::nullopt;
  const std::string_view target{head.target().data(), head.target().size()};
  const auto encodings = head[http::field::accept_encoding];
  const auto known = head[http::field::if_none_match];
  return page_answer(core_.settings.page, {target.substr(0, target.find('?')),
                                           {encodings.data(), encodings.size()},
                                           {known.data(), known.size()}});
}

result<signed_in_person> http_session::who_asks(const exchange& asked, const route& entry, bool is_request) {
  const auto needed = needed_for(entry, asked.is_on_this_machine, core_.settings.metrics_public);
  if (needed == permission::anyone || !asked.secret.empty() || asked.session.empty() || !core_.sign_ins) {
    auto who = authorize(core_.engine, needed, asked.secret);
    if (!who)
      return std::unexpected(who.error());
    return signed_in_person{std::move(*who), {}};
  }
  auto person = core_.sign_ins->find(asked.session, core_.engine.now(), is_request);
  if (!person)
    return failure(error_code::unauthenticated, notice{"session_ended"});
  // A cookie is sent by the browser, whoever made it ask.
  if (entry.method != "GET" && (!asked.is_from_page || asked.csrf != person->csrf))
    return failure(error_code::not_permitted, notice{"csrf_wrong"});
  if (!has_permission(person->who.role, needed))
    return failure(
        error_code::not_permitted,
        notice{"role_forbids", {{"role", name_of(person->who.role)}, {"token", person->who.name}}});
  return std::move(*person);
}

std::optional<http_response> http_session::check_route(exchange& into) {
  auto found = find_route(into.request.method, into.request.path);
  if (!found.entry && found.allowed_methods.empty())
    return problem(make_error(error_code::not_found, notice{"path_unknown"}));
  if (!found.entry)
    return method_not_allowed(found.allowed_methods);
  auto who = who_asks(into, *found.entry, true);
  if (!who)
    return refuse_token(into, who.error());
  into.entry = found.entry;
  into.request.captured = std::move(found.captured);
  into.client = who->who.id.empty() ? from_.key : who->who.id;
  into.request.who = std::move(who->who);
  into.request.csrf = std::move(who->csrf);
  into.request.sign_ins = core_.sign_ins;
  into.request.letters = core_.letters;
  into.request.numbers = core_.numbers;
  into.request.page_reads = core_.page_reads;
  into.request.test_copy_quota = core_.test_copy_quota;
  if (core_.certificate)
    into.request.certificate_trouble = core_.certificate->trouble();
  if (into.request.idempotency_key.size() > idempotency_key_bytes_max)
    return problem(make_error(error_code::invalid_input,
                              notice{"idempotency_key_too_long", {{"max", idempotency_key_bytes_max}}}));
  if (into.framing.form == body_form::none)
    return std::nullopt;
  if (into.entry->body_bytes_max == 0)
    return problem(make_error(error_code::invalid_input, notice{"no_body_wanted"}));
  if (into.framing.bytes > into.entry->body_bytes_max)
    return problem(
        make_error(error_code::too_large, notice{"body_too_large", {{"max", into.entry->body_bytes_max}}}));
  return std::nullopt;
}

/// Wrong tokens are slowed by address; none at all, or a role, is nothing to guess at.
http_response http_session::refuse_token(exchange& of, const error& why) {
  if (why.code != error_code::unauthenticated || of.secret.empty())
    return problem(why);
  ++core_.numbers->wrong_tokens;
  if (const auto told = core_.refused_sign_ins.on_refused(core_.engine.now()))
    core_.edit_threads.post([&engine = core_.engine, told = *told] { tell_of_refused(engine, told); });
  const auto wait = core_.guesses.on_wrong_token(from_.key, core_.engine.now());
  if (!wait)
    return problem(why);
  of.facts.keeps = false;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*wait);
  return too_many(make_error(error_code::unavailable,
                             notice{"too_many_wrong_tokens", {{"after", milliseconds{seconds}}}}),
                  seconds);
}

/// Whether the connection may be used for this: commands are always heard.
std::optional<http_response> http_session::check_connection(const exchange& asked) {
  if (asked.entry->work == work_kind::command) {
    set_use(connection_use::busy);
    return std::nullopt;
  }
  if (verdict_ == connection_table::verdict::commands_only)
    return problem(make_error(error_code::unavailable, notice{"connections_kept"}));
  if (asked.request.who.id.empty())
    return std::nullopt;
  if (!core_.connections.claim(number_, asked.request.who.id))
    return too_many("this token has too many connections at once; close some of them");
  set_use(connection_use::busy);
  return std::nullopt;
}

// -- the answer -------------------------------------------------------------------------------------------

asio::awaitable<concurrency_limiter::permit_ptr> http_session::take_permit(concurrency_limiter& from,
                                                                           const std::string& client) {
  permit_ptr granted;
  const auto alive = std::make_shared<int>();
  wake_.close();
  const auto is_taken = from.enter(client, alive, [&granted, this](permit_ptr given) {
    granted = std::move(given);
    wake_.open();
  });
  if (is_taken && !core_.is_stopping) {
    ++core_.numbers->waiting;
    co_await wake_.wait();
    --core_.numbers->waiting;
  }
  co_return granted;
}

bool http_session::has_kept_key(const exchange& asked) {
  return asked.entry->keeps_answers() && !asked.request.idempotency_key.empty();
}

/// An answer where too many wait already.
asio::awaitable<std::optional<http_response>> http_session::take_permits(const exchange_ptr& asked) {
  std::vector<std::pair<concurrency_limiter*, const char*>> needed;
  if (has_kept_key(*asked))
    needed.emplace_back(&core_.key_turns, "requests with one Idempotency-Key");
  const auto is_large = asked->framing.form == body_form::chunked
                            ? asked->entry->body_bytes_max > small_body_bytes_max
                            : asked->framing.bytes > small_body_bytes_max;
  if (asked->entry->consume || asked->entry->is_long_import)
    needed.emplace_back(&core_.imports, "imports");
  else if (is_large)
    needed.emplace_back(&core_.large_bodies, "requests with large bodies");
  if (asked->entry->work == work_kind::look)
    needed.emplace_back(&core_.looks, "requests");
  if (asked->entry->work == work_kind::heavy_look)
    needed.emplace_back(&core_.heavy_looks, "requests that read logs");
  for (const auto& [limiter, what] : needed) {
    const auto client =
        limiter == &core_.key_turns ? asked->client + '\n' + asked->request.idempotency_key : asked->client;
    auto permit = co_await take_permit(*limiter, client);
    if (!permit && core_.is_stopping)
      co_return problem(make_error(error_code::unavailable, notice{"engine_stops"}));
    if (!permit)
      co_return too_many(
          fmt::format("too many {} at once wait for their turn; wait for some of them to be answered", what));
    asked->permits.push_back(std::move(permit));
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<http_response>> http_session::answer_before(const exchange_ptr& asked) {
  std::optional<http_response> before;
  if (!has_kept_key(*asked))
    co_return before;
  const auto look = [&before, &asked, this] {
    auto& request = asked->request;
    request.kept_under = answer_key_of(request);
    auto kept = kept_answer(core_.engine.store().journal(), *request.kept_under);
    before = kept ? std::move(*kept) : problem(kept.error());
  };
  co_await core_.run_on(core_.threads_for(asked->entry->work), look);
  co_return before;
}

asio::awaitable<void> http_session::keep(const exchange_ptr& asked, const http_response& done) {
  const auto is_done = done.status >= 200 && done.status < 300;
  if (!asked->request.kept_under || !is_done || done.is_kept)
    co_return;
  const auto write = [&asked, &done, this] {
    auto& engine = core_.engine;
    if (const auto kept = keep_answer(engine.store().journal(),
                                      kept_record(*asked->request.kept_under, done, engine.now()));
        !kept)
      spdlog::warn("http: {} {} is done, but its idempotency key could not be kept: {}", asked->entry->method,
                   asked->entry->path, kept.error().message);
  };
  co_await core_.run_on(core_.threads_for(asked->entry->work), write);
}

/// Nothing when the body broke off.
asio::awaitable<std::optional<http_response>> http_session::answer(const exchange_ptr& asked) {
  if (asked->entry->consume) {
    auto before = co_await answer_before(asked);
    if (before) {
      asked->facts.keeps = asked->facts.keeps && asked->framing.form == body_form::none;
      co_return before;
    }
  }
  if (asked->expects_continue && asked->framing.form != body_form::none) {
    const auto goes_on = co_await send_continue(asked->facts.version);
    if (!goes_on)
      co_return std::nullopt;
  }
  std::shared_ptr<body_consumer> into;
  if (asked->entry->consume) {
    result<std::unique_ptr<body_consumer>> opened;
    const auto open = [&opened, &asked, this] {
      if (auto refusal = check_scope(core_.engine, *asked->entry, asked->request))
        opened = std::unexpected(std::move(*refusal));
      else
        opened = asked->entry->consume(core_.engine, asked->request);
    };
    co_await core_.run_on(core_.import_threads, open);
    if (!opened) {
      asked->facts.keeps = false;
      co_return problem(opened.error());
    }
    into = std::move(*opened);
  }
  auto end = body_end{true, std::nullopt};
  if (asked->framing.form != body_form::none && into)
    end = co_await import_body(asked, into);
  else if (asked->framing.form != body_form::none)
    end = co_await read_body(asked);
  client_.expires_never();
  http_response done;
  if (end.is_whole && into) {
    const auto finish = [&done, &into] { done = into->finish(); };
    co_await core_.run_on(core_.import_threads, finish);
    co_await keep(asked, done);
  } else if (end.is_whole) {
    auto before = co_await answer_before(asked);
    if (before)
      co_return before;
    done = co_await handle(asked);
    co_await keep(asked, done);
  }
  // What broke off is swept away, which writes to the store.
  if (into)
    core_.import_threads.post([kept = std::move(into)]() mutable { kept.reset(); });
  if (end.is_whole)
    co_return done;
  asked->facts.keeps = false;
  co_return end.refusal;
}

bool http_session::is_masked(const exchange& asked) {
  return !asked.request.who.id.empty() && !sees_addresses(asked.request.who.role);
}

/// Runs a handler and waits for its answer, wherever that comes from.
asio::awaitable<http_response> http_session::handle(const exchange_ptr& asked) {
  pending_ = std::make_shared<pending_answer>(core_.loop);
  auto bringer =
      std::make_shared<responder<pending_answer>>(core_.mailbox, std::weak_ptr<pending_answer>(pending_));
  asked->request.go_on = [reached = core_.mailbox, &core = core_, kind = asked->entry->work](auto job) {
    reached->post([&core, kind, job = std::move(job)] {
      core.threads_for(kind).post([job] {
        try {
          job(); // where it throws, the responder answers when it is let go of
        } catch (const std::exception& fault) {
          spdlog::error("http: the rest of a request ended in a fault of ours: {}", fault.what());
        }
      });
    });
  };
  // Nothing but the handler's `answer` keeps the responder: dropped unused, it answers by itself.
  auto job = [asked, bring = std::move(bringer), &engine = core_.engine]() mutable {
    const respond answer = [bring = std::move(bring), asked](http_response response) {
      bring->answer(is_masked(*asked) ? masked(std::move(response), asked->request.who)
                                      : std::move(response));
    };
    try {
      if (const auto refusal = check_scope(engine, *asked->entry, asked->request))
        return answer(problem(*refusal));
      asked->entry->answer(engine, asked->request, answer);
    } catch (const std::exception& fault) {
      spdlog::error("http: {} {} ended in a fault of ours: {}", asked->entry->method, asked->entry->path,
                    fault.what());
      answer(problem(make_error(error_code::internal,
                                notice{"internal_fault", {{"fault", "the engine's log says more"}}})));
    }
  };
  if (asked->entry->work == work_kind::instant)
    job();
  else
    core_.threads_for(asked->entry->work).post(std::move(job));
  co_await pending_->is_there.wait();
  auto response = std::move(*pending_->response);
  pending_.reset();
  co_return response;
}

asio::awaitable<bool> http_session::send(const http_response& answer, head_facts facts) {
  std::string_view left = answer.constant_body.empty() ? std::string_view{answer.body} : answer.constant_body;
  const auto head = head_of(answer, facts.version, facts.keeps, left.size());
  if (facts.is_head || answer.status == 204 || answer.status == 304)
    left = {};
  std::string_view first = head;
  while (!first.empty() || !left.empty()) {
    const auto piece = left.substr(0, piece_bytes_max);
    const std::array<asio::const_buffer, 2> both{asio::buffer(first), asio::buffer(piece)};
    client_.expires_after(core_.settings.write_timeout);
    const auto [fault, bytes] = co_await asio::async_write(client_, both, as_result);
    if (fault)
      co_return false;
    first = {};
    left.remove_prefix(piece.size());
  }
  co_return true;
}

/// A body whose length nobody knows yet.
asio::awaitable<bool> http_session::send_produced(const exchange_ptr& asked, const http_response& answer) {
  auto& threads = core_.threads_for(asked->entry->work);
  const auto is_chunked = asked->facts.version >= 11;
  asked->facts.keeps = asked->facts.keeps && is_chunked;
  result<std::string> piece;
  const auto produce = [&piece, &answer] { piece = answer.produced->next(); };
  co_await core_.run_on(threads, produce);
  if (!piece) {
    const auto refusal = problem(piece.error());
    const auto is_told = co_await send(refusal, asked->facts);
    co_return is_told;
  }
  const auto head = head_of(answer, asked->facts.version, asked->facts.keeps, std::nullopt);
  const auto is_begun = co_await write(head);
  if (!is_begun || asked->facts.is_head)
    co_return is_begun;
  while (!piece->empty()) {
    const auto is_written = co_await write_event(*piece, is_chunked);
    if (!is_written || core_.is_stopping)
      co_return false;
    co_await core_.run_on(threads, produce);
    if (!piece) {
      spdlog::warn("http: {} {} broke off: {}", asked->entry->method, asked->entry->path,
                   piece.error().message);
      co_return false;
    }
  }
  if (!is_chunked)
    co_return true;
  const auto is_ended = co_await write("0\r\n\r\n");
  co_return is_ended;
}

} // namespace sluice
