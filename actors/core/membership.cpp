#include "actors/core/membership.hpp"

namespace sluice {

namespace {

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the number moves every bit of the result.
std::uint64_t mix(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31U);
}

} // namespace

std::vector<node_row>
membership::on_beat(std::span<const node_row> rows, beat_moment sent, beat_moment came) {
  std::vector<node_row> dead;
  for (const auto& row : rows) {
    if (row.node == self_ || !is_alive(row.state))
      continue;
    auto [known, is_new] = signs_.try_emplace(row.node);
    auto& sign = known->second;
    if (is_new || sign.incarnation != row.incarnation || sign.beat != row.beat || sign.state != row.state) {
      sign = {row.incarnation, row.beat, row.state, came, 0};
      continue;
    }
    ++sign.beats_since;
    // What the rows show was so when the beat was sent, at the earliest.
    if (sign.beats_since >= beats_missed_max && sent - sign.shown_at >= dead_after)
      dead.push_back(row);
  }
  return dead;
}

node_id owner_by_hash(campaign_id campaign, std::span<const node_id> nodes) {
  node_id best;
  std::uint64_t highest = 0;
  for (const auto one : nodes)
    if (const auto weight = mix(mix(campaign.value) ^ one.value); best.value == 0 || weight > highest) {
      best = one;
      highest = weight;
    }
  return best;
}

std::vector<node_id> takers_in(std::span<const node_row> rows) {
  std::vector<node_id> takers;
  for (const auto& row : rows)
    if (row.state == node_state::live)
      takers.push_back(row.node);
  return takers;
}

} // namespace sluice
