#pragma once
// Where a campaign stands. A hold is laid over a stage and is not one itself: `stage` says where the
// campaign is, `status` what is shown.

#include "messages/notice.hpp"
#include "messages/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Where a campaign is in its life, whether held or not.
enum class stage : std::uint8_t { draft, moderation, preparing, sending, sent, cancelled, rejected };

/// What is shown: the stage, or `paused` when a hold lies over it.
enum class status : std::uint8_t {
  draft,
  moderation,
  preparing,
  sending,
  paused,
  sent,
  cancelled,
  rejected,
};

enum class hold_reason : std::uint8_t {
  operator_request,
  spam_suspicion,
  relay_refuses,
  content_changed,  ///< what would leave is not what was approved
  approval_expired, ///< before sending began
};

/// Whether only an approval lifts it.
constexpr bool needs_approval(hold_reason reason) {
  return reason == hold_reason::content_changed || reason == hold_reason::approval_expired;
}

/// Who stopped a campaign, why and since when.
struct hold {
  std::string by;
  hold_reason reason = hold_reason::operator_request;
  std::string text; ///< the operator's words, or what was measured against which limit
  timestamp since;
  sluice::notice notice = {}; ///< what was measured, where the engine laid it
  bool operator==(const hold&) const = default;
};

/// What the engine laid it for; empty where a person did, whose words are their own.
notice notice_of(const hold& laid);

/// True for sent, cancelled and rejected: nothing changes any more.
bool is_final(stage where);

/// True for everything that is neither a draft nor final: what the page calls Outgoing.
bool is_outgoing(stage where);

/// The status that a stage with or without a hold shows.
status status_of(stage where, bool is_held);

std::string_view name_of(stage where);
std::string_view name_of(status shown);
std::string_view name_of(hold_reason reason); ///< "operator", "spam_suspicion", "relay_refuses" …
std::optional<stage> parse_stage(std::string_view text);
std::optional<status> parse_status(std::string_view text);
std::optional<hold_reason> parse_hold_reason(std::string_view text);

} // namespace sluice
