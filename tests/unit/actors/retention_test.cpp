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
  CHECK(outdated_lists(lists, campaigns, now, 24h) == std::vector{audience_id{1}});
}
