#pragma once
// One seed's whole life: the real supervisor, campaigns, builders and senders under CAF's test coordinator and
// virtual time, on a simulated disk and relay, while everything that can go wrong goes wrong. The rules of
// the domain are checked at every event, and at the end, when the faults have stopped, every campaign must
// have ended and the receiver must have what the logs say.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::simulation {

/// What came of a seed.
struct life {
  std::optional<std::string> broken; ///< the rule that did not hold, in words
  std::vector<std::string> trace;    ///< if asked for: what happened, a line each, the last trace_lines_max
  std::uint64_t digest = 0;          ///< over every event and its time: equal for equal lives
  std::uint64_t campaigns = 0;
  std::uint64_t letters = 0;
  std::uint64_t events = 0;
  std::uint64_t crashes = 0;
  std::uint64_t deaths = 0; ///< of single actors
  std::uint64_t commands = 0;
  std::uint64_t doubts = 0;
  std::uint64_t removals = 0;      ///< of campaigns that were over
  std::uint64_t alterations = 0;   ///< of audiences in the store's files
  std::uint64_t altered_holds = 0; ///< of campaigns that met them
};

inline constexpr std::size_t trace_lines_max = 2'000;

/// Lives one seed. Never throws; worlds may live in several threads at once.
life live(std::uint64_t seed, bool is_traced);

} // namespace sluice::simulation
