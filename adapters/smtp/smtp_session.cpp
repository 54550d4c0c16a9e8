// The part of a connection that opens a session: connect, TLS, greeting, EHLO, STARTTLS, AUTH.

#include "adapters/smtp/connect_race.hpp"
#include "adapters/smtp/smtp_connection.hpp"
#include "messages/notice_words.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Why there is no connection. What is met every day has a code of its own; the rest is the system's words.
notice no_connection(const boost::system::error_code& why) {
  if (why == boost::asio::error::connection_refused)
    return notice{"connection_refused"};
  if (why == boost::asio::error::host_unreachable)
    return notice{"host_unreachable"};
  if (why == boost::asio::error::network_unreachable)
    return notice{"network_unreachable"};
  return notice{"cannot_connect", {{"fault", why.message()}}};
}

} // namespace

std::unexpected<error> smtp_connection::trouble(notice why) const {
  return failure(error_code::unavailable, at_server(std::move(why)));
}

task<result<void>> smtp_connection::open_session() {
  if (auto done = co_await connect(); !done)
    co_return done;
  if (auto done = co_await hear_greeting(); !done)
    co_return done;
  if (auto done = co_await say_hello(); !done)
    co_return done;
  if (auto done = co_await start_tls(); !done)
    co_return done;
  if (!profile_.server.user.empty())
    if (auto done = co_await log_in(); !done)
      co_return done;
  co_return result<void>{};
}

task<result<void>> smtp_connection::resolve() {
  using boost::asio::ip::tcp;
  boost::system::error_code why;
  const auto address = boost::asio::ip::make_address(profile_.server.host, why);
  if (!why) { // no need to ask anybody
    endpoints_ = tcp::resolver::results_type::create(tcp::endpoint{address, profile_.server.port}, "", "");
    co_return result<void>{};
  }
  // The answer may come when nobody waits for it any more, or never.
  const auto answer = std::make_shared<std::optional<result<endpoints>>>();
  host_.look_up([answer, who = weak_from_this()](result<endpoints> found) {
    *answer = std::move(found);
    if (const auto self = who.lock())
      self->wake();
  });
  while (!*answer) {
    co_await at_pause_.pause();
    if (has_timed_out_ || is_over_)
      co_return trouble(notice{"name_not_resolved_in_time"});
  }
  if (!**answer)
    co_return trouble(notice{"name_not_resolved", {{"fault", (*answer)->error().message}}});
  endpoints_ = std::move(***answer);
  co_return result<void>{};
}

task<result<void>> smtp_connection::connect() {
  const auto give_up_at = host_.now() + profile_.settings.connect_timeout;
  set_deadline_at(give_up_at);
  if (auto done = co_await resolve(); !done)
    co_return done;
  const auto race = std::make_shared<connect_race>(host_.io(), host_.addresses().in_order(endpoints_));
  auto next_at = give_up_at;
  while (!race->is_over()) {
    if (race->wants_next() || (race->has_more() && host_.now() >= next_at)) {
      race->start_next([self = shared_from_this()] { self->wake(); });
      next_at = host_.now() + attempt_delay;
    }
    set_deadline_at(race->has_more() ? std::min(next_at, give_up_at) : give_up_at);
    co_await at_pause_.pause();
    const auto is_too_late = has_timed_out_ && host_.now() >= give_up_at;
    if (is_too_late || is_over_) {
      race->stop();
      co_return trouble(
          is_over_ ? notice{"session_given_up"}
                   : notice{"cannot_connect_in_time", {{"within", profile_.settings.connect_timeout}}});
    }
  }
  auto connected = race->take_winner();
  if (!connected)
    co_return trouble(no_connection(race->why()));
  stream_.socket() = std::move(*connected);
  stream_.prepare();
  co_return result<void>{};
}

bool smtp_connection::is_to_loopback() {
  boost::system::error_code ignored; // then it is not loopback
  return stream_.socket().remote_endpoint(ignored).address().is_loopback();
}

void smtp_connection::begin_tls() {
  const auto& server = profile_.server;
  stream_.begin_tls(*profile_.trust, server.host, must_verify_certificate(server, is_to_loopback()));
}

