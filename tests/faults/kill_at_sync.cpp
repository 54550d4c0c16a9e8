// Preloaded into a process, this kills it (SIGKILL) just before or just after its n-th sync of a file.
//
//   LD_PRELOAD=libkill_at_sync.so KILL_AT_SYNC=12 KILL_AT_SYNC_MOMENT=after sluice serve …
//
// "Before" is the moment when nothing of what is to be kept is on the disk for sure, "after" the one when it is and
// nobody has been told. With KILL_AT_SYNC_FROM=FILE the count begins when that file is there. Without KILL_AT_SYNC
// it only passes on. `sync_file_range` counts as a sync too: it is no
// promise, but a moment at which a file is being changed.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace {

long number_in(const char* name) {
  const char* text = std::getenv(name);
  return text ? std::strtol(text, nullptr, 10) : 0;
}

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Runs the sync that it is given, unless the process ends before or after it.
template <class Sync>
int counted(Sync sync) {
  static const long fatal = number_in("KILL_AT_SYNC");
  static const char* const moment = std::getenv("KILL_AT_SYNC_MOMENT");
  static std::atomic<long> count = 0;
  static const char* const from = std::getenv("KILL_AT_SYNC_FROM");
  const bool is_counted = !from || ::access(from, F_OK) == 0;
  const bool is_fatal = is_counted && ++count == fatal;
  const bool is_after = moment && std::strcmp(moment, "after") == 0;
  if (is_fatal && !is_after)
    std::raise(SIGKILL);
  const int answer = sync();
  if (is_fatal)
    std::raise(SIGKILL);
  return answer;
}

} // namespace

extern "C" {

int fsync(int file) {
  static const auto next = real<int (*)(int)>("fsync");
  return counted([&] { return next(file); });
}

int fdatasync(int file) {
  static const auto next = real<int (*)(int)>("fdatasync");
  return counted([&] { return next(file); });
}

int sync_file_range(int file, off64_t offset, off64_t bytes, unsigned flags) {
  static const auto next = real<int (*)(int, off64_t, off64_t, unsigned)>("sync_file_range");
  return counted([&] { return next(file, offset, bytes, flags); });
}

} // extern "C"
