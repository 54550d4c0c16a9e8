#include "adapters/delivery/delivery_inbox.hpp"

namespace sluice {

void delivery_inbox::push(queue_request request) {
  const std::lock_guard lock(mutex_);
  if (is_closed_)
    return;
  waiting_.push_back(std::move(request));
  // Under the lock, so that close() can promise that nobody is woken after it.
  if (!std::exchange(is_woken_, true))
    wake_();
}

void delivery_inbox::take(std::vector<queue_request>& requests) {
  const std::lock_guard lock(mutex_);
  requests.swap(waiting_);
  is_woken_ = false;
}

void delivery_inbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  waiting_.clear();
}

namespace {

class inbox_queue final : public campaign_queue {
public:
  inbox_queue(std::shared_ptr<delivery_inbox> inbox,
              relay::report_sink sink,
              std::shared_ptr<const send_lease> lease) :
      inbox_(std::move(inbox)), fence_(std::make_shared<send_fence>()) {
    fence_->sink = std::move(sink);
    fence_->lease = std::move(lease);
    ask(queue_request::kind::open);
  }

  ~inbox_queue() override {
    fence_->is_dropped = true;
    fence_->close();
    ask(queue_request::kind::drop);
  }

  void offer(batch_part letters) override {
    inbox_->push({queue_request::kind::offer, fence_, std::move(letters), {}});
  }
  void grant(letter_ranges letters) override {
    inbox_->push({queue_request::kind::grant, fence_, {}, std::move(letters)});
  }
  void deny(letter_ranges letters) override {
    inbox_->push({queue_request::kind::deny, fence_, {}, std::move(letters)});
  }
  void withdraw() override {
    fence_->close();
    ask(queue_request::kind::withdraw);
  }

private:
  void ask(queue_request::kind what) { inbox_->push({what, fence_, {}, {}}); }

  std::shared_ptr<delivery_inbox> inbox_;
  std::shared_ptr<send_fence> fence_;
};

} // namespace

std::shared_ptr<campaign_queue> open_queue(std::shared_ptr<delivery_inbox> inbox,
                                           relay::report_sink sink,
                                           std::shared_ptr<const send_lease> lease) {
  return std::make_shared<inbox_queue>(std::move(inbox), std::move(sink), std::move(lease));
}

} // namespace sluice
