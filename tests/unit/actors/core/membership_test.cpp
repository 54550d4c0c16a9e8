// Who of the nodes lives, and who is to own what.
#include "tests/catch.hpp"

#include "actors/core/membership.hpp"

#include <map>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr node_id this_node{1};
constexpr node_id other_node{2};

std::vector<node_row>
rows_with(std::uint64_t beat, node_state state = node_state::live, std::uint64_t incarnation = 1) {
  node_row ours;
  ours.node = this_node;
  node_row theirs;
  theirs.node = other_node;
  theirs.incarnation = incarnation;
  theirs.beat = beat;
  theirs.state = state;
  return {ours, theirs};
}

/// Beats of ours, half a second apart and answered at once, that show the other as it is given; when it was declared dead.
std::optional<beat_moment>
dead_at(membership& members, beat_moment from, std::size_t beats, std::uint64_t shown) {
  for (std::size_t count = 0; count < beats; ++count) {
    const auto at = from + beat_every * static_cast<int>(count);
    if (!members.on_beat(rows_with(shown), at, at).empty())
      return at;
  }
  return std::nullopt;
}

} // namespace

TEST_CASE("a node that moves lives, however long it takes between two of its beats that we see") {
  membership members(this_node);
  for (std::uint64_t beat = 1; beat < 100; ++beat) {
    const beat_moment at = 2400ms * static_cast<int>(beat);
    CHECK(members.on_beat(rows_with(beat), at, at).empty());
  }
}

TEST_CASE("a node is dead once it has not moved over five beats of ours and two and a half seconds") {
  membership members(this_node);
  CHECK(dead_at(members, 0ms, 20, 7) == 2500ms);
}

TEST_CASE("time alone does not make a node dead: while the database is away nobody's beats succeed") {
  membership members(this_node);
  CHECK(members.on_beat(rows_with(7), 0ms, 0ms).empty());
  // An hour later the database is back: the first beat shows what was before it went.
  const beat_moment later = 1h;
  CHECK(dead_at(members, later, 4, 7) == std::nullopt);
  CHECK(dead_at(members, later + 2s, 20, 7) == later + 2s);
}

TEST_CASE("beats alone do not make a node dead, however many are answered in a moment") {
  membership members(this_node);
  for (int count = 0; count < 1000; ++count)
    CHECK(members.on_beat(rows_with(7), beat_moment(count), beat_moment(count)).empty());
}

TEST_CASE("what a beat shows was so when it was sent: an answer that was long on its way proves nothing of "
          "the time since") {
  membership members(this_node);
  CHECK(members.on_beat(rows_with(7), 0ms, 0ms).empty());
  for (int count = 1; count <= 5; ++count) // all sent in the first second, answered in the third
    CHECK(members.on_beat(rows_with(7), beat_moment(count * 200), 3000ms).empty());
}

TEST_CASE("the time since a beat is counted from the answer that showed it") {
  membership members(this_node);
  CHECK(members.on_beat(rows_with(7), 0ms, 2000ms).empty());
  CHECK(dead_at(members, 2000ms, 20, 7) == 4500ms);
}

TEST_CASE("who left or is dead is not declared so again, and who comes back lives") {
  membership members(this_node);
  for (const auto state : {node_state::left, node_state::dead})
    for (int count = 0; count < 20; ++count)
      CHECK(members.on_beat(rows_with(7, state), 500ms * count, 500ms * count).empty());
  CHECK(members.on_beat(rows_with(7, node_state::live, 2), 20s, 20s).empty());
}

TEST_CASE("a node has stopped sending by the time that others may take it for dead") {
  // Its last confirmed beat was sent at 0, and shown to this_node no sooner.
  membership members(this_node);
  const auto dead = dead_at(members, 1ms, 20, 7);
  REQUIRE(dead);
  CHECK(*dead > lease_time);
}

TEST_CASE(
    "all that see the same nodes give a campaign to the same one, and when one goes only its own move") {
  const std::vector<node_id> three{{1}, {2}, {3}};
  const std::vector<node_id> two{{1}, {3}};
  std::map<std::uint64_t, int> owned;
  for (std::uint64_t id = 1; id <= 3000; ++id) {
    const auto owner = owner_by_hash({id}, three);
    const std::vector<node_id> otherwise{{3}, {1}, {2}};
    CHECK(owner_by_hash({id}, otherwise) == owner);
    if (owner != node_id{2})
      CHECK(owner_by_hash({id}, two) == owner);
    ++owned[owner.value];
  }
  for (const auto& [node, count] : owned)
    CHECK((count > 850 && count < 1150));
  CHECK(owner_by_hash({1}, {}) == node_id{});
}

TEST_CASE("only nodes that live and are not drained take campaigns") {
  auto rows = rows_with(1, node_state::drained);
  CHECK(takers_in(rows) == std::vector<node_id>{this_node});
  for (const auto state : {node_state::leaving, node_state::left, node_state::dead})
    CHECK(takers_in(rows_with(1, state)) == std::vector<node_id>{this_node});
  CHECK(takers_in(rows_with(1)) == std::vector<node_id>{this_node, other_node});
}
