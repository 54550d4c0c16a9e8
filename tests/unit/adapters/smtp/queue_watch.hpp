#pragma once
// A campaign's end of a queue, for tests: keeps what was reported, and answers what is wanted as it is told.

#include "actors/letters/letter_writer.hpp"
#include "actors/relay.hpp"
#include "messages/notice_words.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::test {

/// A message of about so many bytes, no two of whose lines are alike.
inline std::string make_message(std::size_t bytes) {
  std::string message = "Subject: x\r\n\r\n";
  while (message.size() < bytes)
    message += "line " + std::to_string(message.size()) + "\r\n";
  return message;
}

/// Letters `first` …, one for each recipient; `message` in wire form.
inline batch_ptr make_batch(letter_index first,
                            const std::vector<std::string>& recipients,
                            const std::string& message = "Subject: x\r\n\r\nHello\r\n") {
  auto made = std::make_shared<batch>();
  made->campaign = {1};
  made->envelope_sender = "sender@example.org";
  made->shared_text = std::make_shared<const std::string>();
  for (const auto& recipient : recipients) {
    letter one;
    one.index = first++;
    one.recipient_at = static_cast<std::uint32_t>(made->text.size());
    one.recipient_bytes = static_cast<std::uint32_t>(recipient.size());
    made->text += recipient;
    letter_writer out(*made);
    out.append(message);
    out.finish(one);
    made->letters.push_back(one);
  }
  return made;
}

/// `count` letters to n‹index›@example.com.
inline batch_ptr make_letters(letter_index first, letter_index count) {
  std::vector<std::string> recipients;
  for (letter_index at = 0; at < count; ++at)
    recipients.push_back("n" + std::to_string(first + at) + "@example.com");
  return make_batch(first, recipients);
}

class queue_watch {
public:
  enum class answers { by_hand, at_once };

  queue_watch(relay& to, answers how) : seen_(std::make_shared<seen>()) {
    seen_->grants = how == answers::at_once;
    queue_ = to.open({1}, {}, [seen = seen_](relay_report report) { take(*seen, std::move(report)); });
    const std::lock_guard lock(seen_->mutex);
    seen_->queue = queue_;
  }

  campaign_queue& queue() { return *queue_; }
  void drop() { queue_.reset(); }
  void offer(batch_ptr letters) { queue_->offer(std::move(letters)); }
  void grant(letter_ranges letters) { queue_->grant(std::move(letters)); }

  /// Waits until these are wanted.
  void await_wanted(const letter_ranges& letters) {
    await("wanted " + to_string(letters), [&](const seen& now) {
      for (const auto& range : letters)
        for (auto index = range.begin; index < range.end; ++index)
          if (!now.wanted.contains(index))
            return false;
      return true;
    });
  }
  /// Waits for the letter's result and gives it.
  result_group await_result(letter_index index) {
    result_group found;
    await("a result of letter " + std::to_string(index), [&](const seen& now) {
      for (const auto& group : now.results)
        if (group.letters.contains(index)) {
          found = group;
          return true;
        }
      return false;
    });
    return found;
  }
  void await_handed_back(letter_index index) {
    await("letter " + std::to_string(index) + " handed back",
          [&](const seen& now) { return now.handed_back.contains(index); });
  }
  void await_settled(std::size_t letters) {
    await(std::to_string(letters) + " letters settled",
          [&](const seen& now) { return now.settled >= letters; });
  }
  void await_drained() {
    await("drained", [](const seen& now) { return now.withdraw_complete; });
  }
  /// Waits for the next condition and gives its words; "" when the relay works again.
  std::string await_condition(bool failing) {
    std::string words;
    await(failing ? "failing" : "recovered", [&](const seen& now) {
      words = words_of(now.trouble);
      return now.failing == failing;
    });
    return words;
  }

  reply await_sender_refused() {
    reply said;
    await("the sender to be refused", [&](const seen& now) {
      said = now.sender_refused.value_or(reply{});
      return now.sender_refused.has_value();
    });
    return said;
  }

  bool has_result(letter_index index) {
    const std::lock_guard lock(seen_->mutex);
    for (const auto& group : seen_->results)
      if (group.letters.contains(index))
        return true;
    return false;
  }
  std::size_t count(letter_state outcome) {
    const std::lock_guard lock(seen_->mutex);
    std::size_t letters = 0;
    for (const auto& group : seen_->results)
      if (group.outcome == outcome)
        letters += group.letters.count();
    return letters;
  }
  std::size_t settled() {
    const std::lock_guard lock(seen_->mutex);
    return seen_->settled;
  }
  std::size_t handed_back() {
    const std::lock_guard lock(seen_->mutex);
    return seen_->handed_back.count();
  }
  /// What must never happen and did: "" when nothing.
  std::string faults() {
    const std::lock_guard lock(seen_->mutex);
    return seen_->fault;
  }

private:
  struct seen {
    std::mutex mutex;
    std::condition_variable changed;
    std::weak_ptr<campaign_queue> queue;
    bool grants = false;
    letter_ranges wanted;
    std::vector<result_group> results;
    letter_ranges handed_back;
    std::size_t settled = 0;
    std::optional<bool> failing;
    notice trouble;
    std::optional<reply> sender_refused;
    bool withdraw_complete = false;
    std::string fault;
  };

  static void take(seen& now, relay_report report) {
    std::unique_lock lock(now.mutex);
    if (now.withdraw_complete)
      now.fault = "a report after withdraw_complete";
    report.wanted.for_each([&](letter_index index) {
      if (now.wanted.contains(index))
        now.fault = "letter " + std::to_string(index) + " was wanted twice";
    });
    now.wanted.add(report.wanted);
    const auto settle = [&](const letter_ranges& letters) {
      letters.for_each([&](letter_index index) {
        if (now.handed_back.contains(index))
          now.fault = "letter " + std::to_string(index) + " was settled twice";
        for (const auto& group : now.results)
          if (group.letters.contains(index))
            now.fault = "letter " + std::to_string(index) + " was settled twice";
      });
      now.settled += letters.count();
    };
    for (auto& group : report.results) {
      settle(group.letters);
      now.results.push_back(std::move(group));
    }
    settle(report.handed_back);
    now.handed_back.add(report.handed_back);
    if (report.has_condition) {
      now.failing = report.failing;
      now.trouble = report.trouble;
    }
    if (report.sender_refused)
      now.sender_refused = report.sender_refused;
    now.withdraw_complete = report.withdraw_complete;
    now.changed.notify_all();
    const auto queue = now.queue.lock();
    lock.unlock();
    if (now.grants && queue && !report.wanted.empty())
      queue->grant(std::move(report.wanted));
  }

  template <class Condition>
  void await(const std::string& what, Condition&& holds) {
    std::unique_lock lock(seen_->mutex);
    if (!seen_->changed.wait_for(lock, std::chrono::seconds(20), [&] { return holds(*seen_); }))
      throw std::runtime_error("still waiting for: " + what);
  }

  std::shared_ptr<seen> seen_;
  std::shared_ptr<campaign_queue> queue_;
};

} // namespace sluice::test
