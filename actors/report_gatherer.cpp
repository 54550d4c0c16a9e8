#include "actors/report_gatherer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice {

namespace {

/// Adds a later report to an earlier one; what each letter is in stays true.
void merge(relay_report& into, relay_report&& later) {
  into.wanted.add(later.wanted);
  std::ranges::move(later.named, std::back_inserter(into.named));
  into.handed_back.add(later.handed_back);
  for (auto& group : later.results) {
    const auto same = std::ranges::find_if(into.results, [&](const result_group& one) {
      return one.outcome == group.outcome && one.answer == group.answer;
    });
    // A letter can be wanted, settled and wanted again; its results must keep their order.
    if (same != into.results.end() && std::next(same) == into.results.end())
      same->letters.add(group.letters);
    else
      into.results.push_back(std::move(group));
  }
  std::ranges::move(later.throttled, std::back_inserter(into.throttled));
  if (later.has_condition) {
    into.has_condition = true;
    into.failing = later.failing;
    into.trouble = std::move(later.trouble);
  }
  if (later.sender_refused)
    into.sender_refused = std::move(later.sender_refused);
  into.withdraw_complete = into.withdraw_complete || later.withdraw_complete;
}

} // namespace

std::optional<relay_report> report_gatherer::add(relay_report report) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_busy_, true))
    return report;
  merge(gathered_, std::move(report));
  return std::nullopt;
}

std::optional<relay_report> report_gatherer::on_answer() {
  const std::lock_guard lock(mutex_);
  if (gathered_.empty()) {
    is_busy_ = false;
    return std::nullopt;
  }
  return std::exchange(gathered_, {});
}

} // namespace sluice
