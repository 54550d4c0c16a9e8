#include "persistence/postgres/database.hpp"

#include "persistence/random_secret.hpp"
#include "persistence/store_copy.hpp"

#include <fmt/format.h>

#include <thread>

namespace sluice {

namespace {

constexpr std::size_t connections_kept_max = 8;
constexpr std::chrono::milliseconds connect_within{3000};
/// Between two tries of what did not go through.
constexpr std::chrono::milliseconds pause_between_tries{50};

/// Locks are given in no order, so that two changes may be told to try again more than once.
constexpr int conflicts_max = 20;

class tries {
public:
  explicit tries(std::chrono::milliseconds within) : deadline_(pg_connection::clock::now() + within) {}
  std::chrono::milliseconds left() const {
    return std::chrono::ceil<std::chrono::milliseconds>(deadline_ - pg_connection::clock::now());
  }
  bool may_try_again() const { return left() > pause_between_tries; }

private:
  pg_connection::clock::time_point deadline_;
};

} // namespace

postgres_database::postgres_database(postgres_settings settings, open_mode mode) :
    settings_(std::move(settings)), mode_(mode) {}

result<std::unique_ptr<postgres_database>> postgres_database::open(postgres_settings settings,
                                                                   open_mode mode) {
  std::unique_ptr<postgres_database> opened(new postgres_database(std::move(settings), mode));
  const auto shown = shown_postgres_url(opened->settings_.url);
  auto first = pg_connection::connect(opened->settings_.url, answer_within);
  if (!first)
    return failure(error_code::unavailable,
                   fmt::format("cannot reach the database {}: {}", shown, first.error().words));
  auto& connection = **first;
  if (auto begun = begin_session(connection); !begun)
    return std::unexpected(error_of(begun.error(), fmt::format("cannot use the database {}", shown)));
  if (mode == open_mode::read_write) {
    if (auto promised = check_promises(connection, opened->settings_.accept_single); !promised)
      return std::unexpected(promised.error());
    const auto& copied = opened->settings_.copied_secret;
    const auto secret = copied.empty() ? random_secret() : result<std::string>(copied);
    if (!secret)
      return std::unexpected(secret.error());
    if (auto made = make_tables(connection, *secret, copied.empty() ? postgres_format : copying_format);
        !made)
      return std::unexpected(made.error());
  }
  auto cluster = read_cluster(connection, opened->settings_.copied_secret);
  if (!cluster)
    return std::unexpected(cluster.error());
  opened->cluster_ = *std::move(cluster);
  opened->give_back(*std::move(first));
  return opened;
}

pg_result_of<std::unique_ptr<pg_connection>>
postgres_database::connect(std::chrono::milliseconds within) const {
  auto made = pg_connection::connect(settings_.url, within);
  if (!made)
    return made;
  const auto away = [](std::string words) {
    return std::unexpected(pg_failure{pg_failure::kind::away, {}, std::move(words)});
  };
  if (auto begun = begin_session(**made); !begun)
    return away(begun.error().words);
  if (mode_ == open_mode::read_write)
    if (auto promised = check_promises(**made, settings_.accept_single); !promised)
      return away(promised.error().message);
  // A name may lead somewhere else by now: to a copy, or to an older one.
  const auto now = read_cluster(**made, settings_.copied_secret);
  if (!now)
    return away(now.error().message);
  if (now->id != cluster_.id || now->generation != cluster_.generation)
    return away(fmt::format(
        "it is another store now ({}, generation {}) than the one that this engine was started with "
        "({}, generation {}); start it again if that is right",
        now->id, now->generation, cluster_.id, cluster_.generation));
  return made;
}

pg_result_of<std::unique_ptr<pg_connection>> postgres_database::take(std::chrono::milliseconds within) const {
  {
    const std::lock_guard guard(mutex_);
    if (!free_.empty()) {
      auto one = std::move(free_.back());
      free_.pop_back();
      return one;
    }
  }
  return connect(std::min(within, connect_within));
}

void postgres_database::give_back(std::unique_ptr<pg_connection> one) const {
  if (!one->is_usable())
    return;
  const std::lock_guard guard(mutex_);
  if (free_.size() < connections_kept_max)
    free_.push_back(std::move(one));
}

result<pg_rows> postgres_database::run(std::string_view doing,
                                       const std::string& statement,
                                       const pg_parameters& parameters,
                                       std::chrono::milliseconds within) const {
  const tries until(within);
  for (int conflicts = 0;;) {
    auto connection = take(until.left());
    auto done = connection ? (*connection)->run(statement, parameters, until.left())
                           : pg_result_of<pg_rows>(std::unexpected(connection.error()));
    if (connection)
      give_back(*std::move(connection));
    if (done)
      return *std::move(done);
    const auto is_final = done.error().what == pg_failure::kind::refused ||
                          (done.error().what == pg_failure::kind::conflicted && ++conflicts > conflicts_max);
    if (is_final || !until.may_try_again())
      return std::unexpected(error_of(done.error(), doing));
    std::this_thread::sleep_for(pause_between_tries);
  }
}

result<void>
postgres_database::transact(std::string_view doing, const change& what, const change_check& was_kept) const {
  if (auto writable = check_writable(); !writable)
    return writable;
  const tries until(answer_within);
  auto is_unknown = false;
  for (int conflicts = 0;;) {
    auto connection = take(until.left());
    const auto attempt = [&]() -> pg_result_of<void> {
      if (!connection)
        return std::unexpected(connection.error());
      auto& to = **connection;
      if (auto begun = to.run_script("BEGIN", until.left()); !begun)
        return std::unexpected(pg_failure{pg_failure::kind::away, {}, begun.error().words});
      if (is_unknown && was_kept) {
        const auto kept = was_kept(to);
        if (!kept)
          return std::unexpected(kept.error());
        if (*kept) { // a write, so that its commit waits for the standby as the one before should have
          if (auto touched =
                  to.run("UPDATE counters SET value = value + 1 WHERE name = 'settled'", {}, until.left());
              !touched)
            return std::unexpected(touched.error());
          const auto ended = to.run_script("COMMIT", until.left());
          return ended ? pg_result_of<void>{} : std::unexpected(ended.error());
        }
      }
      if (auto changed = what(to); !changed) {
        if (to.is_usable())
          static_cast<void>(to.run_script("ROLLBACK", until.left()).has_value());
        // Nothing was committed: whatever did not answer, it is not kept.
        if (changed.error().what == pg_failure::kind::unknown)
          changed.error().what = pg_failure::kind::away;
        return changed;
      }
      const auto ended = to.run_script("COMMIT", until.left());
      return ended ? pg_result_of<void>{} : std::unexpected(ended.error());
    };
    const auto done = attempt();
    if (connection)
      give_back(*std::move(connection));
    if (done)
      return {};
    is_unknown = is_unknown || done.error().what == pg_failure::kind::unknown;
    const auto is_final = done.error().what == pg_failure::kind::refused ||
                          (done.error().what == pg_failure::kind::conflicted && ++conflicts > conflicts_max);
    if (is_final || !until.may_try_again())
      return std::unexpected(error_of(done.error(), doing));
    std::this_thread::sleep_for(pause_between_tries);
  }
}

result<void> postgres_database::check_writable() const {
  if (mode_ == open_mode::read_write)
    return {};
  return failure(error_code::not_permitted, "the store is open for reading only");
}

} // namespace sluice
