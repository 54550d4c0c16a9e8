// store copy: a store from one form to another, while no engine runs on it.

#include "adapters/cli/answers.hpp"
#include "adapters/cli/bars.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/text.hpp"
#include "messages/json.hpp"
#include "persistence/stores/copy_store.hpp"
#include "persistence/stores/open_store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

struct store_copy_arguments {
  std::string from;
  std::string to;
  bool accept_single = false;
};

/// How far a copy is; drawn every `redraw_every` at most.
class copy_line {
public:
  explicit copy_line(console& around) :
      lines_(around.err, around.err_terminal), now_(around.now), drawn_at_(around.now()) {}

  void show(const copy_progress& at) {
    if (!lines_.is_live() || now_() - drawn_at_ < redraw_every)
      return;
    drawn_at_ = now_();
    lines_.draw({cut(fmt::format("{} {}: {}; {} copied", at.is_checking ? "checking" : "copying",
                                 name_of(at.table), at.records, bytes_words(at.bytes)),
                     lines_.where().width - 1)});
  }
  void clear() { lines_.clear(); }

private:
  live_lines lines_;
  clock_source now_;
  timestamp drawn_at_;
};

nlohmann::json to_json(const copy_report& report, const store_copy_arguments& said) {
  auto tables = nlohmann::json::array();
  for (std::size_t table = 0; table < copy_table_count; ++table)
    tables.push_back({{"name", name_of(static_cast<copy_table>(table))},
                      {"records", report.tables[table].records},
                      {"digest", report.tables[table].digest}});
  return {{"from", shown_store_url(said.from)},
          {"to", shown_store_url(said.to)},
          {"logs", report.logs},
          {"tables", std::move(tables)}};
}

outcome<exit_code> copy_store_of(session& with, const store_copy_arguments& said) {
  copy_line line(with.io());
  const auto copied = copy_store(said.from, said.to,
                                 {.accept_single = said.accept_single,
                                  .wait = with.io().wait,
                                  .progress =
                                      [&](const copy_progress& at) {
                                        line.show(at);
                                        return true;
                                      },
                                  .now = with.io().now()});
  line.clear();
  if (!copied) {
    auto why = copied.error();
    if (why.code == error_code::storage_failed)
      why.message += "; what was copied stays, and the same command goes on with it";
    return refusal(why);
  }
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(to_json(*copied, said), 2) << '\n';
    return exit_code::done;
  }
  for (std::size_t table = 0; table < copy_table_count; ++table)
    if (const auto& one = copied->tables[table]; one.records > 0)
      out << fmt::format("{:>12} {}\n", one.records, name_of(static_cast<copy_table>(table)));
  out << shown(shown_store_url(said.from)) << " is copied to " << shown(shown_store_url(said.to)) << ", "
      << counted(copied->logs, "log", "logs")
      << " and all tables; each record was held against its source.\nStart no engine with the source any "
         "more: it would "
         "send the same letters.\n";
  return exit_code::done;
}

} // namespace

void add_store_commands(command_syntax root) {
  auto said = std::make_shared<store_copy_arguments>();
  auto group = root.command("store", "the store of a stopped engine");
  group
      .command("copy",
               "copies all that it holds into another store, of any kind, and holds each record against it")
      .argument("FROM", said->from, "a folder or URL (postgresql://…); no engine may run on it")
      .argument("TO", said->to, "a new folder or an empty database; a copy that broke off goes on")
      .flag("--accept-single", said->accept_single,
            "a database without a synchronous standby is taken: its disk's loss loses what it acknowledged")
      .runs([said](session& with) { return copy_store_of(with, *said); });
}

} // namespace sluice::cli
