#pragma once
// One connection to an SMTP server: a coroutine that opens a session and then carries letter after letter.
//
// With PIPELINING (RFC 2920) a letter costs two round trips:
//
//   write  MAIL RCPT DATA
//   read   250 250 354
//   write  the message, its end of data
//   read   the reply to it
//
// Nothing of the next letter is sent before that reply: servers that offer PIPELINING are known to answer 503 to what
// comes behind an end of data, or to die of it with the letter already handed on. A server that is known to bear it
// may be given ?pipelining=full, and a letter costs one round trip:
//
//   write  message N, its end of data, MAIL RCPT DATA of letter N+1
//   read   reply to N's end of data, 250 250 354
//
// With CHUNKING (RFC 3030; ?chunking=on) a letter whose grant is there when a connection takes it leaves in one write, and
// costs one round trip too:
//
//   write  MAIL RCPT, BDAT and its size, the message
//   read   250 250, the reply to BDAT
//
// Its last octet stands for the end of data: without it the server has not got what BDAT announced.
//
// A letter is reported as wanted when its commands leave, if it was not before, so its claim is written while they
// travel. Its end of data waits for both the server's 354 and the grant. Asking for DATA only after the grant would
// make calling a letter back cheaper (RSET instead of a new connection), but costs another round trip for
// every letter, and letters are called back once a pause, a letter on each connection. So when a queue is
// withdrawn after 354, the connection is closed: that is the only way out that sends no end of data.
//
// At any time at most one letter of a connection is between its end of data and the reply, and with `full` one more
// behind it. Without PIPELINING each command waits for its reply, and DATA for the grant too. 503 says that the
// session is out of step, and nothing of the letter: it leaves by another session, with less sent ahead.

#include "adapters/smtp/coroutine.hpp"
#include "adapters/smtp/smtp_capabilities.hpp"
#include "adapters/smtp/smtp_host.hpp"
#include "adapters/smtp/smtp_stream.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class login_exchange;
struct login_identity;

class smtp_connection final : public letter_holder, public std::enable_shared_from_this<smtp_connection> {
public:
  explicit smtp_connection(smtp_host& host);

  /// Begins to connect. The host hears on_ready or on_ended.
  void start();
  /// Looks at what is new: answers to letters, letters to take, finish.
  void wake() { at_pause_.resume(); }
  /// Takes no more letters, settles what is under way, says QUIT and ends.
  void finish();
  /// Ends now. A letter whose end of data was sent is in doubt.
  void cut(notice why);
  /// The time is past `deadline()`.
  void time_out();

  moment deadline() const { return deadline_; }
  /// Whether on_ready was called.
  bool was_ready() const { return was_ready_; }
  bool is_proven() const { return is_proven_; }

  /// Of smtp_stream: something was read, or there is room to write.
  void stream_event() { at_pause_.resume(); }
  void on_answer(letter_slot& letter) override;

  bool is_to_wake = false; ///< the host's: it is in its list
  bool is_idle = false;    ///< the host's: likewise
  bool is_leaving = false; ///< the host's: there are too many connections, and this one ends
  bool is_overdue = false; ///< it waits for a greeting that should have come; the host's but for its end

private:
  /// What a reply that is to come answers.
  enum class expects : std::uint8_t { mail, recipient, data, end_of_data, reset };

  /// A letter of which no end of data was sent.
  struct open_letter {
    letter_slot* slot = nullptr;
    expects next = expects::mail; ///< to be sent next; end_of_data: all was sent
    bool mail_is_taken = false;   ///< a transaction is open on the server
    bool has_go_ahead = false;    ///< 354 is there
    bool has_needed_grant = false;
    bool has_verdict = false; ///< refused or deferred already, or pending where it was not about it
    letter_state outcome = letter_state::pending;
    reply_ptr words;
    bool refuses_sender = false;
  };

  // smtp_session.cpp: from connecting to the first letter.
  task<result<void>> open_session();
  task<result<void>> connect();
  task<result<void>> hear_greeting();
  task<result<reply>> await_greeting();
  task<result<void>> say_hello();
  task<result<void>> start_tls();
  task<result<void>> shake_hands();
  void begin_tls();
  notice tls_failure(const std::string& fault) const;
  bool is_to_loopback();
  task<result<reply>> next_reply(milliseconds timeout, std::string* lines = nullptr);
  task<result<reply>> ask(std::string command, milliseconds timeout, std::string* lines = nullptr);
  task<result<reply>> last_words();
  task<result<void>> resolve();
  std::string own_name();
  std::unexpected<error> trouble(notice why) const;

  // smtp_connection_login.cpp: who we are.
  task<result<void>> log_in();
  task<result<std::optional<std::size_t>>>
  log_in_by(const std::vector<std::string>& mechanisms, std::size_t at, login_identity& who);
  task<result<reply>> converse(const std::string& mechanism, std::shared_ptr<login_exchange> exchange);
  task<result<std::string>> respond(std::shared_ptr<login_exchange> exchange, std::string challenge);
  task<result<std::string>> await_aside(aside_work work, milliseconds time_max);
  task<result<std::string>> fetch_token(std::string refused);
  result<void> check_login_is_safe();

