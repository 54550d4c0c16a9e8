#include "adapters/smtp/smtp_connection.hpp"

#include "adapters/smtp/dsn_parameters.hpp"
#include "adapters/smtp/letter_limits.hpp"
#include "messages/check.hpp"

#include <charconv>

namespace sluice {

namespace {

/// So long a server may take to answer QUIT, and a broken connection to show what was said last.
constexpr milliseconds last_words_wait_max = std::chrono::seconds(5);

/// For good: 535, 534, 538 and the like. After 454 another try may do.
bool is_login_refused(const notice& why) {
  const auto* said = why.code == "login_refused" ? why.find("reply") : nullptr;
  const auto* words = said != nullptr ? std::get_if<std::string>(said) : nullptr;
  return words != nullptr && words->starts_with('5');
}

} // namespace

smtp_connection::smtp_connection(smtp_host& host) :
    host_(host), profile_(host.profile()), stream_(host.io()) {}

// -- begin and end ------------------------------------------------------------------------------------

void smtp_connection::start() {
  run(shared_from_this());
}

detached smtp_connection::run(std::shared_ptr<smtp_connection> self) {
  try {
    const auto opened = co_await open_session();
    if (opened && !is_over_) {
      was_ready_ = true;
      pipelining_ = offers_.pipelining ? host_.pipelining() : pipelining_use::off;
      host_.on_ready(*this);
      co_await serve();
    } else if (!is_over_) {
      ending_how_ = {.has_failed = true, .is_slowed = is_slowed_, .why = notice_of(opened.error())};
      ending_how_.is_login_refused = is_login_refused(ending_how_.why);
    }
  } catch (const std::exception& thrown) {
    ending_how_ = {.has_failed = true,
                   .why = at_server(notice{"internal_fault", {{"fault", thrown.what()}}})};
  }
  end();
  self.reset();
}

void smtp_connection::end() {
  is_over_ = true;
  deadline_ = moment::max();
  lose_letters();
  stream_.close();
  host_.on_ended(*this, ending_how_);
}

void smtp_connection::finish() {
  is_finishing_ = true;
  if (was_ready_)
    wake();
  else
    cut(notice{"engine_stops"});
}

notice smtp_connection::at_server(notice why) const {
  why.add({"server", profile_.name()});
  return why;
}

void smtp_connection::cut(notice why) {
  if (is_over_)
    return;
  is_over_ = true;
  ending_how_ = {.why = at_server(std::move(why))};
  wake();
}

void smtp_connection::time_out() {
  has_timed_out_ = true;
  deadline_ = moment::max();
  wake();
}

void smtp_connection::on_answer(letter_slot&) {
  host_.wake_later(*this);
}

/// The server or the network fails us.
void smtp_connection::lose(notice why) {
  if (is_over_)
    return;
  is_over_ = true;
  ending_how_ = {.has_failed = true, .why = at_server(std::move(why))};
}

/// The server's replies do not fit our commands: what it said of the open letter may have been said of
/// something else.
void smtp_connection::lose_step(notice why) {
  open_.has_verdict = false;
  open_.mail_is_taken = false; // and not for its sake
  if (has_chunk())
    ending_has_verdict_ = ending_may_be_reason_ = false;
  lose(std::move(why));
}

/// The server ends the connection. That is its right where nothing is under way; but one that never let a
/// letter near it has failed, or the next connection would be opened at once, and the next.
void smtp_connection::lose_closed(notice why) {
  if (!has_letter() && (was_idle_ || is_proven_))
    cut(notice{"idle_closed"});
  else
    lose(std::move(why));
}

void smtp_connection::lose_letters() {
  reply_ptr words;
  if (has_letter())
    words = std::make_shared<const reply>(reply_of(ending_how_.why));
  if (auto* slot = std::exchange(ending_, nullptr)) {
    if (ending_has_verdict_)
      settle(*slot, ending_outcome_, ending_words_, ending_refuses_sender_);
    else if (ending_has_begun_ && !ending_is_not_taken_)
      host_.scheduler().settle(
          *slot, letter_state::in_doubt,
          std::make_shared<const reply>(reply_of(notice{"no_reply_to_message", {}, {ending_how_.why}})));
    else
      put_back(*slot, ending_may_be_reason_, words);
  }
  const auto open = std::exchange(open_, {});
  if (open.slot == nullptr)
    return;
  if (open.has_verdict)
    settle(*open.slot, open.outcome, open.words, open.refuses_sender);
  else
    put_back(*open.slot, open.mail_is_taken, words);
}

/// Of a connection that the server or the network ended amid a letter, the letter may be the reason, once MAIL was
/// accepted.
void smtp_connection::put_back(letter_slot& slot, bool may_be_reason, const reply_ptr& words) {
  if (!ending_how_.has_failed || !may_be_reason)
    return host_.scheduler().put_back(slot, ending_how_.has_failed, words);
  ending_how_.is_letters = true;
  host_.on_cut(slot, last_reply_ ? last_reply_ : words);
}

// -- the coroutine ------------------------------------------------------------------------------------

task<bool> smtp_connection::serve() {
  while (!is_over_) {
    read_replies();
    while (!is_over_ && step())
      ;
    if (is_over_)
      break;
    const auto is_idle_now = !has_letter() && !stream_.is_writing() && !has_write_failed_;
    if (is_idle_now && !may_take()) {
      co_await quit();
      break;
    }
    if (is_idle_now) {
      was_idle_ = true;
      host_.on_idle(*this);
    }
    set_deadline();
    stream_.read(shared_from_this());
    co_await at_pause_.pause();
    if (has_timed_out_)
      time_is_up();
  }
  co_return true;
}

task<bool> smtp_connection::quit() {
  // The letters are settled: whatever comes now changes nothing.
  const auto said = co_await ask("QUIT", std::min(profile_.settings.command_timeout, last_words_wait_max));
  co_return said.has_value();
}

void smtp_connection::time_is_up() {
  has_timed_out_ = false;
  switch (waits_for_.what) {
  case wait::kind::nothing:
  case wait::kind::grant:
    break;
  case wait::kind::letters:
    is_finishing_ = true;
    break;
  case wait::kind::reply:
    lose(notice{"no_reply_in_time", {{"within", reply_timeout()}}});
    break;
  case wait::kind::room:
    lose(notice{"message_not_read", {{"within", profile_.settings.block_timeout}}});
    break;
  case wait::kind::last_words:
    lose(notice{"cannot_write", {}, {stream_.write_fault()}});
    break;
  }
}

void smtp_connection::set_deadline() {
  wait next{wait::kind::letters, replies_, 0};
  auto delay = profile_.settings.idle_timeout;
  if (has_write_failed_) {
    next.what = wait::kind::last_words;
    delay = last_words_wait_max;
  } else if (stream_.is_writing()) {
    next.what = wait::kind::room;
    next.written = stream_.written();
    delay = profile_.settings.block_timeout;
  } else if (expected_size_ > 0) {
    next.what = wait::kind::reply;
    delay = reply_timeout();
  } else if (has_letter()) {
    next.what = wait::kind::grant;
  }
  if (next == waits_for_)
    return;
  waits_for_ = next;
  if (next.what == wait::kind::grant)
    deadline_ = moment::max();
  else
    set_deadline_in(delay);
}

void smtp_connection::set_deadline_in(milliseconds delay) {
  set_deadline_at(host_.now() + delay);
}

void smtp_connection::set_deadline_at(moment when) {
  has_timed_out_ = false;
  deadline_ = when;
  host_.wake_by(deadline_);
}

milliseconds smtp_connection::reply_timeout() const {
  switch (expected_[expected_at_]) {
  case expects::data:
    return profile_.settings.data_timeout;
  case expects::end_of_data:
    return profile_.settings.end_of_data_timeout;
  default:
    return profile_.settings.command_timeout;
  }
}

// -- letters ------------------------------------------------------------------------------------------

/// The letter's own reply is in: the server works.
void smtp_connection::settle(letter_slot& slot,
                             letter_state outcome,
                             const reply_ptr& words,
                             bool refuses_sender) {
  if (refuses_sender)
    host_.scheduler().refuse_sender(slot, words);
  if (outcome == letter_state::accepted)
    host_.on_accepted(slot);
  host_.scheduler().settle(slot, outcome, words);
  // What was not about the letter says nothing of how well things go.
  if (outcome != letter_state::pending && !std::exchange(is_proven_, true))
    host_.on_proven(*this);
}

/// One thing that can be done now; false when there is none and something must come in first.
bool smtp_connection::step() {
  if (has_write_failed_)
    return false;
  if (stream_.is_writing())
    return go_on_writing();
  return open_.slot != nullptr ? step_open_letter() : begin_letter();
}

bool smtp_connection::go_on_writing() {
  auto done = smtp_stream::progress::failed;
  if (ending_ != nullptr && !ending_has_begun_) {
    const auto may = ending_->queue->fence->run_if_open([&] {
      done = stream_.write();
      ending_has_begun_ = stream_.has_begun_tail();
    });
    if (!may) {
      cut(notice{"message_called_back"});
      return false;
    }
  } else {
    done = stream_.write();
  }
  switch (done) {
  case smtp_stream::progress::done:
    return true;
  case smtp_stream::progress::blocked:
    stream_.await_room(shared_from_this());
    return false;
  case smtp_stream::progress::failed:
    has_write_failed_ = true; // what the server said before may still be read
    return false;
  }
  return false;
}

bool smtp_connection::step_open_letter() {
  const auto must_not_end = host_.scheduler().is_called_back(*open_.slot);
  if (must_not_end && (!open_.has_verdict || open_.has_go_ahead))
    return call_back();
  if (expected_size_ > 0)
    return false;
  const auto is_granted = open_.slot->said == letter_slot::answer::granted;
  const auto needs_grant = open_.has_go_ahead || (open_.next == expects::data && !open_.has_verdict);
  if (needs_grant && !std::exchange(open_.has_needed_grant, true))
    host_.scheduler().on_grant_needed(*open_.slot, host_.now());
  if (open_.has_go_ahead) {
    if (is_granted)
      write_message();
    return is_granted;
  }
  if (open_.has_verdict) {
    needs_reset_ = needs_reset_ || open_.mail_is_taken;
    const auto settled = std::exchange(open_, {});
    settle(*settled.slot, settled.outcome, settled.words, settled.refuses_sender);
    return true;
  }
  check(pipelining_ == pipelining_use::off,
        "with PIPELINING all replies to a letter's commands decide on it");
  if (open_.next == expects::data && !is_granted)
    return false;
  commands_.clear();
  append_command(open_.next);
  stream_.put({}, commands_);
  return true;
}

/// The open letter must not be sent. Where DATA was not sent yet a RSET will do; else only closing does.
bool smtp_connection::call_back() {
  if (ending_ != nullptr)
    return false; // its reply comes first
  if (open_.next == expects::end_of_data) {
    cut(notice{"letter_called_back"});
    return false;
  }
  if (expected_size_ > 0)
    return false;
  needs_reset_ = needs_reset_ || open_.mail_is_taken;
  const auto returned = std::exchange(open_, {});
  host_.scheduler().settle(*returned.slot, letter_state::pending, nullptr);
  return true;
}

bool smtp_connection::may_take() {
  const auto carried_max = profile_.settings.letters_per_connection_max;
  return !is_finishing_ && (carried_max == 0 || letters_ < carried_max) && host_.may_stay(*this);
}

/// The next letter that this server can take; others are refused here.
letter_slot* smtp_connection::next_letter() {
  while (auto* slot = host_.scheduler().take(host_.now(), this)) {
    const auto refusal = local_refusal(*slot, offers_);
    if (!refusal) {
      ++letters_;
      return slot;
    }
    host_.scheduler().settle(*slot, letter_state::refused, refusal);
  }
  return nullptr;
}

bool smtp_connection::begin_letter() {
  if (!may_take() || (ending_ != nullptr && (has_chunk() || pipelining_ != pipelining_use::full)))
    return false;
  auto* slot = next_letter();
  if (slot == nullptr)
    return false;
  open_ = {.slot = slot, .words = nullptr};
  commands_.clear();
  if (may_chunk()) {
    write_chunk();
    return true;
  }
  append_commands();
  stream_.put({}, commands_);
  return true;
}

/// The open letter may leave by BDAT: its claim is durable, and nothing is under way before it.
bool smtp_connection::may_chunk() const {
  return offers_.chunking && pipelining_ != pipelining_use::off && host_.may_chunk() && ending_ == nullptr &&
         open_.slot->said == letter_slot::answer::granted;
}

void smtp_connection::append_commands() {
  if (std::exchange(needs_reset_, false)) {
    append_command(expects::reset);
    if (pipelining_ == pipelining_use::off)
      return;
  }
  append_command(expects::mail);
  if (pipelining_ == pipelining_use::off)
    return;
  append_command(expects::recipient);
  append_command(expects::data);
}

/// One command of the open letter, and the reply that it will have.
void smtp_connection::append_command(expects command) {
  switch (command) {
  case expects::reset:
    commands_ += "RSET\r\n";
    break;
  case expects::mail:
    append_mail();
    open_.next = expects::recipient;
    break;
  case expects::recipient:
    commands_ += "RCPT TO:<";
    commands_ += open_.slot->recipient();
    commands_ += '>';
    if (asks_for_dsn()) {
      commands_ += " NOTIFY=";
      commands_ += profile_.server.notify;
      append_orcpt(commands_, open_.slot->recipient(), offers_.smtputf8 && needs_smtputf8(*open_.slot));
    }
    commands_ += "\r\n";
    open_.next = expects::data;
    break;
  case expects::data:
    commands_ += "DATA\r\n";
    open_.next = expects::end_of_data;
    break;
  case expects::end_of_data:
    commands_ += ".\r\n";
    break;
  }
  expect(command);
}

void smtp_connection::expect(expects command) {
  check(expected_size_ < expected_.size(), "a connection awaits few replies at a time");
  expected_[(expected_at_ + expected_size_) % expected_.size()] = command;
  ++expected_size_;
}

void smtp_connection::append_mail() {
  const auto& slot = *open_.slot;
  commands_ += "MAIL FROM:<";
  commands_ += slot.sender();
  commands_ += '>';
  if (offers_.size) {
    commands_ += " SIZE=";
    append_number(slot.one->message_bytes());
  }
  if (slot.one->has_8bit)
    commands_ += " BODY=8BITMIME";
  if (offers_.smtputf8 && needs_smtputf8(slot))
    commands_ += " SMTPUTF8";
  if (asks_for_dsn()) {
    commands_ += " RET=HDRS"; // who reads a million notices knows the message
    append_envid(commands_, slot.from->message_id_of(*slot.one));
  }
  commands_ += "\r\n";
}

void smtp_connection::append_number(std::uint64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  commands_.append(digits.data(), end);
}

/// The open letter is the one whose message and end of data are written next.
void smtp_connection::begin_ending(bool is_chunk) {
  const auto open = std::exchange(open_, {});
  ending_ = open.slot;
  ending_has_begun_ = false;
  ending_has_verdict_ = open.has_verdict;
  ending_outcome_ = open.outcome;
  ending_words_ = open.words;
  ending_refuses_sender_ = open.refuses_sender;
  ending_is_chunk_ = is_chunk;
  ending_may_be_reason_ = !is_chunk;
  ending_is_not_taken_ = false;
}

/// Puts the open letter's commands and its message, as it is, in one write. The last octet is its end of data.
void smtp_connection::write_chunk() {
  if (std::exchange(needs_reset_, false))
    append_command(expects::reset);
  append_command(expects::mail);
  append_command(expects::recipient);
  host_.scheduler().on_grant_needed(*open_.slot, host_.now());
  begin_ending(true);
  const auto& slot = *ending_;
  message_.assign(1, {}); // the commands' place
  std::size_t octets_in_all = 0;
  date_field_ = host_.date_field();
  slot.from->for_each_message_piece(*slot.one, dated(*slot.one, date_field_, [&](std::string_view octets) {
    octets_in_all += octets.size();
    if (!octets.empty())
      message_.push_back(octets);
  }));
  check(octets_in_all == slot.one->message_bytes() && octets_in_all > 0,
        "a message has the size that MAIL declares");
  commands_ += "BDAT ";
  append_number(octets_in_all);
  commands_ += " LAST\r\n";
  expect(expects::end_of_data);
  message_.front() = commands_;
  const auto last_octet = message_.back().substr(message_.back().size() - 1);
  message_.back().remove_suffix(1);
  stream_.put(message_, last_octet);
}

/// Puts the message, its end of data and, where the server bears it, the next letter's commands in one write.
void smtp_connection::write_message() {
  begin_ending(false);
  message_.clear();
  // The server goes on although it refused the recipient: RFC 2920 section 3.1 ends that with a lone dot.
  if (!ending_has_verdict_) {
    date_field_ = host_.date_field();
    ending_->from->for_each_piece(
        *ending_->one,
        dated(*ending_->one, date_field_, [this](std::string_view octets) { message_.push_back(octets); }));
  }
  commands_.clear();
  append_command(expects::end_of_data);
  if (pipelining_ == pipelining_use::full && may_take())
    if (auto* slot = next_letter()) {
      open_ = {.slot = slot, .words = nullptr};
      append_commands();
    }
  stream_.put(message_, commands_);
}

} // namespace sluice
