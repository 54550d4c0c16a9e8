// What the server says to a connection that carries letters, and which letter it is about.

#include "adapters/smtp/smtp_connection.hpp"

namespace sluice {

namespace {

/// RFC 5321 section 4.2.3: "bad sequence of commands".
constexpr std::uint16_t out_of_step = 503;

} // namespace

smtp_step smtp_connection::step_of(expects what) {
  switch (what) {
  case expects::mail:
  case expects::reset:
    return smtp_step::mail;
  case expects::recipient:
    return smtp_step::recipient;
  case expects::data:
    return smtp_step::data;
  case expects::end_of_data:
    break;
  }
  return smtp_step::end_of_data;
}

void smtp_connection::read_replies() {
  while (!is_over_ && !stream_.input.empty()) {
    switch (parser_.take(stream_.input)) {
    case smtp_reply_parser::progress::more:
      break;
    case smtp_reply_parser::progress::broken:
      lose(notice{"reply_unreadable", {{"fault", parser_.fault()}}});
      break;
    case smtp_reply_parser::progress::done:
      take_reply(parser_.reply());
      break;
    }
  }
  if (!is_over_ && !stream_.end_of_input().empty())
    lose_closed(stream_.end_of_input());
}

notice smtp_connection::notice_of_unasked(const smtp_reply_view& reply) {
  return notice{reply.code == 421 ? "server_closes" : "reply_to_nothing", {{"reply", to_words(reply)}}};
}

void smtp_connection::take_reply(const smtp_reply_view& reply) {
  if (expected_size_ == 0) {
    take_unasked_reply(reply);
    return;
  }
  const auto what = expected_[expected_at_];
  expected_at_ = (expected_at_ + 1) % expected_.size();
  --expected_size_;
  ++replies_;
  if (reply.code == 421 && what != expects::end_of_data) {
    ending_is_not_taken_ = has_chunk();
    lose_amid_letter(reply, step_of(what));
    return;
  }
  switch (what) {
  case expects::reset:
    if (!reply.is_positive())
      lose(notice{"reset_refused", {{"reply", to_words(reply)}}});
    break;
  case expects::mail:
  case expects::recipient:
    if (has_chunk())
      take_chunk_command_reply(reply, step_of(what));
    else
      take_letter_reply(what, reply);
    break;
  case expects::data:
    take_data_reply(reply);
    break;
  case expects::end_of_data:
    take_end_of_data_reply(reply);
    break;
  }
}

void smtp_connection::take_unasked_reply(const smtp_reply_view& reply) {
  const auto refuses = reply.is_transient() || reply.is_permanent();
  if (reply.code == 421) {
    lose_closed(notice_of_unasked(reply));
  } else if (refuses && open_.has_go_ahead && !open_.has_verdict) {
    // It has thought better of its 354, and would be believed amid the message too.
    record_verdict(reply, smtp_step::data);
    cut(notice{"message_refused_early"});
  } else {
    lose_step(notice_of_unasked(reply));
  }
}

void smtp_connection::take_letter_reply(expects what, const smtp_reply_view& reply) {
  if (reply.is_positive()) {
    open_.mail_is_taken = open_.mail_is_taken || what == expects::mail;
  } else if (reply.is_intermediate()) {
    lose_step(notice{"reply_out_of_step", {{"step", "MAIL or RCPT"}, {"reply", to_words(reply)}}});
  } else if (open_.has_verdict) { // a refused MAIL has RCPT refused too, which says nothing more
    return;
  } else if (reply.code == out_of_step) {
    lose_out_of_step(reply);
  } else {
    record_verdict(reply, step_of(what));
  }
}

void smtp_connection::take_data_reply(const smtp_reply_view& reply) {
  if (reply.code == 354) {
    open_.has_go_ahead = true;
  } else if (reply.is_positive() || reply.is_intermediate()) {
    lose_step(notice{"reply_out_of_step", {{"step", "DATA"}, {"reply", to_words(reply)}}});
  } else if (open_.has_verdict) {
    return;
  } else if (reply.code == out_of_step) {
    lose_out_of_step(reply);
  } else {
    record_verdict(reply, smtp_step::data);
  }
}

/// The letter is not what is refused. Where less can be sent ahead the next session does, and nothing has failed.
void smtp_connection::lose_out_of_step(const smtp_reply_view& reply) {
  notice why{"session_out_of_step", {{"reply", to_words(reply)}}};
  if (host_.on_out_of_step(pipelining_, reply))
    cut(std::move(why));
  else
    lose_step(std::move(why));
}

void smtp_connection::take_end_of_data_reply(const smtp_reply_view& reply) {
  if (reply.is_intermediate()) {
    lose(notice{"reply_out_of_step", {{"step", "the end of data"}, {"reply", to_words(reply)}}});
    return;
  }
  if (has_chunk() && is_chunk_misunderstood(reply)) {
    lose_chunk(reply);
    return;
  }
  if (!ending_has_begun_) {
    take_early_reply(reply);
    return;
  }
  if (has_chunk())
    needs_reset_ = !reply.is_positive(); // RFC 3030 section 2: the state is indeterminate
  if (reply.code == 421 && !ending_has_verdict_) {
    ending_has_begun_ = false; // it was not taken
    lose_amid_letter(reply, smtp_step::end_of_data);
    return;
  }
  auto* slot = std::exchange(ending_, nullptr);
  if (ending_has_verdict_)
    return settle(*slot, ending_outcome_, ending_words_, ending_refuses_sender_);
  const auto words = host_.words().of(reply);
  if (reply.is_positive())
    return settle(*slot, letter_state::accepted, words);
  const auto found = host_.judge(*slot, words, smtp_step::end_of_data);
  is_finishing_ = is_finishing_ || found.frees_connection;
  if (!found.ends_session)
    return settle(*slot, found.outcome, words, found.refuses_sender);
  lose_session(found, notice{"session_refused", {{"reply", to_words(reply)}}});
  put_back(*slot, true, words);
}

/// To MAIL or RCPT of a letter that left by BDAT behind them: refused, the message behind it is read and not taken.
void smtp_connection::take_chunk_command_reply(const smtp_reply_view& reply, smtp_step step) {
  if (reply.is_intermediate()) {
    lose_step(notice{"reply_out_of_step", {{"step", "MAIL or RCPT"}, {"reply", to_words(reply)}}});
  } else if (reply.is_positive() || ending_has_verdict_) {
    ending_may_be_reason_ = ending_may_be_reason_ || reply.is_positive();
  } else if (reply.code == out_of_step) {
    ending_is_not_taken_ = true;
    lose_out_of_step(reply);
  } else {
    const auto words = host_.words().of(reply);
    const auto found = host_.judge(*ending_, words, step);
    is_finishing_ = is_finishing_ || found.frees_connection;
    if (found.ends_session) {
      ending_is_not_taken_ = true;
      // Behind MAIL it may be for this letter's sake: that is seen by whether others pass.
      return lose_session(found, notice{"session_refused", {{"reply", to_words(reply)}}});
    }
    ending_has_verdict_ = true;
    ending_outcome_ = found.outcome;
    ending_words_ = words;
    ending_refuses_sender_ = found.refuses_sender;
  }
}

/// The reply is about BDAT, not about the letter.
bool smtp_connection::is_chunk_misunderstood(const smtp_reply_view& reply) const {
  return !ending_has_verdict_ && (reply.code == out_of_step || reply.code == 500 || reply.code == 502);
}

/// A server that does not know BDAT reads the message as commands: nothing more is read of it.
void smtp_connection::lose_chunk(const smtp_reply_view& reply) {
  ending_is_not_taken_ = true;
  if (reply.code == out_of_step) {
    lose_out_of_step(reply);
    return;
  }
  host_.on_no_chunking(reply);
  cut(notice{"reply_out_of_step", {{"step", "BDAT"}, {"reply", to_words(reply)}}});
}

/// A reply to an end of data that has not left. Nobody can have taken that letter over; a refusal (552, the
/// message is too large) is believed. The rest of the message would be read as commands, so closing is left.
void smtp_connection::take_early_reply(const smtp_reply_view& reply) {
  if (reply.is_positive() || reply.code == 421) {
    lose(reply.code == 421 ? notice_of_unasked(reply)
                           : notice{"message_taken_early", {{"reply", to_words(reply)}}});
    return;
  }
  if (!ending_has_verdict_) {
    ending_has_verdict_ = true;
    ending_words_ = host_.words().of(reply);
    ending_outcome_ = host_.judge(*ending_, ending_words_, smtp_step::end_of_data).outcome;
  }
  cut(notice{"message_refused_early"});
}

/// The server takes no more by this connection. One that has carried letters and is full of them has not failed: the next
/// one is opened at once.
void smtp_connection::lose_session(const disposition& found, notice why) {
  if (found.is_session_full && is_proven_)
    cut(std::move(why));
  else
    lose(std::move(why));
}

void smtp_connection::record_verdict(const smtp_reply_view& reply, smtp_step step) {
  const auto words = host_.words().of(reply);
  const auto found = host_.judge(*open_.slot, words, step);
  is_finishing_ = is_finishing_ || found.frees_connection;
  if (found.ends_session) {
    open_.mail_is_taken = false; // and it is not put back for its sake
    return lose_session(found, notice{"session_refused", {{"reply", to_words(reply)}}});
  }
  open_.has_verdict = true;
  open_.outcome = found.outcome;
  open_.words = words;
  open_.refuses_sender = found.refuses_sender;
}

/// 421: the server closes. That may be about the letter that is under way, about the pace, the account, or nothing here.
void smtp_connection::lose_amid_letter(const smtp_reply_view& reply, smtp_step step) {
  const auto words = host_.words().of(reply);
  auto* slot = ending_ != nullptr ? ending_ : open_.slot;
  if (slot != nullptr && step != smtp_step::greeting) {
    const auto found = host_.judge(*slot, words, step);
    if (found.is_session_full)
      return lose_session(found, notice{"server_closes", {{"reply", to_words(reply)}}});
    const auto is_own = found.outcome != letter_state::pending || found.ends_session;
    if (!is_own) {
      if (ending_ != nullptr) {
        ending_has_verdict_ = true;
        ending_outcome_ = letter_state::pending;
        ending_words_ = words;
      } else {
        open_.has_verdict = true;
        open_.outcome = letter_state::pending;
        open_.words = words;
      }
      ending_how_.is_slowed = true;
    }
  }
  last_reply_ = words;
  const auto is_slowed = ending_how_.is_slowed;
  lose(notice{"server_closes", {{"reply", to_words(reply)}}});
  ending_how_.is_slowed = is_slowed;
}

} // namespace sluice
