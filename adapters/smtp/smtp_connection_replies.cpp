// What the server says to a connection that carries letters, and which letter it is about.

#include "adapters/smtp/smtp_connection.hpp"

namespace sluice {

namespace {

/// RFC 5321 section 4.2.3: "bad sequence of commands".
constexpr std::uint16_t out_of_step = 503;

/// What a reply that is no intermediate one makes of its letter.
letter_state verdict_of(const smtp_reply_view& reply) {
  return reply.is_positive()    ? letter_state::accepted
         : reply.is_transient() ? letter_state::deferred
                                : letter_state::refused;
}

} // namespace

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
    lose(notice{"server_closes", {{"reply", to_words(reply)}}});
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
      take_chunk_command_reply(reply);
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
    record_verdict(reply);
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
    record_verdict(reply);
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
    record_verdict(reply);
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
  auto* slot = std::exchange(ending_, nullptr);
  if (ending_has_verdict_) {
    settle(*slot, ending_outcome_, ending_words_);
  } else if (reply.code == 421) {
    // It was not taken, and the server is the reason: another connection may have more luck.
    lose(notice{"server_closes", {{"reply", to_words(reply)}}});
    host_.scheduler().put_back(*slot, true, host_.words().of(reply));
  } else {
    settle(*slot, verdict_of(reply), host_.words().of(reply));
  }
}

/// To MAIL or RCPT of a letter that left by BDAT behind them: refused, the message behind it is read and not taken.
void smtp_connection::take_chunk_command_reply(const smtp_reply_view& reply) {
  if (reply.is_intermediate()) {
    lose_step(notice{"reply_out_of_step", {{"step", "MAIL or RCPT"}, {"reply", to_words(reply)}}});
  } else if (reply.is_positive() || ending_has_verdict_) {
    return;
  } else if (reply.code == out_of_step) {
    ending_is_not_taken_ = true;
    lose_out_of_step(reply);
  } else {
    ending_has_verdict_ = true;
    ending_outcome_ = verdict_of(reply);
    ending_words_ = host_.words().of(reply);
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
    ending_outcome_ = verdict_of(reply);
    ending_words_ = host_.words().of(reply);
  }
  cut(notice{"message_refused_early"});
}

void smtp_connection::record_verdict(const smtp_reply_view& reply) {
  open_.has_verdict = true;
  open_.outcome = verdict_of(reply);
  open_.words = host_.words().of(reply);
}

} // namespace sluice
