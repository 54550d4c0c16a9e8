// Pages of letters from what is known of the log, without reading it again.

#include "actors/audit/letter_history.hpp"

#include "actors/audit/log_queries.hpp"
#include "tests/catch.hpp"
#include "tests/unit/actors/actor_fixture.hpp"
#include "tests/unit/actors/examples.hpp"

using namespace sluice;
using namespace sluice::testing;

namespace {

bool is_same_row(const letter_row& one, const letter_row& other) {
  return one.index == other.index && one.email == other.email && one.state == other.state &&
         one.attempts == other.attempts && one.last_reply == other.last_reply &&
         one.message_id == other.message_id && one.changed_at == other.changed_at &&
         one.retry_at == other.retry_at;
}

void check_same_rows(const store& from,
                     const campaign_view& view,
                     const letters_query& query,
                     letter_history& seen) {
  const auto fresh = list_letters(from, view, query).value();
  const auto known = list_letters(from, view, query, &seen).value();
  CHECK(std::ranges::equal(known, fresh, is_same_row));
}

std::uint64_t events_of_spans(const std::vector<event_span>& spans) {
  std::uint64_t events = 0;
  for (const auto& one : spans)
    events += one.last - one.first + 1;
  return events;
}

} // namespace

TEST_CASE("letters by what is known of the log are those that the whole log gives, also as it grows") {
  actor_fixture node;
  const auto id = node.start(examples::spec(), 5000);
  letter_history seen;
  const auto& store = *node.parts->store;
  for (int round = 0; round < 2; ++round) {
    const auto view = node.show(id);
    for (letter_index after = 0; after < 5000; after += 900)
      check_same_rows(store, view, {{}, after, 1000}, seen);
    for (const auto state : {letter_state::accepted, letter_state::pending, letter_state::refused})
      check_same_rows(store, view, {state, {}, 100}, seen);
    node.run();
  }
}

TEST_CASE("a page of letters needs the events about its own letters only") {
  actor_fixture node;
  const auto id = node.start(examples::spec(), 20'000);
  node.run();
  letter_history seen;
  event_number events = 0;
  std::uint64_t of_page = 0;
  std::uint64_t of_none = 1;
  const auto looked = seen.look(*node.parts->store, id, [&](const letter_log_index& index) {
    events = index.state().last_event;
    of_page = events_of_spans(index.spans_of({10'000, 10'001, 10'099}));
    of_none = events_of_spans(index.spans_of({}));
  });
  REQUIRE(looked);
  CHECK(of_none == 0);
  INFO(of_page << " of " << events << " events");
  CHECK(of_page > 0);
  CHECK(of_page <= events / 4);
}

TEST_CASE(
    "what is known of logs has its bound, beyond which the one that was asked for longest ago is forgotten") {
  actor_fixture node;
  const auto first = node.start(examples::spec(), 1000);
  const auto second = node.start(examples::spec(), 1000);
  node.run();
  letter_history none(0);
  check_same_rows(*node.parts->store, node.show(first), {{}, {}, 100}, none);
  check_same_rows(*node.parts->store, node.show(second), {{}, {}, 100}, none);
  check_same_rows(*node.parts->store, node.show(first), {letter_state::accepted, {}, 100}, none);
}
