#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/cli/watching.hpp"

#include <fmt/format.h>

#include <ostream>

namespace sluice::cli {
namespace {

outcome<exit_code> watch(session& with, const std::string& named) {
  if (named.empty()) {
    const auto watched = watch_all(with);
    return watched ? outcome<exit_code>{exit_code::done} : std::unexpected(watched.error());
  }
  const auto id = campaign_of(named);
  if (!id)
    return std::unexpected(id.error());
  const auto last = watch_to_end(with, *id);
  if (!last)
    return std::unexpected(last.error());
  if (!last->fault.empty())
    return fail(exit_code::refused,
                fmt::format("{} is parked after repeated faults: {}", to_string(*id), shown(last->fault)));
  return exit_code::done;
}

} // namespace

void add_watch_command(command_syntax root) {
  auto named = std::make_shared<std::string>();
  root.command("watch", "live bars; with an ID, until that campaign is final")
      .optional_argument("ID", *named, "the campaign: c1")
      .runs([named](session& with) { return watch(with, *named); });
}

} // namespace sluice::cli
