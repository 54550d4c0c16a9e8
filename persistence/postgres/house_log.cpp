#include "persistence/postgres/house_log.hpp"

#include "persistence/hash_chain.hpp"
#include "persistence/postgres/records.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view doing = "cannot write to the house's log";

} // namespace

result<event_number> postgres_house_log::record(std::vector<house_event> events,
                                                const postgres_database::change& change) {
  return decide([&](pg_connection& to) -> pg_result_of<std::vector<house_event>> {
    if (auto changed = change ? change(to) : pg_result_of<void>{}; !changed)
      return std::unexpected(changed.error());
    return events;
  });
}

result<event_number> postgres_house_log::decide(const decision& what) {
  event_number last = 0;
  std::string last_record;
  const auto append = [&](pg_connection& to) -> pg_result_of<void> {
    const auto head =
        to.run("SELECT c.last_number, c.last_hash, e.record FROM campaigns c LEFT JOIN events e "
               "ON e.campaign = c.campaign AND e.number = c.last_number WHERE c.campaign = 0 FOR UPDATE OF c",
               {}, postgres_database::answer_within);
    if (!head)
      return std::unexpected(head.error());
    last_record.clear();
    const auto events = what(to);
    if (!events)
      return std::unexpected(events.error());
    last = static_cast<event_number>(head->number(0, 0));
    auto hash = hash_in(head->bytes(0, 1));
    if (events->empty())
      return {};
    auto last_at = timestamp::min();
    std::vector<house_event> all;
    if (last == 0)
      all.push_back({events->front().at, {}, house::log_began{hide_.key_hash()}});
    else if (!head->is_null(0, 2))
      last_at = time_of_house_record(head->bytes(0, 2)).value_or(last_at);
    std::ranges::copy(*events, std::back_inserter(all));
    std::vector<std::int64_t> numbers;
    std::vector<std::string> records;
    for (auto& one : all) {
      last_at = one.at = std::max(one.at, last_at);
      journal_record record(one);
      hash = record.seal(house_log_id, ++last, hash);
      numbers.push_back(static_cast<std::int64_t>(last));
      records.emplace_back(record.value());
    }
    last_record = records.back();
    pg_parameters of;
    of.add_all(numbers).add_all_bytes(records);
    if (auto kept = to.run("INSERT INTO events SELECT 0, * FROM unnest($1::int8[], $2::bytea[])", of,
                           postgres_database::answer_within);
        !kept)
      return std::unexpected(kept.error());
    pg_parameters end;
    end.add(static_cast<std::int64_t>(last)).add_bytes(as_text(hash));
    if (auto moved = to.run("UPDATE campaigns SET last_number = $1, last_hash = $2 WHERE campaign = 0", end,
                            postgres_database::answer_within);
        !moved)
      return std::unexpected(moved.error());
    return {};
  };
  const auto was_kept = [&](pg_connection& to) -> pg_result_of<bool> {
    // A commit that waits for its standby is not seen yet, but holds the lock: behind it the answer is final.
    if (auto locked = to.run("SELECT last_number FROM campaigns WHERE campaign = 0 FOR UPDATE", {},
                             postgres_database::answer_within);
        !locked)
      return std::unexpected(locked.error());
    pg_parameters of;
    of.add(static_cast<std::int64_t>(last));
    const auto there = to.run("SELECT record FROM events WHERE campaign = 0 AND number = $1", of,
                              postgres_database::answer_within);
    if (!there)
      return std::unexpected(there.error());
    return !there->empty() && there->bytes(0, 0) == last_record;
  };
  if (auto done = database_.transact(doing, append, was_kept); !done)
    return std::unexpected(done.error());
  if (last > last_number())
    last_number_.store(last, std::memory_order_relaxed);
  return last;
}

result<event_number> postgres_house_log::refresh() {
  const auto head =
      database_.run("cannot read the house's log", "SELECT last_number FROM campaigns WHERE campaign = 0");
  if (!head)
    return std::unexpected(head.error());
  const auto last = head->empty() ? event_number{0} : static_cast<event_number>(head->number(0, 0));
  last_number_.store(std::max(last, last_number()), std::memory_order_relaxed);
  return last;
}

} // namespace sluice
