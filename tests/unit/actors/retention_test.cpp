#include "actors/retention.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

using namespace sluice;
using namespace sluice::testing;
using namespace std::chrono_literals;

namespace {

audience_info retained_list(std::uint64_t id) {
  audience_info info;
  info.id = {id};
  return info;
}

std::shared_ptr<const campaign_view> retained_campaign(std::uint64_t list, stage at, timestamp changed_at) {
  campaign_view view;
  view.audience.id = {list};
  view.stage = at;
  view.changed_at = changed_at;
  return std::make_shared<const campaign_view>(std::move(view));
}

} // namespace

TEST_CASE("a list is outdated once its campaigns have all been over for so long") {
  const auto now = at_second(1'000'000);
  const std::vector lists{retained_list(1), retained_list(2), retained_list(3), retained_list(4),
                          retained_list(5)};
  const std::vector campaigns{
      retained_campaign(1, stage::sent, now - 25h),  retained_campaign(1, stage::cancelled, now - 24h),
      retained_campaign(2, stage::sent, now - 25h),  retained_campaign(2, stage::sending, now - 500h),
      retained_campaign(3, stage::sent, now - 25h),  retained_campaign(3, stage::sent, now - 23h),
      retained_campaign(4, stage::draft, now - 25h), retained_campaign(9, stage::sent, now - 25h)};
  CHECK(outdated_lists(lists, campaigns, {}, now, 24h) == std::vector{audience_id{1}});
}

TEST_CASE("a list whose campaigns were removed is outdated as if they were there") {
  const auto now = at_second(1'000'000);
  const std::vector lists{retained_list(1), retained_list(2), retained_list(3), retained_list(4)};
  const std::vector campaigns{retained_campaign(2, stage::sending, now),
                              retained_campaign(3, stage::sent, now - 24h)};
  const std::vector<removed_campaign> removed{{{1}, now, now - 24h, {1}},
                                              {{2}, now, now - 90h, {1}},
                                              {{3}, now, now - 90h, {2}},
                                              {{4}, now, now - 23h, {3}}};
  CHECK(outdated_lists(lists, campaigns, removed, now, 24h) == std::vector{audience_id{1}});
}

TEST_CASE("a campaign is outdated once it has been over for so long, and nothing of it is under way") {
  const auto now = at_second(1'000'000);
  const auto campaign = [](std::uint64_t id, stage at, timestamp changed_at) {
    campaign_view view;
    view.id = {id};
    view.stage = at;
    view.changed_at = changed_at;
    return view;
  };
  std::vector all{campaign(1, stage::sent, now - 24h),       campaign(2, stage::cancelled, now - 25h),
                  campaign(3, stage::rejected, now - 25h),   campaign(4, stage::sent, now - 23h),
                  campaign(5, stage::draft, now - 90h),      campaign(6, stage::sending, now - 90h),
                  campaign(7, stage::moderation, now - 90h), campaign(8, stage::sent, now - 90h),
                  campaign(9, stage::cancelled, now - 90h)};
  all[7].fault = "its log cannot be read";
  all[8].counts.by_state[static_cast<std::size_t>(letter_state::claimed)] = 1;
  std::vector<std::shared_ptr<const campaign_view>> shown;
  for (const auto& one : all)
    shown.push_back(std::make_shared<const campaign_view>(one));
  CHECK(outdated_campaigns(shown, now, 24h) == std::vector<campaign_id>{{1}, {2}, {3}});
}
