#include "persistence/campaign_id_source.hpp"

#include <algorithm>
#include <limits>

namespace sluice {

result<campaign_id> campaign_id_source::next(const result<campaign_id>& last_used) {
  if (!last_used)
    return last_used;
  const std::lock_guard guard(mutex_);
  const auto last = std::max(last_given_.value, last_used->value);
  if (last == std::numeric_limits<decltype(last)>::max())
    return failure(error_code::too_large, "there is no id left for a new campaign");
  last_given_.value = last + 1;
  return last_given_;
}

} // namespace sluice
