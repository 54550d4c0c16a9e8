#pragma once
// What the demo sends: an audience of made-up people at example.com, .org and .net (RFC 2606, so that no letter
// could ever reach anybody), and a campaign in parts that a person can watch.

#include "messages/campaign.hpp"
#include "persistence/audiences.hpp"

namespace sluice::cli {

inline constexpr letter_index demo_letters = 20'000;
inline constexpr const char* demo_audience_name = "Demo readers";
inline constexpr const char* demo_campaign_name = "Demo: the autumn letter";

/// The people in order: the same every time. `columns` are those of name, city and token.
struct demo_columns {
  std::uint16_t name = 0;
  std::uint16_t city = 0;
  std::uint16_t token = 0;
};
recipient demo_recipient(letter_index index, const demo_columns& columns);

/// 400 letters every 5 seconds: a little over four minutes.
campaign_spec demo_campaign();

/// The audience, found by its name or made now.
result<audience_info> demo_audience(audience_store& audiences, timestamp now);

} // namespace sluice::cli
