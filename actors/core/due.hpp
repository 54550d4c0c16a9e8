#pragma once
// When letters fall due: a pure function of plan, T0, release and time, so that accumulation during a
// pause or a crash needs no bookkeeping.

#include "messages/plan.hpp"
#include "messages/view.hpp"

#include <functional>
#include <optional>

namespace sluice {

/// One part of a plan's timetable.
struct planned_part {
  std::uint64_t number = 0; ///< from 0
  timestamp at;
  letter_index letters = 0;       ///< in this part
  letter_index letters_total = 0; ///< due from this part on, this one included
  bool operator==(const planned_part&) const = default;
};

/// The size of a part that begins `day` whole days after T0: `size` grown once a day, each time rounded
/// to the nearest whole, halves to even. Never over letters_max.
letter_index part_size(const parts& parts, std::uint64_t day);

/// How many of `total` letters are due at `now`. 0 before T0 (or before the release, if that is earlier).
letter_index
due(const plan& plan, timestamp t0, std::optional<timestamp> released_at, letter_index total, timestamp now);

/// The first part that begins after `now` and still has letters; nothing when all are due.
std::optional<planned_part> next_part(
    const plan& plan, timestamp t0, std::optional<timestamp> released_at, letter_index total, timestamp now);

/// Without an event for so long, what was measured before is no rate any more.
inline constexpr milliseconds rate_shown_for = std::chrono::seconds(10);

/// The rate that a view shows at `now`: 0 when no letter is on its way, or nothing has come back for a while.
double rate_at(const campaign_view& view, timestamp now);

/// The moment from which letter `index` is due.
timestamp due_at(const plan& plan,
                 timestamp t0,
                 std::optional<timestamp> released_at,
                 letter_index total,
                 letter_index index);

/// The timetable from part number `first` to the last, until `visit` returns false.
void each_part(const plan& plan,
               timestamp t0,
               letter_index total,
               std::uint64_t first,
               const std::function<bool(const planned_part&)>& visit);

/// Error: the last part would begin when there is no way to write the time any more.
result<void> check_end(const plan& plan, timestamp t0, letter_index total);

/// The view with what depends on the time (counts.due, next_part) as of `now`.
campaign_view refreshed(campaign_view view, timestamp now);

} // namespace sluice
