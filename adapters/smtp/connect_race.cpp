#include "adapters/smtp/connect_race.hpp"

#include <utility>

namespace sluice {

using boost::asio::ip::tcp;

void connect_race::start_next(std::function<void()> on_change) {
  wants_next_ = false;
  ++attempts_left_;
  const auto attempt = attempts_.size();
  // Opens the socket too, and tells here why it could not.
  attempts_.emplace_back(io_).async_connect(
      addresses_[next_++],
      [self = shared_from_this(), attempt, on_change = std::move(on_change)](boost::system::error_code why) {
        if (self->is_stopped_)
          return;
        self->on_done(attempt, why);
        on_change();
      });
}

void connect_race::on_done(std::size_t attempt, const boost::system::error_code& why) {
  --attempts_left_;
  if (why) {
    why_ = why;
    wants_next_ = true;
    return;
  }
  winner_ = attempt;
  auto kept = std::move(attempts_[attempt]);
  stop();
  attempts_[attempt] = std::move(kept);
}

std::optional<tcp::socket> connect_race::take_winner() {
  if (!winner_)
    return std::nullopt;
  return std::move(attempts_[*winner_]);
}

void connect_race::stop() {
  is_stopped_ = true;
  for (auto& one : attempts_) {
    boost::system::error_code ignored; // it is given up either way
    one.close(ignored);
  }
}

} // namespace sluice