/// With the setting that decides.
notice smtp_connection::tls_failure(const std::string& fault) const {
  const auto use = profile_.server.tls;
  if (use == tls_use::implicit && stream_.greets_in_clear())
    return notice{"tls_not_spoken"};
  if (stream_.is_untrusted())
    return notice{"tls_not_trusted",
                  {{"fault", fault},
                   {"setting", use == tls_use::implicit   ? "smtps://"
                               : use == tls_use::required ? "tls=require"
                                                          : "user:password@"}}};
  notice failed{"tls_failed", {{"fault", fault}}};
  if (use == tls_use::offered)
    failed.add({"setting", "tls=never"});
  return failed;
}

task<result<void>> smtp_connection::shake_hands() {
  set_deadline_in(profile_.settings.connect_timeout);
  while (true) {
    const auto done = stream_.shake_hands();
    if (done == tls_session::progress::done)
      co_return result<void>{};
    if (done == tls_session::progress::failed)
      co_return trouble(tls_failure(stream_.tls_fault()));
    if (!stream_.end_of_input().empty())
      co_return trouble(tls_failure(sluice::words_of(stream_.end_of_input())));
    stream_.read(shared_from_this());
    co_await at_pause_.pause();
    if (has_timed_out_ || is_over_)
      co_return trouble(notice{"tls_not_in_time"});
  }
}

/// The next reply, whatever it says; an error when none comes. `lines` gets its text line by line.
task<result<reply>> smtp_connection::next_reply(milliseconds timeout, std::string* lines) {
  set_deadline_in(timeout);
  while (true) {
    switch (parser_.take(stream_.input)) {
    case smtp_reply_parser::progress::done:
      if (lines != nullptr)
        lines->assign(parser_.reply().text);
      co_return to_reply(parser_.reply());
    case smtp_reply_parser::progress::broken:
      co_return trouble(notice{"reply_unreadable", {{"fault", parser_.fault()}}});
    case smtp_reply_parser::progress::more:
      break;
    }
    if (!stream_.end_of_input().empty())
      co_return trouble(stream_.end_of_input());
    stream_.read(shared_from_this());
    co_await at_pause_.pause();
    if (has_timed_out_)
      co_return trouble(notice{"no_reply_in_time", {{"within", timeout}}});
    if (is_over_)
      co_return trouble(notice{"session_given_up"});
  }
}

/// Sends the command, and gives the reply to it. A server that has spoken before it was asked is out of step:
/// its words would be taken for the answer.
task<result<reply>> smtp_connection::ask(std::string command, milliseconds timeout, std::string* lines) {
  if (!stream_.input.empty()) {
    const auto said = co_await next_reply(timeout);
    co_return said ? trouble(notice_of_unasked(parser_.reply())) : std::unexpected(said.error());
  }
  command += "\r\n";
  set_deadline_in(profile_.settings.block_timeout);
  stream_.put({}, command);
  for (auto done = stream_.write(); done != smtp_stream::progress::done; done = stream_.write()) {
    if (done == smtp_stream::progress::failed)
      co_return co_await last_words();
    if (has_timed_out_ || is_over_)
      co_return trouble(notice{"cannot_write", {}, {notice{"nothing_taken"}}});
    stream_.await_room(shared_from_this());
    co_await at_pause_.pause();
  }
  co_return co_await next_reply(timeout, lines);
}

/// Why nothing could be written: what the server said before it closed, where that can still be read.
task<result<reply>> smtp_connection::last_words() {
  const auto said = co_await next_reply(profile_.settings.command_timeout);
  co_return trouble(said ? notice_of_unasked(parser_.reply())
                         : notice{"cannot_write", {}, {stream_.write_fault()}});
}

namespace {

bool is_positive(const reply& said) {
  return said.code / 100 == 2;
}

} // namespace

