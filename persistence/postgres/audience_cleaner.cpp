#include "persistence/postgres/audience_cleaner.hpp"

#include "persistence/postgres/database.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace sluice {

postgres_audience_cleaner::~postgres_audience_cleaner() {
  is_stopping_ = true;
  finish();
}

void postgres_audience_cleaner::finish() {
  std::thread last;
  {
    const std::lock_guard guard(mutex_);
    last = std::move(worker_);
  }
  if (last.joinable())
    last.join();
}

void postgres_audience_cleaner::clean_up(audience_id gone) {
  const std::lock_guard guard(mutex_);
  waiting_.push_back(gone);
  if (is_working_)
    return;
  // The one before has left its loop, and needs the lock no more.
  if (worker_.joinable())
    worker_.join();
  is_working_ = true;
  worker_ = std::thread([this] { work(); });
}

void postgres_audience_cleaner::work() {
  for (;;) {
    audience_id next;
    {
      const std::lock_guard guard(mutex_);
      if (waiting_.empty() || is_stopping_) {
        is_working_ = false;
        return;
      }
      next = waiting_.front();
      waiting_.pop_front();
    }
    clean(next);
  }
}

/// Where it fails the mark stays, for the next start: nothing but room hangs on it.
void postgres_audience_cleaner::clean(audience_id gone) {
  const auto doing = fmt::format("cannot delete the rows of audience {}", to_string(gone));
  pg_parameters of;
  of.add(static_cast<std::int64_t>(gone.value)).add(importer_);
  // From here on no upload that is still on its way finds it (audience_upload.cpp).
  if (!database_.run(
          doing,
          "UPDATE audiences SET importer = NULL, is_garbage = true WHERE audience = $1 AND info IS NULL "
          "AND deletion IS NULL AND importer = $2",
          of))
    return;
  // So many at once that nobody who waits for the database notices: 5 to 10 MB, a tenth of a second.
  struct step {
    const char* table;
    std::string some; ///< empty: all
  };
  const auto some_of = [](std::string_view table, int count) {
    return fmt::format(" AND first IN (SELECT first FROM {} WHERE audience = $1 ORDER BY first LIMIT {})",
                       table, count);
  };
  const std::array steps{step{"audience_blocks", some_of("audience_blocks", 250)},
                         step{"audience_addresses", some_of("audience_addresses", 2'500)},
                         step{"audience_hashes", {}}};
  for (const auto& [table, some] : steps) {
    const auto statement = fmt::format("DELETE FROM {} WHERE audience = $1 AND EXISTS (SELECT 1 FROM "
                                       "audiences WHERE audience = $1 AND is_garbage){}",
                                       table, some);
    pg_parameters one;
    one.add(static_cast<std::int64_t>(gone.value));
    for (auto is_over = false; !is_over;) {
      const auto deleted = database_.run(doing, statement, one);
      if (!deleted || is_stopping_)
        return;
      is_over = deleted->changed() == 0 || some.empty();
    }
  }
  // Of a deleted one stays when that was; of an import nothing.
  pg_parameters last;
  last.add(static_cast<std::int64_t>(gone.value));
  static_cast<void>(
      database_
          .run(doing, "UPDATE audiences SET is_garbage = false WHERE audience = $1 AND deletion IS NOT NULL",
               last)
          .has_value());
  static_cast<void>(
      database_
          .run(doing, "DELETE FROM audiences WHERE audience = $1 AND is_garbage AND deletion IS NULL", last)
          .has_value());
}

} // namespace sluice
