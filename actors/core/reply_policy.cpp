#include "actors/core/reply_policy.hpp"
#include "messages/names.hpp"
#include <algorithm>
#include <array>
namespace sluice {
bool is_about_mailbox(const reply& said) {
  static constexpr std::array<std::string_view, 7> codes{"5.1.1",  "5.1.2", "5.1.3", "5.1.6",
                                                         "5.1.10", "5.2.1", "5.2.2"};
  return std::ranges::find(codes, said.enhanced) != codes.end();
}
} // namespace sluice
