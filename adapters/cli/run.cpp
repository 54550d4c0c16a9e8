#include "adapters/cli/run.hpp"

#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"

#include <exception>
#include <ostream>

namespace sluice::cli {
namespace {

outcome<exit_code> carry_out(std::vector<std::string> words, console& around) {
  command_line line;
  const auto root = line.root();
  add_serve_command(root);
  add_demo_command(root);
  add_audience_commands(root);
  add_steering_commands(root);
  add_plan_command(root);
  add_send_command(root);
  add_looking_commands(root);
  add_watch_command(root);
  add_letter_commands(root);
  add_suppress_commands(root);
  add_store_commands(root);
  add_erase_command(root);
  add_audit_commands(root);
  add_token_commands(root);
  add_part_commands(root);
  add_relay_commands(root);
  add_cluster_commands(root);
  auto parsed = line.parse(std::move(words));
  if (!parsed)
    return std::unexpected(parsed.error());
  around.out << parsed->text;
  if (!parsed->what)
    return exit_code::done;
  session commands(around, parsed->common);
  return parsed->what(commands);
}

} // namespace

int run(std::vector<std::string> words, console& around) {
  outcome<exit_code> ended = fail(exit_code::refused, "");
  try {
    ended = carry_out(std::move(words), around);
  } catch (const std::exception& fault) {
    ended = fail(exit_code::refused, fault.what());
  }
  around.out.flush();
  if (ended)
    return static_cast<int>(*ended);
  around.err << "error: " << shown(ended.error().message) << std::endl;
  return static_cast<int>(ended.error().code);
}

} // namespace sluice::cli
