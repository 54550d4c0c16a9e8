#include "adapters/smtp/smtp_stream.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t record_octets_max = 16 * 1024; // RFC 8446 section 5.1
constexpr std::size_t encrypted_octets_wanted = 64 * 1024;

/// No TLS record begins like this: its first octet is 20 to 23.
bool is_greeting(std::string_view octets) {
  return octets.starts_with("220") || octets.starts_with("421") || octets.starts_with("554");
}

} // namespace

void smtp_stream::prepare() {
  boost::system::error_code ignored; // without them it is slower, not wrong
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void smtp_stream::close() {
  boost::system::error_code ignored; // it is gone either way
  socket_.close(ignored);
}

void smtp_stream::take_read(boost::system::error_code why, std::size_t got) {
  is_reading_ = false;
  if (why) {
    end_ = why == boost::asio::error::eof ? notice{"server_closed"}
                                          : notice{"connection_lost", {{"fault", why.message()}}};
    return;
  }
  if (tls_)
    decrypt(got);
  else
    input = {raw_.data(), got};
}

void smtp_stream::decrypt(std::size_t got) {
  tls_->feed({raw_.data(), got});
  if (is_shaking_hands_) {
    greets_in_clear_ = greets_in_clear_ || is_greeting({raw_.data(), got});
    return;
  }
  decrypted_.clear();
  const auto done = tls_->read(decrypted_);
  input = decrypted_;
  if (done == tls_session::progress::done)
    end_ = notice{"server_closed"};
  else if (done == tls_session::progress::failed)
    end_ = notice{"tls_failed", {{"fault", tls_->fault()}}};
}

void smtp_stream::put(std::span<const std::string_view> body, std::string_view tail) {
  written_ = 0;
  is_writing_ = true;
  to_send_.clear();
  if (tls_) {
    body_.assign(body.begin(), body.end());
    body_at_ = 0;
    body_bytes_ = not_known;
    tail_ = tail;
    return;
  }
  body_bytes_ = 0;
  for (const auto piece : body) {
    to_send_.add(piece);
    body_bytes_ += piece.size();
  }
  to_send_.add(tail);
}

smtp_stream::progress smtp_stream::write() {
  const auto turn_begins = written_;
  while (true) {
    if (to_send_.empty() && tls_)
      encrypt_more();
    if (!write_fault_.empty())
      return progress::failed;
    if (to_send_.empty())
      break;
    if (written_ - turn_begins >= turn_octets)
      return progress::blocked;
    boost::system::error_code why;
    const auto done = socket_.write_some(to_send_.front(), why);
    if (why == boost::asio::error::would_block || why == boost::asio::error::try_again)
      return progress::blocked;
    if (why) {
      write_fault_ = notice{"connection_lost", {{"fault", why.message()}}};
      return progress::failed;
    }
    written_ += done;
    to_send_.advance(done);
  }
  is_writing_ = false;
  return progress::done;
}

/// As much as is sent in one go, so that a large letter is not kept twice. The tail begins a record of its own, so
/// that nothing of it can be read before its first byte has left.
void smtp_stream::encrypt_more() {
  encrypted_.clear();
  to_send_.clear();
  while (encrypted_.size() < encrypted_octets_wanted && write_fault_.empty()) {
    if (gather_record()) {
      encrypt(record_);
    } else if (!tail_.empty()) {
      body_bytes_ = written_ + encrypted_.size();
      encrypt(std::exchange(tail_, {}));
    } else {
      break;
    }
  }
  to_send_.add(encrypted_);
}

void smtp_stream::encrypt(std::string_view plaintext) {
  if (!tls_->write(plaintext))
    write_fault_ = notice{"tls_failed", {{"fault", tls_->fault()}}};
  tls_->take_output(encrypted_);
}

/// Puts the body's next octets into one record; false: there are none. A record a piece would cost a tag and a
/// header each.
bool smtp_stream::gather_record() {
  record_.clear();
  while (body_at_ < body_.size() && record_.size() < record_octets_max) {
    auto& rest = body_[body_at_];
    const auto taken = std::min(rest.size(), record_octets_max - record_.size());
    record_.append(rest.substr(0, taken));
    rest.remove_prefix(taken);
    body_at_ += rest.empty() ? 1U : 0U;
  }
  return !record_.empty();
}

void smtp_stream::begin_tls(const tls_trust& trust, const std::string& host, bool verifies) {
  input = {};
  tls_.emplace(trust, host, verifies);
  is_shaking_hands_ = true;
}

tls_session::progress smtp_stream::shake_hands() {
  const auto done = tls_->shake_hands();
  encrypted_.clear();
  tls_->take_output(encrypted_);
  // A handshake's few kilobytes fit the socket's empty buffer.
  if (!encrypted_.empty()) {
    to_send_.clear();
    to_send_.add(encrypted_);
    body_bytes_ = not_known;
    written_ = 0;
    is_writing_ = true;
    write();
  }
  if (done == tls_session::progress::done) {
    is_shaking_hands_ = false;
    decrypt(0); // the server's first words may have come with the end of its handshake
  }
  return done;
}

} // namespace sluice
