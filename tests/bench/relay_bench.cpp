// What the relay itself costs: one queue, batches of 250 rendered letters, grants given by another thread
// after a delay like that of a durable claim. Prints letters a second and CPU time a letter of this process.
//
//   relay_bench URL [LETTERS] [BYTES] [CONNECTIONS] [GRANT_DELAY_US]
//
// Rival, against the same sink:
//   smtp-source -d -s 20 -l 2048 -m 100000 -f a@example.org -t b@example.com HOST:PORT

#include "actors/letters/letter_writer.hpp"
#include "adapters/relays.hpp"
#include "messages/notice_words.hpp"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <thread>

namespace {

using namespace sluice;
using steady = std::chrono::steady_clock;

batch_ptr make_batch(letter_index first, letter_index letters, std::size_t bytes) {
  auto made = std::make_shared<batch>();
  made->envelope_sender = "a@example.org";
  made->shared_text = std::make_shared<const std::string>();
  std::string message = "From: a@example.org\r\nTo: b@example.com\r\nSubject: x\r\n\r\n";
  while (message.size() + 80 < bytes)
    message += std::string(78, 'x') + "\r\n";
  message += std::string(bytes - message.size() - 2, 'y') + "\r\n";
  for (letter_index at = 0; at < letters; ++at) {
    letter one;
    one.index = first + at;
    one.recipient_at = static_cast<std::uint32_t>(made->text.size());
    made->text += "b@example.com";
    one.recipient_bytes = static_cast<std::uint32_t>(made->text.size()) - one.recipient_at;
    letter_writer out(*made);
    out.append(message);
    out.finish(one);
    made->letters.push_back(one);
  }
  return made;
}

struct campaign {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<steady::time_point, letter_ranges>> wanted;
  std::size_t settled = 0;
  std::size_t accepted = 0;
  std::size_t reports = 0;
  std::string trouble;

  void take(relay_report report) {
    const std::lock_guard lock(mutex);
    ++reports;
    if (!report.wanted.empty())
      wanted.emplace_back(steady::now(), std::move(report.wanted));
    for (const auto& group : report.results) {
      settled += group.letters.count();
      if (group.outcome == letter_state::accepted)
        accepted += group.letters.count();
      else
        trouble = std::string{name_of(group.outcome)} + ": " + group.answer.text;
    }
    if (report.has_condition && report.failing)
      trouble = words_of(report.trouble);
    settled += report.handed_back.count();
    changed.notify_all();
  }
};

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::size_t number(int argc, char** argv, int at, std::size_t otherwise) {
  return argc > at ? std::strtoull(argv[at], nullptr, 10) : otherwise;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: relay_bench URL [LETTERS] [BYTES] [CONNECTIONS] [GRANT_DELAY_US]\n");
    return 2;
  }
  const auto letters = number(argc, argv, 2, 100'000);
  const auto bytes = number(argc, argv, 3, 2048);
  relay_settings settings;
  settings.url = argv[1];
  settings.connections_max = number(argc, argv, 4, 20);
  settings.letters_per_connection_max = 0;
  const auto delay = std::chrono::microseconds(number(argc, argv, 5, 300));
  auto made = make_relay(settings);
  if (!made) {
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return 1;
  }
  constexpr letter_index batch_letters = 250;
  constexpr std::size_t ahead_max = 1000;
  auto state = std::make_shared<campaign>();
  const auto queue = (*made)->open({1}, {}, [state](relay_report report) { state->take(std::move(report)); });

  const auto cpu_before = cpu_seconds();
  const auto before = steady::now();
  std::size_t offered = 0;
  std::unique_lock lock(state->mutex);
  while (state->settled < letters) {
    while (offered < letters && offered - state->settled < ahead_max) {
      const auto count = std::min<std::size_t>(batch_letters, letters - offered);
      lock.unlock();
      queue->offer(make_batch(static_cast<letter_index>(offered), static_cast<letter_index>(count), bytes));
      lock.lock();
      offered += count;
    }
    if (state->wanted.empty()) {
      state->changed.wait(lock);
      continue;
    }
    const auto at = state->wanted.front().first + delay;
    lock.unlock();
    std::this_thread::sleep_until(at);
    lock.lock();
    letter_ranges granted;
    while (!state->wanted.empty() && state->wanted.front().first + delay <= steady::now()) {
      granted.add(state->wanted.front().second);
      state->wanted.pop_front();
    }
    lock.unlock();
    queue->grant(std::move(granted));
    lock.lock();
  }
  lock.unlock();
  const auto seconds = std::chrono::duration<double>(steady::now() - before).count();
  const auto cpu = cpu_seconds() - cpu_before;
  std::printf(
      "%zu letters, %zu accepted, %.2f s, %.0f letters/s, %.2f us CPU a letter, %.1f letters a report%s%s\n",
      letters, state->accepted, seconds, static_cast<double>(letters) / seconds,
      cpu * 1e6 / static_cast<double>(letters),
      static_cast<double>(letters) / static_cast<double>(state->reports), state->trouble.empty() ? "" : "; ",
      state->trouble.c_str());
  (*made)->stop();
  return 0;
}
