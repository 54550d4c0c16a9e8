#pragma once
// What a connection needs from the relay that it belongs to.

#include "actors/relay_factory.hpp"
#include "adapters/delivery/delivery_scheduler.hpp"
#include "adapters/delivery/relay_governor.hpp"
#include "adapters/smtp/aside.hpp"
#include "adapters/smtp/name_lookup.hpp"
#include "adapters/smtp/reply_words.hpp"
#include "adapters/smtp/server_addresses.hpp"
#include "adapters/smtp/smtp_url.hpp"
#include "adapters/smtp/tls_session.hpp"
#include "adapters/smtp/token_source.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace sluice {

class smtp_connection;

/// Where to and how; the same for all connections of a relay.
struct smtp_profile {
  smtp_url server;
  relay_settings settings;
  std::string hello_name; ///< empty: the connection's own address is said instead
  std::shared_ptr<tls_trust> trust;
  milliseconds greeting_patience{std::chrono::seconds(5)}; ///< then the user hears that no greeting came yet
  std::shared_ptr<token_source> tokens{};                  ///< null: none

  std::string name() const { return server.host + ":" + std::to_string(server.port); }
};

/// How a connection ended.
struct smtp_ending {
  bool has_failed = false;       ///< the server's fault or the network's, not our own wish
  bool is_letters = false;       ///< a letter was under way, at RCPT or later: it may be the reason
  bool is_slowed = false;        ///< the server has too many connections
  notice why{};                  ///< what happened, with the server's reply where there is one
  bool is_login_refused = false; ///< for good: it will be refused again
};

class smtp_host {
public:
  virtual boost::asio::io_context& io() = 0;
  virtual const smtp_profile& profile() const = 0;
  virtual delivery_scheduler& scheduler() = 0;
  virtual reply_words& words() = 0;
  virtual server_addresses& addresses() = 0;
  virtual moment now() const = 0;
  /// The Date field of a letter that leaves now, good until the next call.
  virtual std::string_view date_field() = 0;
  /// How much a connection may send ahead of replies: what the URL says, or less where the server could not follow.
  virtual pipelining_use pipelining() const = 0;

  /// What becomes of a letter after a reply of 400 to 599. What it says of more than the letter is carried out.
  virtual disposition judge(letter_slot& letter, const reply_ptr& said, smtp_step step) = 0;
  /// Of a reply of 400 to 599 before MAIL. True: there are too many connections.
  virtual bool is_too_many(const reply& said, smtp_step step) = 0;
  virtual void on_accepted(const letter_slot& letter) = 0;
  /// The letter's connection ended amid it, at RCPT or later. It is put off or tried by another connection.
  virtual void on_cut(letter_slot& letter, const reply_ptr& words) = 0;
  /// Whether there is a place for this connection's next letter; else it ends.
  virtual bool may_stay(smtp_connection& connection) = 0;

  /// Has the server's addresses looked up; `done` as for begin_look_up.
  virtual void look_up(std::function<void(result<endpoints>)> done) = 0;
  /// See run_aside of aside.hpp.
  virtual void run_aside(aside_work work, std::function<void(result<std::string>)> done) = 0;
  /// Have the connection look at what is new, at the end of this turn.
  virtual void wake_later(smtp_connection& connection) = 0;
  /// The connection has a deadline, which may be sooner than all others.
  virtual void wake_by(moment deadline) = 0;
  /// It was connected a while ago, and the server has not greeted; `why` says so. It goes on waiting.
  virtual void on_no_greeting_yet(smtp_connection& connection, const notice& why) = 0;
  /// It can take letters from now on.
  virtual void on_ready(smtp_connection& connection) = 0;
  /// It has no letter and found none; it is to be woken when there is one.
  virtual void on_idle(smtp_connection& connection) = 0;
  /// The first letter since it was opened got a reply of its own.
  virtual void on_proven(smtp_connection& connection) = 0;
  /// A connection that sent `used` ahead got `reply`, which says that the session is out of step (503): the next ones
  /// send less ahead. False where less is not possible.
  virtual bool on_out_of_step(pipelining_use used, const smtp_reply_view& reply) = 0;
  /// Whether this server has spoken TLS after STARTTLS before, also in an earlier process.
  virtual bool has_spoken_tls() const = 0;
  virtual void on_tls_spoken() = 0;
  /// Whether letters may leave by BDAT where the server offers it.
  virtual bool may_chunk() const = 0;
  /// The server offers CHUNKING and does not know BDAT: `reply` says so.
  virtual void on_no_chunking(const smtp_reply_view& reply) = 0;
  /// It is over and has no letter any more.
  virtual void on_ended(smtp_connection& connection, const smtp_ending& ending) = 0;

protected:
  ~smtp_host() = default;
};

} // namespace sluice
