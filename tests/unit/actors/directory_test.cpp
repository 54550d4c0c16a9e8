#include "actors/directory.hpp"
#include "tests/catch.hpp"

#include <stdexcept>
#include <vector>

using namespace sluice;

namespace {

view_ptr view_with(campaign_id id) {
  auto view = std::make_shared<campaign_view>();
  view->id = id;
  return view;
}

} // namespace

TEST_CASE("a listener that throws keeps nothing from the others, nor from whoever made the change") {
  directory all;
  std::vector<campaign_id> heard;
  unsigned thrown = 0;
  const auto listen = [&](campaign_id id, const view_ptr&) { heard.push_back(id); };
  all.subscribe(listen);
  all.subscribe([&](campaign_id, const view_ptr&) {
    ++thrown;
    throw std::runtime_error("the listener's own affair");
  });
  all.subscribe(listen);
  all.put(view_with(campaign_id{7}));
  all.remove(campaign_id{7});
  CHECK(heard == std::vector(4, campaign_id{7}));
  CHECK(thrown == 2);
  CHECK(all.all().empty());
}
