#pragma once
// Follows campaigns through the engine's event stream: live bars on a terminal, a line for each change
// elsewhere, JSON lines with --json. A lost connection is taken up again.

#include "adapters/cli/session.hpp"
#include "messages/view.hpp"

namespace sluice::cli {

/// Until the campaign is final, or parked as faulty: its last view. `is_quiet` shows bars on a terminal only.
outcome<campaign_view> watch_to_end(session& with, campaign_id campaign, bool is_quiet = false);

/// Until no letter of a campaign that was paused or cancelled is in flight any more, or it was let go on: its
/// last view, whose `drain` says what became of them.
outcome<campaign_view> watch_until_drained(session& with, campaign_id campaign);

/// Every outgoing campaign, without an end of its own.
outcome<void> watch_all(session& with);

} // namespace sluice::cli