  // smtp_connection_replies.cpp: what the server says.
  void read_replies();
  void take_reply(const smtp_reply_view& reply);
  void take_unasked_reply(const smtp_reply_view& reply);
  void take_letter_reply(expects what, const smtp_reply_view& reply);
  void take_data_reply(const smtp_reply_view& reply);
  void take_end_of_data_reply(const smtp_reply_view& reply);
  void take_early_reply(const smtp_reply_view& reply);
  void lose_out_of_step(const smtp_reply_view& reply);
  static smtp_step step_of(expects what);
  void take_chunk_command_reply(const smtp_reply_view& reply, smtp_step step);
  bool is_chunk_misunderstood(const smtp_reply_view& reply) const;
  void lose_chunk(const smtp_reply_view& reply);
  void lose_session(const disposition& found, notice why);
  void record_verdict(const smtp_reply_view& reply, smtp_step step);
  void lose_amid_letter(const smtp_reply_view& reply, smtp_step step);
  static notice notice_of_unasked(const smtp_reply_view& reply);

  // smtp_connection.cpp: carrying letters.
  detached run(std::shared_ptr<smtp_connection> self);
  task<bool> serve();
  task<bool> quit();
  void end();
  bool step();
  bool step_open_letter();
  bool go_on_writing();
  bool call_back();
  bool begin_letter();
  letter_slot* next_letter();
  void append_commands();
  void append_command(expects command);
  void append_mail();
  bool asks_for_dsn() const { return offers_.dsn && !profile_.server.notify.empty(); }
  void append_number(std::uint64_t number);
  void expect(expects command);
  void write_message();
  void begin_ending(bool is_chunk);
  bool may_chunk() const;
  bool has_chunk() const { return ending_ != nullptr && ending_is_chunk_; }
  void write_chunk();
  /// `refuses_sender`: the words say that nothing of its sender is taken.
  void settle(letter_slot& slot, letter_state outcome, const reply_ptr& words, bool refuses_sender = false);
  void put_back(letter_slot& slot, bool may_be_reason, const reply_ptr& words);
  void lose(notice why);
  void lose_step(notice why);
  void lose_closed(notice why);
  /// The same, with which server it is about.
  notice at_server(notice why) const;
  void lose_letters();
  bool may_take();
  bool has_letter() const { return ending_ != nullptr || open_.slot != nullptr; }
  void time_is_up();
  void set_deadline();
  void set_deadline_in(milliseconds delay);
  void set_deadline_at(moment when);
  milliseconds reply_timeout() const;

  smtp_host& host_;
  const smtp_profile& profile_;
  smtp_stream stream_;
  smtp_reply_parser parser_;
  smtp_capabilities offers_;
  pipelining_use pipelining_ = pipelining_use::off; ///< what this session sends ahead
  pause_point at_pause_;
  endpoints endpoints_;

  std::array<expects, 8> expected_{}; ///< a ring of replies to come, oldest first
  std::size_t expected_at_ = 0;
  std::size_t expected_size_ = 0;
  std::size_t replies_ = 0; ///< taken so far

  letter_slot* ending_ = nullptr; ///< its end of data was sent or is being written
  bool ending_has_begun_ = false; ///< something of that end of data may have left this machine
  bool ending_has_verdict_ = false;
  letter_state ending_outcome_ = letter_state::pending;
  reply_ptr ending_words_;
  bool ending_refuses_sender_ = false;
  bool ending_is_chunk_ = false; ///< it left by BDAT, with the replies to MAIL and RCPT to come
  bool ending_may_be_reason_ =
      false;                         ///< MAIL was accepted: where its connection dies, it may be for its sake
  bool ending_is_not_taken_ = false; ///< what the server said before its reply rules out that it took it
  open_letter open_;
  bool needs_reset_ = false; ///< a transaction is open on the server, and no letter in it
  std::uint32_t letters_ = 0;

  std::string commands_;                  ///< being written
  std::vector<std::string_view> message_; ///< likewise, in pieces; its batch is held by its slot
  std::string date_field_;                ///< of it

  moment deadline_ = moment::max();
  /// What is waited for; the deadline stays while this does, so that a trickle of bytes does not move it.
  struct wait {
    enum class kind : std::uint8_t { nothing, grant, letters, reply, room, last_words };
    kind what = kind::nothing;
    std::size_t replies = 0;
    std::size_t written = 0;
    bool operator==(const wait&) const = default;
  };
  wait waits_for_;
  bool has_timed_out_ = false;

  bool was_ready_ = false;
  bool is_slowed_ = false; ///< too many connections, says the server to this one
  bool was_idle_ = false;  ///< once it had no letter and found none
  bool is_proven_ = false;
  bool is_finishing_ = false;
  reply_ptr last_reply_; ///< that ended the connection amid a letter
  bool has_write_failed_ = false;
  bool is_over_ = false;
  smtp_ending ending_how_;
};

} // namespace sluice
