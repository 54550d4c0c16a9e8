#include "adapters/delivery/batch_relay.hpp"

#include "adapters/delivery/thread_faults.hpp"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace sluice {

namespace {

/// After stop, so long answers of campaigns are awaited for letters that were wanted.
constexpr auto answers_wait_max = std::chrono::seconds(2);

class batch_relay final : public relay, letter_holder {
public:
  batch_relay(batch_relay_settings settings, deliver_letters deliver) :
      settings_(std::move(settings)), deliver_(std::move(deliver)),
      scheduler_({settings_.letters_in_hand_max, settings_.letters_per_second_max,
                  settings_.letters_per_second_per_domain_max, settings_.limits}),
      inbox_(std::make_shared<delivery_inbox>([this] { wake(); })), thread_([this] { run(); }) {}

  ~batch_relay() override {
    stop();
    inbox_->close();
    set(is_ending_);
    thread_.join();
  }

  std::shared_ptr<campaign_queue> open(campaign_id, const letter_route&, report_sink sink) override {
    return open_queue(inbox_, std::move(sink), lease());
  }

  std::size_t connections_max() const override { return settings_.letters_in_hand_max; }

  void stop() override {
    set(is_stopping_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_stopped_; });
  }

private:
  void set(bool& flag) {
    const std::lock_guard lock(mutex_);
    flag = true;
    changed_.notify_all();
  }
  void wake() { set(is_woken_); }

  void run() {
    while (!is_over())
      try {
        turn();
      } catch (const std::exception& fault) {
        faults_.tell("the relay", fault);
      }
  }

  /// Waits for something to do; true: the thread is to end.
  bool is_over() {
    const auto [stops, ends] = wait();
    stops_ = stops;
    return ends;
  }

  void turn() {
    const auto now = std::chrono::steady_clock::now();
    inbox_->take(requests_);
    scheduler_.apply(requests_, now);
    if (stops_ && !scheduler_.is_stopping()) {
      scheduler_.stop();
      answers_until_ = now + answers_wait_max;
    }
    deliver(now);
    take(now);
    if (scheduler_.is_stopping() && now >= answers_until_)
      scheduler_.end_waiting_for_answers();
    scheduler_.deliver_reports(now);
    wait_until_ = scheduler_.is_stopping() ? answers_until_ : next_moment(now);
    if (scheduler_.is_stopping() && scheduler_.is_settled()) {
      wait_until_ = moment::max();
      set(has_stopped_);
    }
  }

  struct asked {
    bool stops;
    bool ends;
  };
  asked wait() {
    std::unique_lock lock(mutex_);
    const auto has_news = [this] {
      return std::exchange(is_woken_, false) || is_ending_ || (is_stopping_ && !has_seen_stop_);
    };
    if (wait_until_ == moment::max())
      changed_.wait(lock, has_news);
    else
      changed_.wait_until(lock, wait_until_, has_news);
    has_seen_stop_ = is_stopping_;
    return {is_stopping_, is_ending_};
  }

  moment next_moment(moment now) const {
    if (now < retry_at_)
      return retry_at_;
    return is_full() ? moment::max() : scheduler_.ready_at(now);
  }

  /// While it fails, one letter tries.
  bool is_full() const {
    return in_hand_.size() >= (scheduler_.is_failing() ? 1 : settings_.letters_in_hand_max);
  }

  void on_answer(letter_slot&) override {}

  void take(moment now) {
    if (now < retry_at_)
      return;
    while (!is_full()) {
      auto* slot = scheduler_.take(now, this);
      if (slot == nullptr)
        break;
      in_hand_.push_back(slot);
    }
  }

  void deliver(moment now) {
    granted_.clear();
    std::erase_if(in_hand_, [this](letter_slot* slot) {
      if (scheduler_.is_called_back(*slot))
        scheduler_.settle(*slot, letter_state::pending, nullptr);
      else if (slot->said == letter_slot::answer::granted)
        granted_.push_back({.slot = slot, .outcome = letter_state::pending, .words = nullptr});
      else
        return false;
      return true;
    });
    if (granted_.empty())
      return;
    const auto done = attempt_delivery();
    reply_ptr trouble;
    if (!done)
      trouble = std::make_shared<const reply>(reply_of(notice_of(done.error())));
    for (auto& one : granted_)
      scheduler_.settle(*one.slot, one.outcome, one.words ? one.words : trouble);
    if (done) {
      settings_.delay.reset();
      scheduler_.set_condition(false, {});
    } else {
      retry_at_ = now + settings_.delay.next();
      scheduler_.set_condition(true, notice_of(done.error()));
    }
  }

  /// What is thrown keeps no letter: those that have no outcome by then are pending again.
  result<void> attempt_delivery() {
    try {
      return deliver_(granted_);
    } catch (const std::exception& thrown) {
      return failure(error_code::internal, thrown.what());
    }
  }

  batch_relay_settings settings_;
  deliver_letters deliver_;
  delivery_scheduler scheduler_;
  std::vector<letter_slot*> in_hand_;
  std::vector<delivery> granted_;
  moment retry_at_ = moment::min();
  moment wait_until_ = moment::max();
  moment answers_until_ = moment::max();
  bool stops_ = false;
  bool has_seen_stop_ = false;
  std::vector<queue_request> requests_;
  thread_faults faults_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  bool is_ending_ = false;
  bool has_stopped_ = false;

  std::shared_ptr<delivery_inbox> inbox_;
  std::thread thread_; ///< last: it uses all the others
};

} // namespace

std::unique_ptr<relay> make_batch_relay(batch_relay_settings settings, deliver_letters deliver) {
  return std::make_unique<batch_relay>(std::move(settings), std::move(deliver));
}

} // namespace sluice
