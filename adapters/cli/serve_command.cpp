#include "adapters/cli/commands.hpp"
#include "adapters/cli/configuration.hpp"
#include "adapters/cli/configuration_source.hpp"
#include "adapters/cli/logging.hpp"
#include "adapters/cli/running_engine.hpp"
#include "adapters/cli/stop_signals.hpp"
#include "adapters/relays.hpp"

#include <algorithm>
#include <ostream>

namespace sluice::cli {
namespace {

struct serve_arguments {
  std::string file;
  std::string listen;
  std::string relay;
  std::string store;
  std::string log_level;
  std::vector<std::string> assignments;
  bool prints_configuration = false;
};

outcome<configuration> read_configuration(session& with, const serve_arguments& said) {
  const auto file = read_configuration_file(with, said.file);
  if (!file)
    return std::unexpected(file.error());
  std::vector<flag_value> flags;
  for (const auto& text : said.assignments) {
    auto flag = parse_assignment(text);
    if (!flag)
      return std::unexpected(flag.error());
    flags.push_back(std::move(*flag));
  }
  // Flags that name one setting win over the general one.
  if (!with.options().data.empty())
    flags.push_back({"--data", "data", with.options().data});
  if (!said.listen.empty())
    flags.push_back({"--listen", "listen", said.listen});
  if (!said.relay.empty())
    flags.push_back({"--relay", "relay.url", said.relay});
  if (!said.store.empty())
    flags.push_back({"--store", "store.url", said.store});
  if (!said.log_level.empty())
    flags.push_back({"--log-level", "log.level", said.log_level});
  return configure(*file, with.io().variables, flags);
}

std::string relays_words(const node_settings& settings) {
  auto words = without_password(settings.relay.url);
  for (const auto& one : settings.relays)
    words += (words.empty() ? "" : ", ") + one.name + " (" + without_password(one.url) + ")";
  return words;
}

/// Hidden by now (secret_arguments.hpp), but it was there.
void warn_of_password_on_command_line(const serve_arguments& said) {
  auto words = said.assignments;
  words.push_back(said.relay);
  if (std::ranges::any_of(words, [](const auto& word) { return without_password(word) != word; }))
    log_warning(
        "the relay's password was in the process list for a moment, where every user of the machine can read "
        "it: it is better in relay.password_file or SLUICE_RELAY_PASSWORD");
}

outcome<exit_code> serve(session& with, const serve_arguments& said) {
  const auto read = read_configuration(with, said);
  if (!read)
    return std::unexpected(read.error());
  auto& io = with.io();
  if (said.prints_configuration) {
    io.out << (with.wants_json() ? configuration_json(*read) : configuration_words(*read));
    return exit_code::done;
  }
  stop_signals signals;
  log_to_stderr(read->settings.log_level);
  for (const auto& warning : read->warnings)
    log_warning(warning);
  warn_of_root();
  warn_of_password_on_command_line(said);
  if (const auto where = parse_listen(read->settings.listen); !where->is_loopback && !where->is_tls)
    io.err << "warning: " << read->settings.listen
           << " can be reached from other machines, and there is no TLS: listen at https://…, or put a proxy "
              "with TLS "
              "before it\n";
  auto started = running_engine::start(*read, io.page);
  if (!started)
    return std::unexpected(started.error());
  io.out << "sluice listens at " << (*started)->url() << ", data in "
         << read->settings.node.data_folder.string()
         << (read->settings.node.store.empty() ? ""
                                               : ", store " + without_password(read->settings.node.store))
         << ", relay " << relays_words(read->settings.node) << std::endl;
  // The token signs in: it is for the terminal of whoever started the engine, not for a journal.
  if (io.out_terminal.is_terminal)
    io.out << "the page: " << (*started)->url() << "/#token=" << (*started)->token() << std::endl;
  signals.wait();
  signals.end_process_on_next();
  log_info("stopping: letters on connections are finished, the rest stays pending");
  (*started)->stop();
  log_info("stopped");
  return exit_code::done;
}

} // namespace

void add_serve_command(command_syntax root) {
  auto said = std::make_shared<serve_arguments>();
  root.command("serve", "runs the engine until SIGTERM or SIGINT")
      .option("--config", said->file, "F", "configuration file (SLUICE_CONFIG); sluice.toml if there is one")
      .option("--listen", said->listen, "ADDR:PORT", "where the HTTP interface listens; 127.0.0.1:8025")
      .option("--relay", said->relay, "URL", "the sending server: smtp://host:port, maildir:FOLDER, null:")
      .option("--store", said->store, "URL",
              "a database that engines share: postgresql://…; else the data folder")
      .option("--log-level", said->log_level, "L", "trace, debug, info, warn, error or off")
      .options("--set", said->assignments, "KEY=VALUE", "any other setting")
      .flag("--print-config", said->prints_configuration, "prints what is in force and where it came from")
      .runs([said](session& with) { return serve(with, *said); });
}

} // namespace sluice::cli
