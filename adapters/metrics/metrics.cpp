#include "adapters/metrics/metrics.hpp"

#include "actors/core/due.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace sluice {

std::string metrics_text(node& engine) {
  std::array<std::uint64_t, 8> campaigns{};
  std::array<std::uint64_t, letter_state_count> letters{};
  double rate = 0;
  std::uint64_t troubled = 0;
  std::uint64_t faulty = 0;
  const auto now = engine.now();
  for (const auto& view : engine.campaigns().all()) {
    ++campaigns[static_cast<std::size_t>(view->status())];
    for (std::size_t state = 0; state < letter_state_count; ++state)
      letters[state] += view->counts.by_state[state];
    rate += rate_at(*view, now);
    troubled += view->relay_trouble.has_value();
    faulty += !view->fault.empty();
  }
  std::string text;
  const auto into = std::back_inserter(text);
  const auto head = [&](const char* name, const char* help) {
    fmt::format_to(into, "# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  };
  head("sluice_campaigns", "Campaigns by the status that they show.");
  for (std::size_t shown = 0; shown < campaigns.size(); ++shown)
    fmt::format_to(into, "sluice_campaigns{{status=\"{}\"}} {}\n", name_of(static_cast<status>(shown)),
                   campaigns[shown]);
  head("sluice_letters", "Letters of all campaigns by where they stand.");
  for (std::size_t state = 0; state < letter_state_count; ++state)
    fmt::format_to(into, "sluice_letters{{state=\"{}\"}} {}\n", name_of(static_cast<letter_state>(state)),
                   letters[state]);
  head("sluice_letters_per_second", "Letters settled a second, all campaigns together.");
  fmt::format_to(into, "sluice_letters_per_second {:.1f}\n", rate);
  head("sluice_campaigns_with_relay_trouble", "Campaigns for which the relay fails now.");
  fmt::format_to(into, "sluice_campaigns_with_relay_trouble {}\n", troubled);
  head("sluice_campaigns_with_fault", "Campaigns whose actor is parked or waits for the disk.");
  fmt::format_to(into, "sluice_campaigns_with_fault {}\n", faulty);
  head("sluice_relay_failing", "1 while no letter gets through this relay.");
  for (const auto& one : engine.relays())
    fmt::format_to(into, "sluice_relay_failing{{relay=\"{}\"}} {}\n", one.name, one.trouble ? 1 : 0);
  if (const auto nodes = engine.nodes(); !nodes.empty()) {
    head("sluice_node_alive", "1 while the node shares the store; 0: it is dead, or has left.");
    for (const auto& one : nodes)
      fmt::format_to(into, "sluice_node_alive{{node=\"{}\"}} {}\n", one.row.name,
                     is_alive(one.row.state) ? 1 : 0);
    head("sluice_node_beat_age_seconds", "Since the node's beat was last seen to move.");
    for (const auto& one : nodes)
      if (one.beat_age)
        fmt::format_to(into, "sluice_node_beat_age_seconds{{node=\"{}\"}} {:.3f}\n", one.row.name,
                       std::chrono::duration<double>(*one.beat_age).count());
    head("sluice_node_campaigns", "Campaigns that the node owns.");
    for (const auto& one : nodes)
      fmt::format_to(into, "sluice_node_campaigns{{node=\"{}\"}} {}\n", one.row.name, one.campaigns);
  }
  if (const auto pace = engine.found_pace()) {
    head("sluice_relay_connections_found", "Connections at once that the relay was found to bear.");
    fmt::format_to(into, "sluice_relay_connections_found {}\n", pace->connections);
    if (pace->letters_per_second) {
      head("sluice_relay_letters_per_second_found", "Letters a second that the relay was found to bear.");
      fmt::format_to(into, "sluice_relay_letters_per_second_found {:.2f}\n", *pace->letters_per_second);
    }
  }
  const auto ready = engine.letters_ready();
  head("sluice_letters_ready_bytes", "Memory of letters made ready and not yet gone.");
  fmt::format_to(into, "sluice_letters_ready_bytes {}\n", ready.bytes);
  head("sluice_letters_ready_bytes_max", "What that may be: memory.letters.");
  fmt::format_to(into, "sluice_letters_ready_bytes_max {}\n", ready.bytes_max);
  head("sluice_letters_shared_bytes",
       "Of the memory of letters: files that all letters of a campaign carry.");
  fmt::format_to(into, "sluice_letters_shared_bytes {}\n", ready.shared_bytes);
  head("sluice_campaigns_waiting_for_memory", "Campaigns that wait for room for the files of their letters.");
  fmt::format_to(into, "sluice_campaigns_waiting_for_memory {}\n", ready.campaigns_waiting);
  head("sluice_ready", "1 while the engine takes commands.");
  fmt::format_to(into, "sluice_ready {}\n", engine.is_ready() ? 1 : 0);
  head("sluice_build_info", "Always 1; the version is in the label.");
  fmt::format_to(into, "sluice_build_info{{version=\"{}\"}} 1\n", SLUICE_VERSION);
  return text;
}

} // namespace sluice
