#pragma once
// What was found out about a draft before it is started, and about a campaign before it is approved.

#include "messages/approval.hpp"
#include "messages/content_parts.hpp"
#include "messages/id.hpp"
#include "messages/notice.hpp"

#include <optional>
#include <vector>

namespace sluice {

/// What `start` found out before: the checks' reasons, and the version of the draft that was checked. Where it is
/// another by then, `start` is refused with `conflict`: nobody has looked at what came between. Nothing: the
/// reasons hold for whatever is there.
struct start_check {
  std::vector<notice> moderation_reasons;
  std::optional<event_number> version = std::nullopt;
  approval_rules rules = {};
  /// What would leave as things are; nothing: nobody has looked, and the content's hash is one of before.
  std::optional<content_parts> content = std::nullopt;
};

} // namespace sluice
