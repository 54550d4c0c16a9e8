#include "adapters/smtp/smtp_stream.hpp"

#include <boost/asio/error.hpp>

namespace sluice {

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
  if (is_shaking_hands_)
    return;
  decrypted_.clear();
  const auto done = tls_->read(decrypted_);
  input = decrypted_;
  if (done == tls_session::progress::done)
    end_ = notice{"server_closed"};
  else if (done == tls_session::progress::failed)
    end_ = notice{"tls_failed", {{"fault", tls_->fault()}}};
}

void smtp_stream::put(std::string_view body, std::string_view tail) {
  written_ = 0;
  is_writing_ = true;
  if (!tls_) {
    parts_ = {body, tail};
    body_bytes_ = body.size();
    return;
  }
  // The tail begins a record of its own, so that nothing of it can be read before its first byte has left.
  encrypted_.clear();
  auto is_encrypted = tls_->write(body);
  tls_->take_output(encrypted_);
  body_bytes_ = encrypted_.size();
  is_encrypted = is_encrypted && tls_->write(tail);
  tls_->take_output(encrypted_);
  parts_ = {std::string_view{encrypted_}.substr(0, body_bytes_),
            std::string_view{encrypted_}.substr(body_bytes_)};
  if (!is_encrypted)
    write_fault_ = notice{"tls_failed", {{"fault", tls_->fault()}}};
}

smtp_stream::progress smtp_stream::write() {
  if (!write_fault_.empty())
    return progress::failed;
  while (!parts_[0].empty() || !parts_[1].empty()) {
    const std::array<boost::asio::const_buffer, 2> buffers{
        boost::asio::buffer(parts_[0].data(), parts_[0].size()),
        boost::asio::buffer(parts_[1].data(), parts_[1].size())};
    boost::system::error_code why;
    const auto done = parts_[0].empty() ? socket_.write_some(boost::asio::buffer(buffers[1]), why)
                                        : socket_.write_some(buffers, why);
    if (why == boost::asio::error::would_block || why == boost::asio::error::try_again)
      return progress::blocked;
    if (why) {
      write_fault_ = notice{"connection_lost", {{"fault", why.message()}}};
      return progress::failed;
    }
    written_ += done;
    const auto of_body = std::min(done, parts_[0].size());
    parts_[0].remove_prefix(of_body);
    parts_[1].remove_prefix(done - of_body);
  }
  is_writing_ = false;
  return progress::done;
}

void smtp_stream::begin_tls(const tls_trust& trust, const std::string& host) {
  input = {};
  tls_.emplace(trust, host);
  is_shaking_hands_ = true;
}

tls_session::progress smtp_stream::shake_hands() {
  const auto done = tls_->shake_hands();
  encrypted_.clear();
  tls_->take_output(encrypted_);
  // A handshake's few kilobytes fit the socket's empty buffer.
  if (!encrypted_.empty()) {
    parts_ = {std::string_view{encrypted_}, std::string_view{}};
    body_bytes_ = encrypted_.size();
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
