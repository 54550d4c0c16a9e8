#include "adapters/cli/stop_signals.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>
#include <unistd.h>

namespace sluice::cli {
namespace {

sigset_t all_of_them() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&set, number);
  return set;
}

} // namespace

stop_signals::stop_signals() {
  const auto set = all_of_them();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void stop_signals::wait() {
  const auto set = all_of_them();
  int number = 0;
  while (sigwait(&set, &number) != 0) {
  }
}

bool stop_signals::wait_for(milliseconds span) {
  const auto set = all_of_them();
  timespec left{};
  left.tv_sec = static_cast<std::time_t>(span.count() / 1000);
  left.tv_nsec = static_cast<long>(span.count() % 1000) * 1'000'000;
  return sigtimedwait(&set, nullptr, &left) > 0;
}

void stop_signals::end_process_on_next() {
  std::thread([] {
    const auto set = all_of_them();
    int number = 0;
    if (sigwait(&set, &number) == 0)
      _exit(1);
  }).detach();
}

} // namespace sluice::cli
