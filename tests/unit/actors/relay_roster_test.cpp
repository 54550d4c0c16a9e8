// Which relays serve a campaign.
#include "actors/relay_roster.hpp"
#include "tests/catch.hpp"

using namespace sluice;

namespace {

using places = std::vector<std::size_t>;

relay_place open_to_all(const std::string& name, bool is_standby = false) {
  return {name, {.is_standby = is_standby}};
}
relay_place
of_senders(const std::string& name, const std::vector<std::string>& senders, bool is_standby = false) {
  return {name, {.is_standby = is_standby, .senders = senders}};
}

letter_route from(const std::string& sender, const std::string& relay = {}) {
  return {sender, "Sale", relay};
}

} // namespace

TEST_CASE("a relay that lists the sender serves it, and the others serve the rest") {
  const relay_roster roster({open_to_all(""), of_senders("shop", {"shop.example", "one@else.example"})});
  CHECK(roster.serving(from("news@shop.example")) == places{1});
  CHECK(roster.serving(from("one@else.example")) == places{1});
  CHECK(roster.serving(from("two@else.example")) == places{0});
  CHECK(roster.serving(from("news@sub.shop.example")) == places{0});
}

TEST_CASE("a relay that lists a campaign's name serves it, with a star for how it goes on") {
  const relay_roster roster({{"invoices", {.campaigns = {"Invoices*", "Bill"}}}});
  const auto serves = [&](const std::string& name) {
    return !roster.serving({"a@shop.example", name, {}}).empty();
  };
  CHECK(serves("Invoices of May"));
  CHECK(serves("Invoices"));
  CHECK(serves("Bill"));
  CHECK_FALSE(serves("Billing"));
  CHECK_FALSE(serves("Our Invoices"));
}

TEST_CASE("standbys stand behind the others, and behind one that is named") {
  const relay_roster roster({open_to_all("spare", true), open_to_all("main"), open_to_all("second")});
  CHECK(roster.serving(from("a@shop.example")) == places{1, 2, 0});
  CHECK(roster.serving(from("a@shop.example", "second")) == places{2, 0});
  CHECK(roster.is_standby(0, from("a@shop.example")));
  CHECK_FALSE(roster.is_standby(0, from("a@shop.example", "spare")));
  CHECK(roster.serving(from("a@shop.example", "spare")) == places{0});
}

TEST_CASE("a standby alone does not serve a campaign that names a relay which is not there") {
  const relay_roster roster({open_to_all("main"), open_to_all("spare", true)});
  CHECK(roster.serving(from("a@shop.example", "gone")).empty());
  const auto checked = roster.check(from("a@shop.example", "gone"));
  REQUIRE_FALSE(checked);
  CHECK(checked.error().notice == notice{"relay_unknown", {{"relay", "gone"}, {"relays", "main, spare"}}});
}

TEST_CASE("a sender that no relay lists is told so, with what there is") {
  const relay_roster roster({of_senders("", {"shop.example"}), of_senders("other", {"other.example"})});
  CHECK(roster.check(from("a@shop.example")));
  const auto checked = roster.check(from("a@third.example"));
  REQUIRE_FALSE(checked);
  CHECK(checked.error().notice ==
        notice{"no_relay_serves", {{"sender", "a@third.example"}, {"relays", "[relay], other"}}});
}
