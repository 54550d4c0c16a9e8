#include "actors/findings_keeper.hpp"

#include <spdlog/spdlog.h>

namespace sluice {

findings_keeper::findings_keeper(relay& of, note_store& into, std::string_view name) :
    relay_(of), notes_(into) {
  if (const auto server = relay_.identity(); !server.empty())
    key_.append("relay/").append(name).append(" ").append(server);
}

void findings_keeper::recall() {
  if (key_.empty())
    return;
  const auto kept = notes_.load(key_);
  const auto taken = kept ? relay_.recall(kept->value_or("")) : result<void>(std::unexpected(kept.error()));
  if (!taken)
    spdlog::warn("{}: {}; its pace is found anew", relay_.identity(), taken.error().message);
  else
    kept_ = kept->value_or("");
}

void findings_keeper::keep() {
  if (key_.empty())
    return;
  auto found = relay_.findings();
  if (found == kept_)
    return;
  const auto saved = notes_.save(key_, found);
  if (!saved && !has_failed_)
    spdlog::warn("{}: what was found of its pace cannot be kept: {}", relay_.identity(),
                 saved.error().message);
  has_failed_ = !saved;
  if (saved)
    kept_ = std::move(found);
}

} // namespace sluice
