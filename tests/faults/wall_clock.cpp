// Preloaded into a process, this moves its wall clock: by so many seconds as the file WALL_CLOCK_FILE says, which
// is looked at anew each time, so that the clock jumps when the file is replaced.
//
// The monotonic clock is left alone, as it is when somebody sets the clock of a machine. Waits for a moment of the
// wall clock are moved back to the kernel's.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

long seconds_ahead() {
  static const char* const name = std::getenv("WALL_CLOCK_FILE");
  const int file = name ? ::open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return 0;
  char text[32] = {};
  const auto length = ::read(file, text, sizeof text - 1);
  ::close(file);
  return length > 0 ? std::strtol(text, nullptr, 10) : 0;
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) {
  static const auto next = real<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int answer = next(clock, now);
  if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    now->tv_sec += seconds_ahead();
  return answer;
}

int gettimeofday(timeval* now, void* zone) {
  static const auto next = real<int (*)(timeval*, void*)>("gettimeofday");
  const int answer = next(now, zone);
  if (answer == 0)
    now->tv_sec += seconds_ahead();
  return answer;
}

time_t time(time_t* now) {
  static const auto next = real<time_t (*)(time_t*)>("time");
  const auto moved = next(nullptr) + seconds_ahead();
  if (now)
    *now = moved;
  return moved;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  // Of the two versions of this function that glibc has, the one that programs are linked with.
  static const auto next = reinterpret_cast<int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*)>(
      dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"));
  auto moved = *until;
  moved.tv_sec -= seconds_ahead();
  return next(condition, mutex, &moved);
}

} // extern "C"
