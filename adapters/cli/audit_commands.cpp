#include "actors/audit/house_audit.hpp"
#include "actors/audit/log_history.hpp"
#include "actors/audit/table_export.hpp"
#include "adapters/cli/answers.hpp"
#include "adapters/cli/audit_data.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/text.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <ostream>
#include <ranges>

namespace sluice::cli {
namespace {

struct audit_arguments {
  std::string id;
  std::string address;
  std::string time;
  std::string first;
  std::string last;
  std::optional<std::uint64_t> at;
  bool is_everything = false;
};

std::vector<table_column> event_columns() {
  return {{.title = "NUMBER", .where = align::right},
          {.title = "AT", .width_min = 19},
          {.title = "BY", .width_min = 8},
          {.title = "EVENT", .width_min = 14},
          {.title = "WHAT", .may_be_cut = true, .width_min = 20}};
}

/// What an event says beside its type, as JSON without the braces around it, which say nothing.
std::string rest_of(nlohmann::json event) {
  for (const auto* field : {"t", "v", "at", "by", "number", "previous", "hash"})
    event.erase(field);
  const auto words = json_text(event);
  return words.size() >= 2 ? words.substr(1, words.size() - 2) : words;
}

std::vector<std::string> row_with(const nlohmann::json& item, const std::string& what) {
  const auto by = text_of(item, "by");
  return {std::to_string(number_of(item, "number")),
          moment_words(moment_of(item, "at").value_or(timestamp{})), by.empty() ? "engine" : by,
          text_of(item, "t"), what};
}

std::vector<std::string> event_row(const nlohmann::json& item) {
  return row_with(item, rest_of(item));
}

/// A letter's outcome as the relay said it: "deferred 451 4.7.1 try again later, again at 2026-12-01 09:05".
std::string outcome_words(const nlohmann::json& group) {
  auto words = is_true(group, "provisional") ? std::string{"refused for now"} : text_of(group, "outcome");
  if (number_of(group, "code") > 0)
    words += fmt::format(" {}", number_of(group, "code"));
  for (const auto* field : {"enhanced", "text"})
    if (const auto said = text_of(group, field); !said.empty())
      words += fmt::format(" {}", said);
  if (group.contains("retry_at"))
    words +=
        fmt::format(", again at {}", moment_words(timestamp{milliseconds{number_of(group, "retry_at")}}));
  return words;
}

/// An event of one letter's story: which letters it names is known, and is left out.
std::vector<std::string> story_row(const nlohmann::json& item) {
  const auto type = text_of(item, "t");
  std::string words;
  if (const auto groups = item.find("groups"); groups != item.end() && groups->is_array())
    words = fmt::format("{}", fmt::join(*groups | std::views::transform(outcome_words), "; "));
  else if (type == "claimed")
    words = "may be offered to the relay";
  else if (type == "doubt_settled")
    words = !is_true(item, "resend") ? "out of doubt: given up"
            : item.contains("retry_at")
                ? fmt::format("out of doubt: leaves again at {}",
                              moment_words(timestamp{milliseconds{number_of(item, "retry_at")}}))
                : "out of doubt: leaves again";
  else if (type == "refusals_settled")
    words = is_true(item, "accept") ? "refused for good"
            : item.contains("retry_at")
                ? fmt::format("refused for now: tried once more at {}",
                              moment_words(timestamp{milliseconds{number_of(item, "retry_at")}}))
                : "refused for now: leaves again";
  else
    words = rest_of(item);
  return row_with(item, words);
}

/// An event of the house's log: what it says, in words.
std::vector<std::string> house_row(const nlohmann::json& item) {
  return row_with(item, shown(text_of(item, "text")));
}

outcome<exit_code> show_house_log(session& with) {
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  constexpr auto nothing = "the house's log is empty: this store is of an engine of before";
  if (!*data)
    return print_list(with, "/v1/house/log", {}, event_columns(), house_row, 0, nothing);
  list_printer printer(with, event_columns());
  const store& from = **data;
  const auto read = read_house_log(from.journal(), 1, [&](const stored_house_event& entry) {
    printer.add(to_json(entry), house_row);
    return with.io().out.good();
  });
  if (!read)
    return refusal(read.error());
  printer.end(nothing);
  return exit_code::done;
}

outcome<exit_code> replay_house_log(session& with, const audit_arguments& said) {
  if (!said.time.empty())
    return fail(exit_code::usage, "the house's log is replayed up to an event: --at N");
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  nlohmann::json answer;
  if (*data) {
    auto replayed = replay_house(**data, said.at.value_or(0));
    if (!replayed)
      return refusal(replayed.error());
    answer = std::move(*replayed);
  } else {
    auto replayed = with.engine().get("/v1/house/replay", {{"at", said.at ? std::to_string(*said.at) : ""}});
    if (!replayed)
      return std::unexpected(replayed.error());
    answer = std::move(*replayed);
  }
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(answer, 2) << '\n';
    return exit_code::done;
  }
  out << "after event " << number_of(answer, "number") << ", "
      << moment_words(moment_of(answer, "at").value_or(timestamp{})) << ":\n";
  for (const auto& one : answer.at("tokens"))
    out << "  token " << shown(text_of(one, "name")) << " (" << shown(text_of(one, "id")) << "), "
        << shown(text_of(one, "role")) << '\n';
  for (const auto& one : answer.at("audiences"))
    out << "  list " << shown(text_of(one, "id")) << " " << shown(text_of(one, "name")) << ", "
        << counted(number_of(one, "size"), "row", "rows") << (is_true(one, "deleted") ? ", deleted" : "")
        << '\n';
  if (const auto removed = number_of(answer, "campaigns_removed"); removed > 0)
    out << "  " << counted(removed, "campaign", "campaigns") << " removed\n";
  out << "  " << counted(number_of(answer, "suppressions"), "suppression", "suppressions") << '\n';
  return exit_code::done;
}

outcome<exit_code> show_log(session& with, const audit_arguments& said) {
  if (said.id == house_log_name)
    return show_house_log(with);
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (!*data)
    return print_list(with, fmt::format("/v1/campaigns/{}/log", to_string(*id)), {}, event_columns(),
                      event_row, 0, "the log is empty");
  list_printer printer(with, event_columns());
  std::uint64_t events = 0;
  const store& from = **data;
  const auto read = from.journal().read(*id, 1, [&](const stored_event& entry) {
    printer.add(to_json(entry), event_row);
    ++events;
    return with.io().out.good();
  });
  if (!read)
    return refusal(read.error());
  if (events == 0)
    return refusal(no_such_campaign(from.removed_campaigns(), *id));
  printer.end("");
  return exit_code::done;
}

/// Under the story: whether it is the sealed row's.
void print_proof(session& with, const nlohmann::json& recipient) {
  if (with.wants_json() || !recipient.is_object())
    return;
  with.io().out << "row " << number_of(recipient, "row") + 1 << " of "
                << shown(text_of(recipient, "audience")) << ": "
                << (is_true(recipient, "erased") ? "erased; its leaf is "
                    : is_true(recipient, "sealed")
                        ? "the address is the one that was sealed; leaf "
                        : "NOT the row that the campaign's log has the hash of; leaf ")
                << shown(text_of(recipient, "leaf")) << " of " << shown(text_of(recipient, "hash")) << '\n';
}

outcome<exit_code> show_story(session& with, const audit_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (!*data) {
    const auto path = fmt::format("/v1/campaigns/{}/story", to_string(*id));
    const auto printed = print_list(with, path, {{"address", said.address}}, event_columns(), story_row, 0,
                                    "nothing has happened to this letter yet");
    if (!printed || with.wants_json())
      return printed;
    const auto again = with.engine().get(path, {{"address", said.address}});
    if (!again)
      return std::unexpected(again.error());
    if (again->contains("recipient"))
      print_proof(with, again->at("recipient"));
    return printed;
  }
  const auto story = letter_story(**data, *id, said.address);
  if (!story)
    return refusal(story.error());
  list_printer printer(with, event_columns());
  for (const auto& entry : *story)
    printer.add(to_json(entry), story_row);
  printer.end("nothing has happened to this letter yet");
  const auto proof = recipient_proof(**data, *id, said.address);
  if (!proof)
    return refusal(proof.error());
  print_proof(with, *proof);
  return exit_code::done;
}

outcome<exit_code> replay(session& with, const audit_arguments& said) {
  if (said.id == house_log_name)
    return replay_house_log(with, said);
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  replay_point upto{said.at, std::nullopt};
  if (!said.time.empty()) {
    const auto moment = parse_timestamp(said.time);
    if (!moment)
      return fail(exit_code::usage, fmt::format("--time: {}", moment.error().message));
    upto.time = *moment;
  }
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  campaign_view view;
  nlohmann::json answer;
  if (*data) {
    auto replayed = replay_log(**data, *id, upto);
    if (!replayed)
      return refusal(replayed.error());
    view = std::move(*replayed);
    answer = to_json(view);
  } else {
    auto replayed = with.engine().get(fmt::format("/v1/campaigns/{}/replay", to_string(*id)),
                                      {{"at", said.at ? std::to_string(*said.at) : ""}, {"time", said.time}});
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
                  << details(view, upto.time.value_or(view.changed_at), with.io().out_terminal);
  return exit_code::done;
}

std::string value_words(const nlohmann::json& value) {
  return value.is_string() ? shown(value.get<std::string>()) : json_text(value);
}

void print_difference(const nlohmann::json& answer, std::ostream& out) {
  const auto place = [&](const char* end) {
    const auto& at = answer.at(end);
    return fmt::format("event {} ({})", number_of(at, "number"),
                       moment_words(moment_of(at, "at").value_or(timestamp{})));
  };
  out << "from " << place("from") << " to " << place("to") << ":\n";
  for (const auto& one : answer.at("changed"))
    out << "  " << shown(text_of(one, "field")) << ": " << value_words(one.at("before")) << " -> "
        << value_words(one.at("after")) << '\n';
  for (const auto& one : answer.at("letters")) {
    const auto letters = letter_ranges_from_json(one.at("letters"));
    out << "  " << counted(number_of(one, "count"), "letter", "letters") << ' '
        << shown(text_of(one, "before")) << " -> " << shown(text_of(one, "after")) << ": "
        << (letters ? to_string(*letters) : "?") << '\n';
  }
  if (answer.at("changed").empty() && answer.at("letters").empty())
    out << "  nothing changed\n";
}

std::optional<event_number> event_of(const std::string& text) {
  event_number number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc{} && end.ptr == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

outcome<exit_code> diff(session& with, const audit_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto first = event_of(said.first);
  const auto last = event_of(said.last);
  if (!first || !last)
    return fail(exit_code::usage,
                fmt::format("\"{}\" is no event's number", shown(first ? said.last : said.first)));
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  nlohmann::json answer;
  if (*data) {
    auto compared = compare_log(**data, *id, *first, *last);
    if (!compared)
      return refusal(compared.error());
    answer = std::move(*compared);
  } else {
    auto compared = with.engine().get(fmt::format("/v1/campaigns/{}/diff", to_string(*id)),
                                      {{"from", said.first}, {"to", said.last}});
    if (!compared)
      return std::unexpected(compared.error());
    answer = std::move(*compared);
  }
  for (const auto* part : {"from", "to", "changed", "letters"})
    if (!answer.is_object() || !answer.contains(part))
      return fail(exit_code::refused, "the engine answered with something that is no difference");
  if (with.wants_json())
    with.io().out << json_text(answer, 2) << '\n';
  else
    print_difference(answer, with.io().out);
  return exit_code::done;
}

/// Tokens, suppressions and audiences, for a tool that holds them against the house's log.
outcome<exit_code> export_tables(session& with) {
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  auto& out = with.io().out;
  if (!*data) {
    const auto came = with.engine().download("/v1/audit/tables", {}, [&](std::string_view piece) {
      out << piece;
      return out.good();
    });
    return came ? outcome<exit_code>{exit_code::done} : std::unexpected(came.error());
  }
  table_exporter tables(**data);
  for (;;) {
    const auto piece = tables.next();
    if (!piece)
      return refusal(piece.error());
    if (piece->empty() || !out.good())
      return exit_code::done;
    out << *piece;
  }
}

/// One log, or those of all campaigns.
outcome<exit_code> export_logs(session& with, const std::string& which) {
  const auto only = log_of(which);
  if (!only)
    return std::unexpected(only.error());
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  const auto print = [&](const nlohmann::json& line) {
    with.io().out << json_text(line) << '\n';
    return with.io().out.good();
  };
  if (!*data) {
    const auto listed =
        with.engine().each_item("/v1/audit/export", {{"campaign", *only ? log_name(**only) : ""}}, 0, print);
    return listed ? outcome<exit_code>{exit_code::done} : std::unexpected(listed.error());
  }
  const store& from = **data;
  const auto campaigns = campaigns_to_export(from, *only);
  if (!campaigns)
    return refusal(campaigns.error());
  for (const auto id : *campaigns) {
    const auto read = from.journal().read_raw(
        id, 0, [&](const raw_record& record) { return print(export_line(id, record)); });
    if (!read)
      return refusal(read.error());
  }
  return exit_code::done;
}

outcome<exit_code> export_said(session& with, const audit_arguments& said) {
  if (!said.is_everything)
    return export_logs(with, said.id);
  if (!said.id.empty())
    return fail(exit_code::usage, "--everything is all logs and tables: it goes with no ID");
  for (const auto* which : {"house", ""})
    if (const auto logs = export_logs(with, which); !logs)
      return logs;
  return export_tables(with);
}

} // namespace

void add_audit_commands(command_syntax root) {
  auto said = std::make_shared<audit_arguments>();
  auto group = root.command(
      "audit", "reads the log; with --data DIR|URL from the store itself, read-only, without an engine");
  group.command("log", "every event of a campaign, or of the house")
      .argument("ID", said->id, "the campaign: c1; house: what was done outside campaigns")
      .runs([said](session& with) { return show_log(with, *said); });
  group.command("replay", "the state that the log adds up to")
      .argument("ID", said->id, "the campaign: c1; house: tokens, lists and suppressions")
      .number("--at", said->at, "after this event; the last if left out")
      .option("--time", said->time, "TIME", "as it was at this moment: 2026-12-01T09:00:00Z")
      .runs([said](session& with) { return replay(with, *said); });
  group.command("diff", "what changed between two events")
      .argument("ID", said->id, "the campaign: c1")
      .argument("N", said->first, "the state after this event …")
      .argument("M", said->last, "… and after this one")
      .runs([said](session& with) { return diff(with, *said); });
  group.command("letter", "one recipient's whole story, with the relay's words")
      .argument("ID", said->id, "the campaign: c1")
      .argument("ADDRESS", said->address, "the recipient")
      .runs([said](session& with) { return show_story(with, *said); });
  group.command("export", "the records as JSON Lines, with all that another tool needs to check the chain")
      .optional_argument("ID", said->id, "one campaign, or house; all campaigns if left out")
      .flag("--everything", said->is_everything,
            "the house's log, those of all campaigns, then tokens, suppressions and every row of every list")
      .runs([said](session& with) { return export_said(with, *said); });
  add_proof_commands(group);
}

} // namespace sluice::cli
