// simulate: lives seeds, and tells of the first that breaks a rule with one line that repeats it exactly.
//
//   simulate --seeds 10000 [--from 1] [--threads 2]   so many seeds, from a given or a random one
//   simulate --seed 17 [--trace]                      one, with what happened in it
//   simulate --break NAME …                           with a deliberate fault (only in the build that has them)
//   simulate --all-breaks                             each deliberate fault must be caught
//
// Exit codes: 0 all rules held (with --all-breaks: every fault was caught); 1 not; 2 wrong usage.

#include "tests/simulation/deliberate_faults.hpp"
#include "tests/simulation/world.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <random>
#include <thread>

#include <unistd.h>

namespace {

using namespace sluice::simulation;

struct arguments {
  std::optional<std::uint64_t> seeds;
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> only;
  unsigned threads = 1;
  bool is_traced = false;
  std::string fault;
  bool tries_every_fault = false;
};

constexpr std::uint64_t seeds_by_default = 1'000;
/// The rarest of the deliberate faults shows itself once in some thousands of seeds.
constexpr std::uint64_t seeds_to_catch_a_fault = 50'000;

std::string repeating_line(std::uint64_t seed, const std::string& fault) {
  return fmt::format("./run simulate --seed {}{}", seed, fault.empty() ? "" : " --break " + fault);
}

void tell(std::uint64_t seed, const life& lived, const std::string& fault, std::size_t lines_max) {
  const auto first = lived.trace.size() - std::min(lines_max, lived.trace.size());
  for (auto at = first; at < lived.trace.size(); ++at)
    fmt::print("{}\n", lived.trace[at]);
  fmt::print("seed {}: {}\nrepeat it with: {}\n", seed, *lived.broken, repeating_line(seed, fault));
}

struct tally {
  std::uint64_t seeds = 0;
  std::optional<std::uint64_t> broken_seed; ///< the lowest
  life sum;

  void add(std::uint64_t seed, const life& lived) {
    ++seeds;
    if (lived.broken && (!broken_seed || seed < *broken_seed))
      broken_seed = seed;
    sum.campaigns += lived.campaigns;
    sum.letters += lived.letters;
    sum.events += lived.events;
    sum.crashes += lived.crashes;
    sum.deaths += lived.deaths;
    sum.commands += lived.commands;
    sum.doubts += lived.doubts;
    sum.removals += lived.removals;
    sum.alterations += lived.alterations;
    sum.altered_holds += lived.altered_holds;
  }
};

/// Lives seeds until one breaks a rule, or all are through.
tally live_many(std::uint64_t from, std::uint64_t seeds, unsigned threads, bool shows_progress) {
  tally all;
  std::mutex mutex;
  std::atomic<std::uint64_t> next{0};
  const auto work = [&] {
    for (auto at = next++; at < seeds; at = next++) {
      const auto lived = live(from + at, false);
      const std::lock_guard lock(mutex);
      all.add(from + at, lived);
      if (all.broken_seed)
        next = seeds;
      if (shows_progress && all.seeds % 100 == 0)
        fmt::print(stderr, "\r{} of {} seeds", all.seeds, seeds);
    }
  };
  std::vector<std::jthread> workers;
  for (unsigned extra = 1; extra < threads; ++extra)
    workers.emplace_back(work);
  work();
  workers.clear();
  if (shows_progress)
    fmt::print(stderr, "\r");
  return all;
}

int live_all(const arguments& said) {
  const auto from = said.from.value_or(std::random_device{}());
  const auto begun = std::chrono::steady_clock::now();
  const auto all =
      live_many(from, said.seeds.value_or(seeds_by_default), said.threads, ::isatty(STDERR_FILENO) == 1);
  if (all.broken_seed) {
    tell(*all.broken_seed, live(*all.broken_seed, true), said.fault, 60);
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  fmt::print(
      "{} seeds from {} in {:.1f} s ({:.0f} a minute and core): all rules held\n"
      "{} campaigns, {} letters, {} events, {} commands, {} crashes, {} actors died, {} letters in doubt, "
      "{} audiences altered, {} holds for that, {} campaigns removed\n",
      all.seeds, from, took.count(), static_cast<double>(all.seeds) * 60 / took.count() / said.threads,
      all.sum.campaigns, all.sum.letters, all.sum.events, all.sum.commands, all.sum.crashes, all.sum.deaths,
      all.sum.doubts, all.sum.alterations, all.sum.altered_holds, all.sum.removals);
  return 0;
}

int live_one(const arguments& said) {
  const auto lived = live(*said.only, true);
  const auto again = live(*said.only, false);
  if (lived.digest != again.digest) {
    fmt::print("seed {} does not repeat itself: two lives gave different events\n", *said.only);
    return 1;
  }
  if (lived.broken) {
    tell(*said.only, lived, said.fault, said.is_traced ? trace_lines_max : 60);
    return 1;
  }
  if (said.is_traced)
    for (const auto& line : lived.trace)
      fmt::print("{}\n", line);
  fmt::print("seed {}: all rules held over {} events\n", *said.only, lived.events);
  return 0;
}

int try_every_fault(const arguments& said) {
  auto missed = 0;
  for (const auto& name : deliberate_fault_names()) {
    choose_deliberate_fault(name);
    const auto all =
        live_many(said.from.value_or(1), said.seeds.value_or(seeds_to_catch_a_fault), said.threads, false);
    if (!all.broken_seed) {
      ++missed;
      fmt::print("{:<32} NOT CAUGHT by {} seeds\n", name, all.seeds);
      continue;
    }
    const auto first = live(*all.broken_seed, true);
    const auto again = live(*all.broken_seed, true);
    const auto repeats = first.broken && first.broken == again.broken && first.trace == again.trace;
    missed += repeats ? 0 : 1;
    fmt::print("{:<32} caught by seed {} of {}{}: {}\n", name, *all.broken_seed, all.seeds,
               repeats ? "" : " AND NOT REPEATED", first.broken.value_or("nothing"));
  }
  return missed == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
  arguments said;
  CLI::App app{"Lives simulated worlds in which everything goes wrong, and checks that the rules hold."};
  app.add_option("--seeds", said.seeds,
                 "how many; without it 1,000, or up to 50,000 for each deliberate fault");
  app.add_option("--from", said.from, "the first; without it a random one");
  app.add_option("--seed", said.only, "this one alone");
  app.add_option("--threads", said.threads, "so many at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("--trace", said.is_traced, "with --seed: everything that happened");
  app.add_option("--break", said.fault, "with this deliberate fault in the code")
      ->check(CLI::IsMember(deliberate_fault_names()));
  app.add_flag("--all-breaks", said.tries_every_fault, "every deliberate fault, one after the other");
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? 0 : 2;
  }
  spdlog::set_level(spdlog::level::off);
  if (!said.fault.empty())
    choose_deliberate_fault(said.fault);
  if (said.tries_every_fault)
    return try_every_fault(said);
  return said.only ? live_one(said) : live_all(said);
}
