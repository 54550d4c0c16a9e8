#include "actors/core/due.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr milliseconds day = std::chrono::hours(24);

/// All parts that begin on one day since T0: they have the same size.
struct day_of_parts {
  std::uint64_t first = 0; ///< number of the first part
  std::uint64_t count = 0; ///< none on some days, when `every` is longer than a day
  letter_index size = 0;
};

letter_index grown(letter_index size, std::uint32_t percent) {
  const auto hundredfold = std::uint64_t{size} * (100 + percent);
  auto whole = hundredfold / 100;
  const auto rest = hundredfold % 100;
  if (rest > 50 || (rest == 50 && whole % 2 == 1))
    ++whole;
  return static_cast<letter_index>(std::min<std::uint64_t>(whole, letters_max));
}

/// The first part that begins at or after `since_t0`.
std::uint64_t first_part_from(const parts& parts, milliseconds since_t0) {
  return static_cast<std::uint64_t>((since_t0 + parts.every - milliseconds{1}) / parts.every);
}

/// Walks the timetable day by day until `visit` returns false. Once parts grow no more, be it that rounding keeps
/// small ones where they are, every day is alike, and one endless day stands for all: a plan may last for ages.
template <class Visit>
void each_day(const parts& parts, Visit&& visit) {
  auto size = parts.size;
  for (std::int64_t number = 0;; ++number) {
    const auto first = first_part_from(parts, number * day);
    const auto next = first_part_from(parts, (number + 1) * day);
    const auto size_tomorrow = grown(size, parts.growth_percent);
    if (size_tomorrow == size) {
      visit(day_of_parts{first, letters_max, size});
      return;
    }
    if (!visit(day_of_parts{first, next - first, size}))
      return;
    size = size_tomorrow;
  }
}

timestamp part_at(const parts& parts, timestamp t0, std::uint64_t number) {
  return t0 + static_cast<std::int64_t>(number) * parts.every;
}

/// From when on no letter waits for its part.
std::optional<timestamp> all_due_from(const plan& plan, timestamp t0, std::optional<timestamp> released_at) {
  if (released_at)
    return released_at;
  if (!plan.parts)
    return t0;
  return std::nullopt;
}

} // namespace

letter_index part_size(const parts& parts, std::uint64_t day_number) {
  auto size = parts.size;
  for (std::uint64_t done = 0; done < day_number && parts.growth_percent > 0 && size < letters_max; ++done) {
    const auto next = grown(size, parts.growth_percent);
    if (next == size)
      break; // rounding keeps a small part where it is for ever
    size = next;
  }
  return size;
}

letter_index
due(const plan& plan, timestamp t0, std::optional<timestamp> released_at, letter_index total, timestamp now) {
  if (released_at && now >= *released_at)
    return total;
  if (now < t0)
    return 0;
  if (!plan.parts)
    return total;
  const auto& parts = *plan.parts;
  const auto begun = static_cast<std::uint64_t>((now - t0) / parts.every) + 1;
  std::uint64_t letters = 0;
  each_day(parts, [&](const day_of_parts& today) {
    const auto last = std::min(today.first + today.count, begun);
    if (last > today.first)
      letters += (last - today.first) * today.size;
    return today.first + today.count < begun && letters < total;
  });
  return static_cast<letter_index>(std::min<std::uint64_t>(letters, total));
}

std::optional<planned_part> next_part(
    const plan& plan, timestamp t0, std::optional<timestamp> released_at, letter_index total, timestamp now) {
  const auto already = due(plan, t0, released_at, total, now);
  if (already >= total)
    return std::nullopt;
  if (now < t0) {
    const auto first = due(plan, t0, std::nullopt, total, t0);
    return planned_part{0, t0, first, first};
  }
  const auto& parts = *plan.parts; // without parts all would be due by now
  const auto number = static_cast<std::uint64_t>((now - t0) / parts.every) + 1;
  const auto at = part_at(parts, t0, number);
  const auto then = due(plan, t0, std::nullopt, total, at);
  return planned_part{number, at, then - already, then};
}

timestamp due_at(const plan& plan,
                 timestamp t0,
                 std::optional<timestamp> released_at,
                 letter_index total,
                 letter_index index) {
  const auto all_from = all_due_from(plan, t0, released_at);
  if (!plan.parts || index >= total)
    return all_from ? std::min(*all_from, t0) : t0;
  const auto& parts = *plan.parts;
  std::uint64_t before = 0;
  auto planned = t0;
  each_day(parts, [&](const day_of_parts& today) {
    const auto letters = today.count * today.size;
    if (index < before + letters) {
      planned = part_at(parts, t0, today.first + (index - before) / today.size);
      return false;
    }
    before += letters;
    return true;
  });
  return all_from ? std::min(*all_from, planned) : planned;
}

void each_part(const plan& plan,
               timestamp t0,
               letter_index total,
               std::uint64_t first,
               const std::function<bool(const planned_part&)>& visit) {
  if (total == 0)
    return;
  if (!plan.parts) {
    if (first == 0)
      visit(planned_part{0, t0, total, total});
    return;
  }
  std::uint64_t sum = 0;
  each_day(*plan.parts, [&](const day_of_parts& today) {
    const auto skipped = first > today.first ? std::min(first - today.first, today.count) : 0;
    sum = std::min<std::uint64_t>(sum + skipped * today.size, total);
    if (sum == total)
      return false;
    for (auto number = today.first + skipped; number < today.first + today.count; ++number) {
      const auto letters = std::min<std::uint64_t>(today.size, total - sum);
      sum += letters;
      const planned_part part{number, part_at(*plan.parts, t0, number), static_cast<letter_index>(letters),
                              static_cast<letter_index>(sum)};
      if (!visit(part) || sum == total)
        return false;
    }
    return true;
  });
}

result<void> check_end(const plan& plan, timestamp t0, letter_index total) {
  if (due_at(plan, t0, std::nullopt, total, total - 1) < end_of_time)
    return {};
  return failure(error_code::invalid_input, notice{"plan_ends_too_late", {{"field", "plan.parts"}}});
}

double rate_at(const campaign_view& view, timestamp now) {
  const auto is_moving = !is_final(view.stage) && view.counts.of(letter_state::claimed) > 0;
  return is_moving && now - view.changed_at <= rate_shown_for ? view.rate : 0;
}

campaign_view refreshed(campaign_view view, timestamp now) {
  view.counts.due = 0;
  view.next_part.reset();
  view.rate = rate_at(view, now);
  const auto total = view.counts.total;
  // As the campaign itself does: a clock that was set back makes nothing due less.
  now = std::max(now, view.changed_at);
  if (view.t0) {
    view.counts.due = due(view.spec.plan, *view.t0, view.released_at, total, now);
    if (!is_final(view.stage))
      if (const auto next = next_part(view.spec.plan, *view.t0, view.released_at, total, now))
        view.next_part = upcoming_part{next->at, next->letters};
  }
  return view;
}

} // namespace sluice
