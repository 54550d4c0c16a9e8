#include "persistence/rocksdb/house_log.hpp"

#include "persistence/rocksdb/journal.hpp"

#include <algorithm>
#include <future>

namespace sluice {

result<void> rocksdb_house_log::attach(rocksdb_journal& journal, std::function<result<void>()> begin) {
  journal_ = &journal;
  begin_ = std::move(begin);
  const auto head = journal.head(house_log_id);
  has_begun_ = head && head->number > 0;
  last_number_ = head ? head->number : 0;
  if (!head || head->number == 0)
    return head ? result<void>{} : std::unexpected(head.error());
  return read_house_log(journal, head->number, [this](const stored_house_event& last) {
    last_at_ = last.event.at;
    return true;
  });
}

result<event_number> rocksdb_house_log::record(std::vector<house_event> events) {
  return record(std::move(events), {});
}

result<void> rocksdb_house_log::begin() {
  const std::lock_guard guard(beginning_);
  if (has_begun_)
    return {};
  auto begun = begin_();
  has_begun_ = begun.has_value();
  return begun;
}

result<event_number> rocksdb_house_log::record(std::vector<house_event> events,
                                               std::function<void(rocksdb::WriteBatch&)> change,
                                               std::optional<rocksdb_journal::removal> removed) {
  if (auto begun = begin(); !begun)
    return std::unexpected(begun.error());
  return append(std::move(events), std::move(change), removed);
}

result<event_number> rocksdb_house_log::append(std::vector<house_event> events,
                                               std::function<void(rocksdb::WriteBatch&)> change,
                                               std::optional<rocksdb_journal::removal> removed) {
  std::promise<result<event_number>> answer;
  auto answered = answer.get_future();
  {
    const std::lock_guard guard(mutex_);
    std::vector<journal_record> records;
    for (auto& one : events) {
      last_at_ = one.at = std::max(one.at, last_at_);
      records.emplace_back(one);
    }
    journal_->append_to_house(
        std::move(records), std::move(change),
        [&answer](result<event_number> done) { answer.set_value(std::move(done)); }, removed);
  }
  auto done = answered.get();
  if (done && *done > last_number())
    last_number_.store(*done, std::memory_order_relaxed);
  return done;
}

} // namespace sluice
