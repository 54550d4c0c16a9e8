#include "adapters/http/relay_advice.hpp"

#include "actors/core/reply_policy.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <variant>

namespace sluice {

namespace {

struct advice {
  std::string_view trouble;
  const char* code;
};

constexpr auto table = std::to_array<advice>({
    {"cannot_connect", "advice_unreachable"},
    {"connection_refused", "advice_unreachable"},
    {"host_unreachable", "advice_unreachable"},
    {"network_unreachable", "advice_unreachable"},
    {"cannot_connect_in_time", "advice_unreachable"},
    {"name_not_resolved", "advice_name"},
    {"name_not_resolved_in_time", "advice_name"},
    {"tls_not_offered", "advice_tls"},
    {"starttls_gone", "advice_tls"},
    {"tls_refused", "advice_tls"},
    {"login_refused", "advice_login"},
    {"login_failed", "advice_login"},
    {"login_not_offered", "advice_login"},
    {"login_without_token", "advice_token"},
    {"greeting_refused", "advice_not_welcome"},
    {"hello_refused", "advice_not_welcome"},
    {"session_refused", "advice_not_welcome"},
    {"server_closes", "advice_wait"},
    {"server_closed", "advice_wait"},
    {"connection_lost", "advice_wait"},
    {"no_reply_in_time", "advice_wait"},
});

/// The reply that a notice quotes ("550 5.4.5 Daily limit").
reply quoted_reply(const notice& trouble) {
  const auto* found = trouble.find("reply");
  const auto* line = found != nullptr ? std::get_if<std::string>(found) : nullptr;
  reply said;
  if (line == nullptr)
    return said;
  const auto* end = line->data() + line->size();
  const auto* rest = std::from_chars(line->data(), end, said.code).ptr;
  said.text = std::string(rest, end);
  return said;
}

/// A limit that has a period is over some time, whatever one does.
bool is_passing_limit(const notice& trouble) {
  static const reply_policy ours;
  const auto said = quoted_reply(trouble);
  return said.code >= 400 && ours.judge(said, smtp_step::recipient).period.has_value();
}

} // namespace

std::string_view whose_trouble(const notice& trouble) {
  return name_of(trouble.code == "account_refuses" ? reply_about::account : reply_about::relay);
}

notice advice_on(const notice& trouble) {
  if (trouble.code == "account_refuses")
    return notice{is_passing_limit(trouble) ? "advice_limit" : "advice_account"};
  for (const auto& one : table)
    if (one.trouble == trouble.code)
      return notice{one.code};
  return {};
}

} // namespace sluice
