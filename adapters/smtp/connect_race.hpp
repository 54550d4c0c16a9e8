#pragma once
// A connection to whichever of a server's addresses answers first (RFC 8305 section 5): attempts that begin one after
// the other and go on side by side. Belongs to the loop's thread; knows no time, its owner says when the next begins.

#include "messages/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace sluice {

/// So long an attempt has to itself before the next one begins.
inline constexpr milliseconds attempt_delay{250};

class connect_race : public std::enable_shared_from_this<connect_race> {
public:
  connect_race(boost::asio::io_context& io, std::vector<boost::asio::ip::tcp::endpoint> addresses) :
      io_(io), addresses_(std::move(addresses)) {}

  bool has_more() const { return next_ < addresses_.size(); }
  /// The next attempt should not wait: none was begun yet, or one has failed since the last one was.
  bool wants_next() const { return has_more() && wants_next_; }
  /// Begins the next attempt. `on_change` is called when it has connected or failed, unless another has connected by
  /// then or the race was stopped.
  void start_next(std::function<void()> on_change);

  /// One has connected, or all have failed.
  bool is_over() const { return winner_.has_value() || (!has_more() && attempts_left_ == 0); }
  /// The socket that has connected; nothing when none has.
  std::optional<boost::asio::ip::tcp::socket> take_winner();
  /// Why the last one failed.
  const boost::system::error_code& why() const { return why_; }
  /// Ends all attempts.
  void stop();

private:
  void on_done(std::size_t attempt, const boost::system::error_code& why);

  boost::asio::io_context& io_;
  std::vector<boost::asio::ip::tcp::endpoint> addresses_;
  std::deque<boost::asio::ip::tcp::socket> attempts_;
  std::size_t next_ = 0;
  std::size_t attempts_left_ = 0;
  bool wants_next_ = true;
  bool is_stopped_ = false;
  std::optional<std::size_t> winner_;
  boost::system::error_code why_;
};

} // namespace sluice
