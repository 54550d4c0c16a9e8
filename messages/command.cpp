#include "messages/command.hpp"

#include "messages/names.hpp"

namespace sluice {

namespace {
constexpr names<command_kind, command_kind_count> kinds{
    "start", "approve", "reject",       "pause",         "resume",          "release",       "cancel",
    "edit",  "discard", "resend_doubt", "give_up_doubt", "accept_refusals", "retry_refusals"};
} // namespace

std::string_view name_of(command_kind kind) {
  return kinds.of(kind);
}

std::optional<command_kind> parse_command_kind(std::string_view text) {
  return kinds.parse(text);
}

std::string stored_key(std::string_view by_id, std::string_view by, std::string_view idempotency_key) {
  // No name begins with a line feed, so that none can be taken for an id.
  std::string key;
  if (by_id.empty())
    key = by;
  else
    key.append(1, '\n').append(by_id);
  key += '\n';
  key += idempotency_key;
  return key;
}

} // namespace sluice
