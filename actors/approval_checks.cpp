#include "actors/approval_checks.hpp"

#include <algorithm>

namespace sluice {

namespace {

bool may_approve(const token_info& token) {
  return token.role == role::moderator || token.role == role::admin;
}

} // namespace

result<approval_rules> rules_at_start(const engine& services, const campaign_state& draft) {
  const auto& settings = services.settings.moderation;
  approval_rules rules;
  rules.needed = settings.approvals_needed;
  rules.expires = settings.approval_expires;
  const auto read = services.store->journal().read(draft.id, 1, [&](const stored_event& stored) {
    if (std::holds_alternative<created>(stored.event.body))
      rules.author = stored.event.by;
    else if (std::holds_alternative<edited>(stored.event.body))
      rules.last_editor = stored.event.by;
    return true;
  });
  if (!read)
    return std::unexpected(read.error());
  rules.two_people = settings.two_people == two_people::on;
  if (settings.two_people == two_people::automatic && services.is_store_new) {
    const auto tokens = services.store->tokens().list();
    if (!tokens)
      return std::unexpected(tokens.error());
    rules.two_people = std::ranges::count_if(*tokens, may_approve) >= 2;
  }
  return rules;
}

result<void>
check_approvers(const engine& services, const campaign_state& draft, const approval_rules& rules) {
  const auto tokens = services.store->tokens().list();
  if (!tokens)
    return std::unexpected(tokens.error());
  if (tokens->empty())
    return {};
  const auto left = std::ranges::count_if(
      *tokens, [&](const token_info& one) { return may_approve(one) && !is_barred(rules, one.name); });
  if (std::cmp_greater_equal(left, rules.needed))
    return {};
  notice why{rules.two_people ? "too_few_others_approve" : "too_few_approve",
             {{"campaign", to_string(draft.id)}, {"left", left}, {"needed", rules.needed}}};
  if (rules.two_people)
    why.add({"author", rules.author}).add({"editor", rules.last_editor});
  return failure(error_code::not_allowed_now, std::move(why));
}

} // namespace sluice