/// Until the server has greeted it is not known whether this address leads to one.
task<result<void>> smtp_connection::hear_greeting() {
  boost::system::error_code ignored; // it is gone then, and silent at that
  const auto address = stream_.socket().remote_endpoint(ignored);
  if (profile_.server.tls == tls_use::implicit) {
    begin_tls();
    if (auto done = co_await shake_hands(); !done) {
      host_.addresses().on_silent(address);
      co_return done;
    }
  }
  const auto greeting = co_await await_greeting();
  if (!greeting) {
    host_.addresses().on_silent(address);
    co_return std::unexpected(greeting.error());
  }
  host_.addresses().on_greeting(address);
  is_overdue = false;
  is_slowed_ = host_.is_too_many(*greeting, smtp_step::greeting);
  if (!is_positive(*greeting))
    co_return trouble(notice{"greeting_refused", {{"reply", to_line(*greeting)}}});
  co_return result<void>{};
}

/// A server that waits for TLS says nothing, and would be waited for in vain for minutes: the user hears of it sooner.
task<result<reply>> smtp_connection::await_greeting() {
  const auto timeout = profile_.settings.greeting_timeout;
  const auto patience = profile_.greeting_patience;
  if (timeout <= patience)
    co_return co_await next_reply(timeout);
  auto greeting = co_await next_reply(patience);
  if (!has_timed_out_)
    co_return greeting;
  host_.on_no_greeting_yet(*this, at_server(notice{"no_greeting_yet"}));
  greeting = co_await next_reply(timeout - patience);
  if (has_timed_out_)
    co_return trouble(notice{"no_reply_in_time", {{"within", timeout}}});
  co_return greeting;
}

task<result<void>> smtp_connection::say_hello() {
  const auto name = own_name();
  std::string lines;
  auto said = co_await ask("EHLO " + name, profile_.settings.command_timeout, &lines);
  if (!said)
    co_return std::unexpected(said.error());
  if (said->code == 250) {
    offers_ = parse_capabilities(lines);
    co_return result<void>{};
  }
  offers_ = {};
  is_slowed_ = host_.is_too_many(*said, smtp_step::hello);
  const auto knows_no_ehlo = said->code / 100 == 5;
  if (knows_no_ehlo) {
    said = co_await ask("HELO " + name, profile_.settings.command_timeout);
    if (!said)
      co_return std::unexpected(said.error());
  }
  // Another 2xx is the answer to something else, and what the server offers is still to come.
  if (said->code != 250)
    co_return trouble(notice{"hello_refused", {{"reply", to_line(*said)}}});
  co_return result<void>{};
}

task<result<void>> smtp_connection::start_tls() {
  const auto use = profile_.server.tls;
  if (use == tls_use::implicit || use == tls_use::never)
    co_return result<void>{};
  if (!offers_.starttls) {
    if (use == tls_use::required)
      co_return trouble(notice{"tls_not_offered"});
    if (host_.has_spoken_tls())
      co_return trouble(notice{"starttls_gone"});
    co_return result<void>{};
  }
  auto said = co_await ask("STARTTLS", profile_.settings.command_timeout);
  if (!said)
    co_return std::unexpected(said.error());
  if (said->code != 220) {
    if (use == tls_use::required)
      co_return trouble(notice{"tls_refused", {{"reply", to_line(*said)}}});
    // Also where it says that it is only for now: so would whoever hides it.
    if (host_.has_spoken_tls())
      co_return trouble(notice{"starttls_gone", {{"reply", to_line(*said)}}});
    co_return result<void>{};
  }
  // Whatever came behind the 220 in clear is dropped by begin_tls, or a man in the middle could speak there.
  begin_tls();
  if (auto done = co_await shake_hands(); !done)
    co_return done;
  host_.on_tls_spoken();
  co_return co_await say_hello();
}

/// What we call ourselves; a machine whose name is none of the DNS says its address (RFC 5321 section 4.1.4).
std::string smtp_connection::own_name() {
  if (!profile_.hello_name.empty())
    return profile_.hello_name;
  boost::system::error_code why;
  const auto address = stream_.socket().local_endpoint(why).address();
  if (why)
    return "[127.0.0.1]";
  return (address.is_v6() ? "[IPv6:" : "[") + address.to_string() + "]";
}

} // namespace sluice
