#include "adapters/cli/open_files.hpp"

#include <sys/resource.h>

namespace sluice::cli {
namespace {

/// Counted with where the system does not say.
constexpr std::size_t usual_limit = 1024;

} // namespace

std::size_t raise_open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return usual_limit;
  const auto before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

} // namespace sluice::cli
