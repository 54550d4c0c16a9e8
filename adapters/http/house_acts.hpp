#pragma once
// What the house's log is told of that changes no table: who read or exported recipients, and who got test copies.

#include "actors/node.hpp"
#include "actors/test_copy.hpp"
#include "adapters/http/message.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace sluice {

/// So many recipients in one answer are read in bulk.
inline constexpr std::uint64_t bulk_rows_min = 50;

/// Recipients are about to be exported to who asks: of an audience or campaign (`of`: its id; empty: all), `rows` of them, as many
/// as are known of. Durable before the first of them leaves; where the log does not take it, nothing is to be given.
result<void> tell_of_export(node& engine,
                            const http_request& request,
                            std::string_view what,
                            std::string_view of,
                            std::uint64_t rows);

/// Pages of lists that hold recipients, by who reads them and of what: the first one is told of at once, those of the minute
/// behind it together with the next. A list is shown also while the disk takes nothing. Any thread.
class page_reads {
public:
  static constexpr auto told_every = std::chrono::minutes(1);
  static constexpr std::size_t readers_max = 10'000;

  void on_page(node& engine,
               const http_request& request,
               std::string_view what,
               std::string_view of,
               std::uint64_t rows);

private:
  struct reader {
    timestamp told_at;
    std::uint64_t rows = 0; ///< since then
  };
  using place = std::tuple<std::string, std::string, std::string>; ///< token, what, of

  std::mutex mutex_; ///< guards what follows
  std::map<place, reader> readers_;
};

/// Wrong tokens, counted: the first one is told of at once, those of the minute behind it together with the next, the last at the
/// end. Used on one thread: the event loop's.
class refused_sign_ins {
public:
  static constexpr auto told_every = std::chrono::minutes(1);
  /// What is to be told now; nothing: not yet.
  std::optional<house::sign_ins_refused> on_refused(timestamp now);
  /// What has not been told so far.
  std::optional<house::sign_ins_refused> finish();

private:
  std::uint64_t count_ = 0;
  timestamp since_{};
  timestamp told_at_{};
};

/// How many test copies each token has sent within the last hour; forgotten at a restart. Any thread.
class test_copy_quota {
public:
  static constexpr auto within = std::chrono::hours(1);
  /// Takes `count` of a token's `per_hour`. Nothing: they may go; else when the first of those before is an hour old.
  std::optional<timestamp>
  take(const std::string& token, std::size_t count, std::uint32_t per_hour, timestamp now);

private:
  std::mutex mutex_; ///< guards what follows
  std::map<std::string, std::deque<timestamp>> sent_;
};

/// Tells the house's log of refused sign-ins; may wait for the disk.
void tell_of_refused(node& engine, const house::sign_ins_refused& what);

/// What became of test copies.
void tell_of_test_copies(node& engine,
                         const act& by,
                         campaign_id campaign,
                         letter_index letter,
                         const std::vector<test_copy_result>& results);

} // namespace sluice
