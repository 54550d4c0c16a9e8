#pragma once
// What the house's log is told of that changes no table: who read or exported recipients, and who got test copies.

#include "actors/node.hpp"
#include "actors/test_copy.hpp"
#include "adapters/http/message.hpp"

#include <chrono>
#include <map>
#include <mutex>
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

/// What became of test copies.
void tell_of_test_copies(node& engine,
                         const act& by,
                         campaign_id campaign,
                         letter_index letter,
                         const std::vector<test_copy_result>& results);

} // namespace sluice
