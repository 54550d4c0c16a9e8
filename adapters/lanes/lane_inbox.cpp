#include "adapters/lanes/lane_inbox.hpp"

namespace sluice {

void lane_inbox::push(lane_request request) {
  const std::lock_guard lock(mutex_);
  if (is_closed_)
    return;
  waiting_.push_back(std::move(request));
  // Under the lock, so that close() can promise that nobody is woken after it.
  if (!std::exchange(is_woken_, true))
    wake_();
}

void lane_inbox::take(std::vector<lane_request>& requests) {
  const std::lock_guard lock(mutex_);
  requests.swap(waiting_);
  is_woken_ = false;
}

void lane_inbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  waiting_.clear();
}

namespace {

class inbox_lane final : public relay_lane {
public:
  inbox_lane(std::shared_ptr<lane_inbox> inbox, relay::report_sink sink) :
      inbox_(std::move(inbox)), door_(std::make_shared<lane_door>()) {
    door_->sink = std::move(sink);
    ask(lane_request::kind::open);
  }

  ~inbox_lane() override {
    door_->is_dropped = true;
    door_->shut();
    ask(lane_request::kind::drop);
  }

  void offer(batch_ptr letters) override {
    inbox_->push({lane_request::kind::offer, door_, std::move(letters), {}});
  }
  void grant(letter_ranges letters) override {
    inbox_->push({lane_request::kind::grant, door_, {}, std::move(letters)});
  }
  void deny(letter_ranges letters) override {
    inbox_->push({lane_request::kind::deny, door_, {}, std::move(letters)});
  }
  void withdraw() override {
    door_->shut();
    ask(lane_request::kind::withdraw);
  }

private:
  void ask(lane_request::kind what) { inbox_->push({what, door_, {}, {}}); }

  std::shared_ptr<lane_inbox> inbox_;
  std::shared_ptr<lane_door> door_;
};

} // namespace

std::shared_ptr<relay_lane> open_lane(std::shared_ptr<lane_inbox> inbox, relay::report_sink sink) {
  return std::make_shared<inbox_lane>(std::move(inbox), std::move(sink));
}

} // namespace sluice
