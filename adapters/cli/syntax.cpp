#include "adapters/cli/syntax.hpp"

#include "adapters/cli/settings.hpp"
#include "adapters/cli/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <vector>

namespace sluice::cli {
namespace {

/// The command that was reached: the last that is known on the line.
const CLI::App& deepest(const CLI::App& from) {
  const auto* app = &from;
  while (!app->get_subcommands().empty())
    app = app->get_subcommands().front();
  return *app;
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : fmt::format("{} {}", full_name(*app.get_parent()), app.get_name());
}

/// Where a command was expected: which there are, or the one that was probably meant.
std::string missing_command(const CLI::App& root) {
  const auto& app = deepest(root);
  const auto known = app.get_subcommands([](const CLI::App*) { return true; });
  const auto said = root.remaining(true);
  const auto word =
      std::ranges::find_if(said, [](const std::string& each) { return !each.starts_with('-'); });
  std::vector<std::string> names;
  std::string nearest;
  std::size_t distance = 3;
  for (const auto* each : known) {
    names.push_back(each->get_name());
    const auto own = word == said.end() ? distance : edit_distance(*word, each->get_name());
    if (own < distance) {
      distance = own;
      nearest = each->get_name();
    }
  }
  if (word == said.end())
    return fmt::format("{} needs a command: {}", full_name(app), fmt::join(names, ", "));
  const auto meant = nearest.empty() ? fmt::format("; there are {}", fmt::join(names, ", "))
                                     : fmt::format("; did you mean {}?", nearest);
  return fmt::format("there is no command \"{}\" of {}{}", shown(*word), full_name(app), meant);
}

} // namespace

struct command_line::parts {
  CLI::App app{"Sluice sends e-mail campaigns by plan, and holds, lets go and resumes them at any moment."};
  common_options common;
  std::map<const CLI::App*, action> actions;
};

command_line::command_line() : parts_(std::make_unique<parts>()) {
  auto& app = parts_->app;
  auto& common = parts_->common;
  app.name("sluice");
  app.require_subcommand(1);
  app.set_version_flag("--version", "sluice " SLUICE_VERSION);
  app.add_option("--url", common.url, "where the engine listens (SLUICE_URL)")->type_name("URL");
  app.add_option("--token", common.token, "who asks (SLUICE_TOKEN, or the file `token` in the data folder)")
      ->type_name("TOKEN");
  app.add_option("--data", common.data, "the engine's data folder, or for audits a store's URL (SLUICE_DATA)")
      ->type_name("DIR");
  app.add_option("--cacert", common.ca_file,
                 "certificates to trust with an https:// URL, PEM (SLUICE_CACERT)")
      ->type_name("FILE");
  app.add_flag("--json", common.json, "machine-readable output");
  app.footer("--url, --token, --data, --cacert and --json go with every command; sluice --help tells what "
             "they are.\n"
             "Exit codes: 0 done, 1 refused, 2 wrong usage, 3 engine not reached, 4 audit found a fault.");
}

command_line::~command_line() = default;

command_syntax command_line::root() {
  return {&parts_->app, this};
}

outcome<parsed_line> command_line::parse(std::vector<std::string> words) {
  // `--relay=` is an option with an empty value; the parser would take the next word for it.
  for (auto word = words.begin(); word != words.end(); ++word)
    if (word->starts_with("--") && word->find('=') == word->size() - 1) {
      word->pop_back();
      word = words.emplace(std::next(word));
    }
  // The parser takes its words from the back.
  std::ranges::reverse(words);
  auto& app = parts_->app;
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    return parsed_line{{}, {}, app.help()};
  } catch (const CLI::CallForVersion& asked) {
    return parsed_line{{}, {}, fmt::format("{}\n", asked.what())};
  } catch (const CLI::Error& wrong) {
    const auto& reached = deepest(app);
    if (!parts_->actions.contains(&reached))
      return fail(exit_code::usage, missing_command(app));
    return fail(exit_code::usage, fmt::format("{}; see {} --help", shown(wrong.what()), full_name(reached)));
  }
  const auto found = parts_->actions.find(&deepest(app));
  if (found == parts_->actions.end())
    return fail(exit_code::usage, missing_command(app));
  // An empty text is how a command sees that nothing was said: it must not be said itself. (CLI11's own
  // validators do not see all empty values.) A reason is passed on by scripts, which often have none.
  for (const auto* each : deepest(app).get_options())
    if (each->nonpositional() && each->get_name() != "--reason" && each->get_type_size() > 0 &&
        each->count() > 0 &&
        std::ranges::any_of(each->results(), [](const auto& text) { return text.empty(); }))
      return fail(exit_code::usage,
                  fmt::format("{}: the value is empty; leave the option out", each->get_name()));
  return parsed_line{found->second, parts_->common, {}};
}

command_syntax command_syntax::command(const std::string& name, const std::string& about) {
  auto* added = app_->add_subcommand(name, about);
  added->fallthrough();
  if (app_->get_parent() != nullptr)
    app_->require_subcommand(1);
  return {added, owner_};
}

command_syntax&
command_syntax::argument(const std::string& name, std::string& into, const std::string& about) {
  app_->add_option(name, into, about)->required()->type_name("");
  return *this;
}

command_syntax&
command_syntax::optional_argument(const std::string& name, std::string& into, const std::string& about) {
  app_->add_option(name, into, about)->type_name("");
  return *this;
}

command_syntax&
command_syntax::arguments(const std::string& name, std::vector<std::string>& into, const std::string& about) {
  app_->add_option(name, into, about)->required()->type_name("");
  return *this;
}

command_syntax& command_syntax::option(const std::string& name,
                                       std::string& into,
                                       const std::string& value,
                                       const std::string& about) {
  app_->add_option(name, into, about)->type_name(value);
  return *this;
}

command_syntax& command_syntax::required_option(const std::string& name,
                                                std::string& into,
                                                const std::string& value,
                                                const std::string& about) {
  app_->add_option(name, into, about)->type_name(value)->required();
  return *this;
}

command_syntax& command_syntax::options(const std::string& name,
                                        std::vector<std::string>& into,
                                        const std::string& value,
                                        const std::string& about) {
  app_->add_option(name, into, about)->type_name(value)->allow_extra_args(false);
  return *this;
}

command_syntax& command_syntax::number(const std::string& name,
                                       std::optional<std::uint64_t>& into,
                                       const std::string& about) {
  const auto take = [&into](const std::string& text) {
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
      throw CLI::ValidationError(fmt::format("\"{}\" is no whole number", text));
    into = number;
  };
  app_->add_option_function<std::string>(name, take, about)->type_name("N");
  return *this;
}

command_syntax& command_syntax::flag(const std::string& name, bool& into, const std::string& about) {
  app_->add_flag(name, into, about);
  return *this;
}

command_syntax& command_syntax::runs(action what) {
  owner_->parts_->actions[app_] = std::move(what);
  return *this;
}

} // namespace sluice::cli
