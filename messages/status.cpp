#include "messages/status.hpp"

#include "messages/names.hpp"

namespace sluice {

namespace {
constexpr names<stage, 7> stages{"draft", "moderation", "preparing", "sending",
                                 "sent",  "cancelled",  "rejected"};
constexpr names<status, 8> statuses{"draft",  "moderation", "preparing", "sending",
                                    "paused", "sent",       "cancelled", "rejected"};
constexpr names<hold_reason, 5> hold_reasons{"operator", "spam_suspicion", "relay_refuses", "content_changed",
                                             "approval_expired"};
} // namespace

bool is_final(stage where) {
  return where == stage::sent || where == stage::cancelled || where == stage::rejected;
}

bool is_outgoing(stage where) {
  return where == stage::moderation || where == stage::preparing || where == stage::sending;
}

status status_of(stage where, bool is_held) {
  if (is_held)
    return status::paused;
  switch (where) {
  case stage::draft:
    return status::draft;
  case stage::moderation:
    return status::moderation;
  case stage::preparing:
    return status::preparing;
  case stage::sending:
    return status::sending;
  case stage::sent:
    return status::sent;
  case stage::cancelled:
    return status::cancelled;
  case stage::rejected:
    return status::rejected;
  }
  return status::draft;
}

notice notice_of(const hold& laid) {
  return laid.reason == hold_reason::operator_request ? laid.notice : notice_or_text(laid.notice, laid.text);
}

std::string_view name_of(stage where) {
  return stages.of(where);
}
std::string_view name_of(status shown) {
  return statuses.of(shown);
}
std::string_view name_of(hold_reason reason) {
  return hold_reasons.of(reason);
}
std::optional<stage> parse_stage(std::string_view text) {
  return stages.parse(text);
}
std::optional<status> parse_status(std::string_view text) {
  return statuses.parse(text);
}
std::optional<hold_reason> parse_hold_reason(std::string_view text) {
  return hold_reasons.parse(text);
}

} // namespace sluice
