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

std::string stored_key(std::string_view asker, std::string_view idempotency_key) {
  std::string key{asker};
  key += '\n';
  key += idempotency_key;
  return key;
}

} // namespace sluice
