#include "actors/audit.hpp"
#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/concat.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/text.hpp"
#include "messages/event_json.hpp"
#include "messages/json.hpp"

#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

struct audit_arguments {
  std::string id;
  std::string address;
  std::optional<std::uint64_t> at;
};

/// The store of --data or SLUICE_DATA, read-only; nothing where neither was said and the engine is asked.
outcome<std::unique_ptr<store>> open_data(session& with) {
  const auto folder = with.data_folder_said();
  if (folder.empty())
    return std::unique_ptr<store>{};
  auto opened = open_store(folder, open_mode::read_only);
  if (!opened)
    return refusal(opened.error());
  return std::move(*opened);
}

std::string hexadecimal_of(const sha256_hash& hash) {
  std::string text;
  for (const auto byte : hash)
    text += hexadecimal(byte, 2);
  return text;
}

nlohmann::json item_of(const stored_event& entry) {
  auto item = to_json(entry.event);
  item["at"] = format_timestamp(entry.event.at);
  item["number"] = entry.number;
  item["previous"] = hexadecimal_of(entry.previous);
  item["hash"] = hexadecimal_of(entry.hash);
  return item;
}

std::vector<table_column> event_columns() {
  return {{.title = "NUMBER", .where = align::right},
          {.title = "AT", .width_min = 19},
          {.title = "BY", .width_min = 8},
          {.title = "EVENT", .width_min = 14},
          {.title = "WHAT", .may_be_cut = true, .width_min = 20}};
}

std::vector<std::string> event_row(const nlohmann::json& item) {
  auto event = item;
  const auto type = text_of(event, "t");
  const auto number = number_of(event, "number");
  const auto moment = moment_of(event, "at").value_or(timestamp{});
  const auto by = text_of(event, "by");
  for (const auto* field : {"t", "v", "at", "by", "number", "previous", "hash"})
    event.erase(field);
  auto what = json_text(event);
  // The braces around it say nothing.
  if (what.size() >= 2)
    what = what.substr(1, what.size() - 2);
  return {std::to_string(number), moment_words(moment), by.empty() ? "engine" : by, type, what};
}

outcome<exit_code> show_log(session& with, const audit_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto data = open_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (!*data)
    return print_list(with, concat("/v1/campaigns/", to_string(*id), "/log"), {}, event_columns(), event_row,
                      0, "the log is empty");
  list_printer printer(with, event_columns());
  std::uint64_t events = 0;
  const store& from = **data;
  const auto read = from.journal().read(*id, 1, [&](const stored_event& entry) {
    printer.add(item_of(entry), event_row);
    ++events;
    return with.io().out.good();
  });
  if (!read)
    return refusal(read.error());
  if (events == 0)
    return fail(exit_code::refused, concat("there is no campaign ", to_string(*id)));
  printer.end("");
  return exit_code::done;
}

outcome<exit_code> show_story(session& with, const audit_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto data = open_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (!*data)
    return print_list(with, concat("/v1/campaigns/", to_string(*id), "/story"), {{"address", said.address}},
                      event_columns(), event_row, 0, "nothing has happened to this letter yet");
  const auto story = letter_story(**data, *id, said.address);
  if (!story)
    return refusal(story.error());
  list_printer printer(with, event_columns());
  for (const auto& entry : *story)
    printer.add(item_of(entry), event_row);
  printer.end("nothing has happened to this letter yet");
  return exit_code::done;
}

outcome<exit_code> replay(session& with, const audit_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto data = open_data(with);
  if (!data)
    return std::unexpected(data.error());
  campaign_view view;
  nlohmann::json answer;
  if (*data) {
    auto replayed = replay_log(**data, *id, said.at);
    if (!replayed)
      return refusal(replayed.error());
    view = std::move(*replayed);
    answer = to_json(view);
  } else {
    auto replayed = with.engine().get(concat("/v1/campaigns/", to_string(*id), "/replay"),
                                      {{"at", said.at ? std::to_string(*said.at) : ""}});
    if (!replayed)
      return std::unexpected(replayed.error());
    answer = std::move(*replayed);
    auto read = campaign_from(answer);
    if (!read)
      return std::unexpected(read.error());
    view = std::move(*read);
  }
  if (with.wants_json())
    with.io().out << json_text(answer, 2) << '\n';
  else
    with.io().out << "after event " << view.version << ", " << moment_words(view.changed_at) << ":\n"
                  << details(view, view.changed_at, with.io().out_terminal);
  return exit_code::done;
}

nlohmann::json report_json(const audit_report& report) {
  auto faults = nlohmann::json::array();
  for (const auto& fault : report.faults)
    faults.push_back(
        {{"campaign", to_string(fault.campaign)}, {"number", fault.number}, {"what", fault.what}});
  return {{"campaigns", report.campaigns}, {"events", report.events}, {"faults", faults}};
}

outcome<nlohmann::json> report_for(session& with, std::optional<campaign_id> only) {
  const auto data = open_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (!*data)
    return with.engine().get("/v1/audit", {{"campaign", only ? to_string(*only) : ""}});
  const auto report = verify_logs(**data, only);
  if (!report)
    return refusal(report.error());
  return report_json(*report);
}

outcome<exit_code> verify(session& with, const audit_arguments& said) {
  std::optional<campaign_id> only;
  if (!said.id.empty()) {
    const auto id = campaign_of(said.id);
    if (!id)
      return std::unexpected(id.error());
    only = *id;
  }
  const auto report = report_for(with, only);
  if (!report)
    return std::unexpected(report.error());
  const auto faults = report->find("faults");
  const bool is_faulty = faults != report->end() && faults->is_array() && !faults->empty();
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(*report, 2) << '\n';
    return is_faulty ? exit_code::faulty : exit_code::done;
  }
  if (is_faulty)
    for (const auto& fault : *faults) {
      out << shown(text_of(fault, "campaign"));
      if (number_of(fault, "number") > 0)
        out << " event " << number_of(fault, "number");
      out << ": " << shown(text_of(fault, "what")) << '\n';
    }
  out << counted(number_of(*report, "campaigns"), "campaign", "campaigns") << ", "
      << counted(number_of(*report, "events"), "event", "events") << ": "
      << (is_faulty ? counted(faults->size(), "fault", "faults") : std::string{"no fault found"}) << '\n';
  return is_faulty ? exit_code::faulty : exit_code::done;
}

} // namespace

void add_audit_commands(command_syntax root) {
  auto said = std::make_shared<audit_arguments>();
  auto group =
      root.command("audit", "reads the log; with --data DIR from the disk, read-only, without an engine");
  group.command("log", "every event of a campaign")
      .argument("ID", said->id, "the campaign: c1")
      .runs([said](session& with) { return show_log(with, *said); });
  group.command("replay", "the state that the log adds up to")
      .argument("ID", said->id, "the campaign: c1")
      .number("--at", said->at, "after this event; the last if left out")
      .runs([said](session& with) { return replay(with, *said); });
  group.command("letter", "one recipient's whole story")
      .argument("ID", said->id, "the campaign: c1")
      .argument("ADDRESS", said->address, "the recipient")
      .runs([said](session& with) { return show_story(with, *said); });
  group.command("verify", "checks every rule and the hash chain; exit code 4 where one is broken")
      .optional_argument("ID", said->id, "one campaign; all if left out")
      .runs([said](session& with) { return verify(with, *said); });
}

} // namespace sluice::cli
