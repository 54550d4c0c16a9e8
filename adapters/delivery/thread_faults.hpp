#pragma once
// What is thrown up to a relay's thread: it is said, and the thread goes on, since all campaigns' letters leave by it.

#include <exception>
#include <string>
#include <string_view>

namespace sluice {

class thread_faults {
public:
  /// Logs it; the same words again and again only once.
  void tell(std::string_view whose, const std::exception& fault);

private:
  std::string told_;
};

} // namespace sluice
