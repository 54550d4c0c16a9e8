#include "actors/start_checks.hpp"

#include "actors/pattern_check.hpp"
#include "messages/address.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace sluice {

namespace {

/// From so many rows on it is told how far the check of their values is.
constexpr letter_index check_progress_told_from = 1'000'000;

std::function<void(letter_index)> progress_told(const audience_info& audience) {
  if (audience.size < check_progress_told_from)
    return {};
  return [size = audience.size, name = audience.name, told = std::uint64_t{0}](letter_index rows) mutable {
    if (const auto tenths = std::uint64_t{rows} * 10 / size; tenths > std::exchange(told, tenths))
      spdlog::info("{} of {} rows of the audience {} are looked through for patterns", rows, size, name);
  };
}

} // namespace

sender_history history_of(const std::vector<view_ptr>& campaigns, const std::string& from) {
  sender_history history;
  const auto domain_in = [](const std::string& mailbox) {
    const auto parsed = parse_mailbox(mailbox);
    return parsed ? ascii_domain(domain_of(parsed->address)) : std::string{};
  };
  const auto domain = domain_in(from);
  for (const auto& view : campaigns) {
    if (!view->t0 || domain_in(view->spec.from) != domain)
      continue;
    // What was only scheduled says nothing: it may have been cancelled, or refused by every server.
    const auto accepted = view->counts.of(letter_state::accepted);
    history.campaigns += accepted > 0 ? 1U : 0U;
    history.most_accepted = std::max(history.most_accepted, accepted);
  }
  return history;
}

result<std::vector<notice>> reasons_at_start(const store& from,
                                             const directory& campaigns,
                                             const moderation_settings& settings,
                                             const campaign_spec& spec,
                                             audience_id audience) {
  const auto info = from.audiences().info(audience);
  if (!info)
    return std::unexpected(info.error());
  auto reasons = moderation_reasons(spec, *info, history_of(campaigns.all(), spec.from), settings);
  auto found = pattern_reasons(from, spec, *info, settings.suspicious_patterns, {}, progress_told(*info));
  if (!found)
    return std::unexpected(found.error());
  std::ranges::move(*found, std::back_inserter(reasons));
  return reasons;
}

} // namespace sluice
