#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/demo_sample.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/logging.hpp"
#include "adapters/cli/running_engine.hpp"
#include "adapters/cli/stop_signals.hpp"
#include "adapters/cli/text.hpp"
#include "persistence/stores/open_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <ostream>
#include <utility>

namespace sluice::cli {
namespace {

constexpr milliseconds line_every{5000};

/// Embedded defaults: neither a file nor the environment's relay is looked at, so that no letter of the demo
/// ever reaches a real server. Moderation is off, so that it begins at once.
outcome<configuration> demo_configuration(session& with, const std::string& listen) {
  std::vector<flag_value> flags{{"demo", "moderation.enabled", "false"}, {"demo", "log.level", "warn"}};
  if (const auto data = with.store_said(); is_shared_store(data))
    return fail(exit_code::usage, "a demo runs on a folder of its own: --data DIR");
  if (const auto data = with.data_folder_said(); !data.empty())
    flags.push_back({"--data", "data", data.string()});
  const auto where = listen.empty() ? variable(with.io().variables, "SLUICE_LISTEN") : listen;
  if (!where.empty())
    flags.push_back({"--listen", "listen", where});
  if (const auto shared = variable(with.io().variables, "SLUICE_DATA_SHARED"); !shared.empty())
    flags.push_back({"SLUICE_DATA_SHARED", "data_shared", shared});
  return configure({}, {}, flags);
}

/// The demo's latest campaign, if there is one.
view_ptr latest_demo(directory& campaigns) {
  view_ptr latest;
  for (const auto& each : campaigns.all())
    if (each->spec.name == demo_campaign_name)
      latest = each;
  return latest;
}

/// Waits for the answer of one of the node's functions.
template <class Answer, class Ask>
result<Answer> answer_of(Ask&& ask) {
  auto promise = std::make_shared<std::promise<result<Answer>>>();
  auto future = promise->get_future();
  ask([promise](result<Answer> answer) { promise->set_value(std::move(answer)); });
  return future.get();
}

result<void> start_draft(node& engine, campaign_id id) {
  command start;
  start.kind = command_kind::start;
  start.by = "demo";
  const auto answer =
      answer_of<command_answer>([&](auto done) { engine.command(id, start, std::move(done)); });
  if (!answer)
    return std::unexpected(answer.error());
  return {};
}

result<campaign_id> fresh_campaign(node& engine) {
  const auto audience = demo_audience(engine.store().audiences(), engine.now());
  if (!audience)
    return std::unexpected(audience.error());
  create_campaign what;
  what.spec = demo_campaign();
  what.audience = audience->id;
  what.by = "demo";
  const auto made = answer_of<campaign_view>([&](auto done) { engine.create(what, std::move(done)); });
  if (!made)
    return std::unexpected(made.error());
  if (const auto started = start_draft(engine, made->id); !started)
    return std::unexpected(started.error());
  return made->id;
}

/// Goes on with the campaign of last time, or makes one. Says which.
result<campaign_id> campaign_to_show(node& engine, std::ostream& out) {
  const auto latest = latest_demo(engine.campaigns());
  if (latest && !is_final(latest->stage)) {
    out << to_string(latest->id) << " goes on where it stopped: " << final_letters(latest->counts) << " of "
        << latest->counts.total << " letters are done\n";
    if (latest->stage == stage::draft)
      if (const auto started = start_draft(engine, latest->id); !started)
        return std::unexpected(started.error());
    return latest->id;
  }
  if (latest)
    out << to_string(latest->id) << " of last time is finished; a fresh one begins\n";
  else
    out << "making an audience of " << demo_letters << " made-up people …" << std::endl;
  return fresh_campaign(engine);
}

void print_what_to_try(session& with,
                       const running_engine& engine,
                       const configuration& in_force,
                       campaign_id id) {
  const auto& settings = in_force.settings;
  const auto words = [&](const std::string& command) {
    auto line = fmt::format("  {} {}", with.io().program, command);
    if (engine.url() != default_url)
      line += fmt::format(" --url {}", engine.url());
    if (settings.node.data_folder != default_data_folder)
      line += fmt::format(" --data {}", settings.node.data_folder.string());
    return line;
  };
  const auto campaign = to_string(id);
  const auto folder = settings.node.data_folder;
  const std::array<std::pair<std::string, const char*>, 6> tries{
      {{words(fmt::format("show {}", campaign)), "every count, and what comes next"},
       {words(fmt::format("pause {}", campaign)), "no further letter is begun"},
       {words(fmt::format("resume {}", campaign)), "what fell due meanwhile leaves at once"},
       {words(fmt::format("release {}", campaign)), "all the rest leaves now"},
       {words(fmt::format("preview {} --index 7", campaign)), "a letter as it leaves"},
       {words("audit verify"), "every rule, checked on the log"}}};
  std::size_t width = 0;
  for (const auto& [line, about] : tries)
    width = std::max(width, display_width(line));
  auto& out = with.io().out;
  out << '\n'
      << "page and API  " << engine.url() << "/#token=" << engine.token() << '\n'
      << "campaign      " << campaign << ": " << demo_letters << " letters, 400 every 5 s, into "
      << (folder / "maildir").string() << " (no mail leaves this machine)\n\n"
      << "Try, in another terminal:\n";
  for (const auto& [line, about] : tries)
    out << padded(line, width) << "   " << about << '\n';
  out << "  curl -H \"Authorization: Bearer $(cat " << (folder / "token").string() << ")\" " << engine.url()
      << "/v1/campaigns/" << campaign << "\n\n"
      << "Ctrl-C stops; the next start goes on where it stopped.\n"
      << std::endl;
}

/// Until a signal comes.
void show_progress(session& with, running_engine& engine, campaign_id id, stop_signals& signals) {
  live_lines lines(with.io().out, with.io().out_terminal);
  std::string last_words;
  bool was_final = false;
  do {
    const auto now = engine.engine().now();
    const auto view = engine.engine().campaigns().find(id, now);
    if (!view)
      continue;
    if (lines.is_live()) {
      lines.draw({progress_line(*view, now, lines.where())});
    } else if (const auto words = fmt::format("{}{}{}", status_words(view->status()),
                                              final_letters(view->counts), accumulated(*view));
               words != last_words) {
      with.io().out << change_line(*view, now) << std::endl;
      last_words = words;
    }
    if (is_final(view->stage) && !was_final) {
      was_final = true;
      lines.keep();
      with.io().out << to_string(id) << " is final: " << status_words(view->status())
                    << ". The engine runs on until Ctrl-C; the next demo begins afresh." << std::endl;
    }
  } while (!signals.wait_for(lines.is_live() ? redraw_every : line_every));
  lines.keep();
}

outcome<exit_code> demo(session& with, const std::string& listen) {
  const auto in_force = demo_configuration(with, listen);
  if (!in_force)
    return std::unexpected(in_force.error());
  stop_signals signals;
  log_to_stderr(in_force->settings.log_level);
  warn_of_root();
  auto started = running_engine::start(*in_force, with.io().page);
  if (!started)
    return std::unexpected(started.error());
  auto& engine = **started;
  const auto id = campaign_to_show(engine.engine(), with.io().out);
  if (!id)
    return refusal(id.error());
  print_what_to_try(with, engine, *in_force, *id);
  show_progress(with, engine, *id, signals);
  signals.end_process_on_next();
  with.io().out << "stopping: letters on their way are finished …" << std::endl;
  engine.stop();
  return exit_code::done;
}

} // namespace

void add_demo_command(command_syntax root) {
  auto listen = std::make_shared<std::string>();
  root.command("demo", "the engine with a sample campaign on embedded defaults")
      .option("--listen", *listen, "ADDR:PORT", "where the HTTP interface listens; 127.0.0.1:8025")
      .runs([listen](session& with) { return demo(with, *listen); });
}

} // namespace sluice::cli
