#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

namespace sluice::cli {
namespace {

struct letter_arguments {
  std::string id;
  std::string address;
  std::string outcome;
  std::optional<std::uint64_t> limit;
  bool resend = false;
  bool give_up = false;
  bool accept = false;
  bool retry = false;
};

std::string moment_cell(std::optional<timestamp> moment) {
  return moment ? moment_words(*moment) : std::string{"-"};
}

/// "550 5.1.1 no such user"; replies that no server gave have no code.
std::string reply_words(const reply& answer) {
  std::vector<std::string> words;
  for (const auto& part :
       {answer.code == 0 ? std::string{} : std::to_string(answer.code), answer.enhanced, answer.text})
    if (!part.empty())
      words.push_back(part);
  return fmt::format("{}", fmt::join(words, " "));
}

outcome<exit_code> list_responses(session& with, const letter_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto row = [](const nlohmann::json& item) {
    const auto group = response_from(item);
    const auto example =
        text_of(item, "example_email").empty() ? text_of(item, "example") : text_of(item, "example_email");
    return std::vector<std::string>{std::to_string(group.answer.code),
                                    group.answer.enhanced,
                                    group.answer.text,
                                    std::to_string(group.count),
                                    moment_words(group.first_seen),
                                    moment_words(group.last_seen),
                                    example};
  };
  return print_list(with, fmt::format("/v1/campaigns/{}/responses", to_string(*id)), {},
                    {{.title = "CODE", .where = align::right},
                     {.title = "ENHANCED"},
                     {.title = "TEXT", .may_be_cut = true},
                     {.title = "COUNT", .where = align::right},
                     {.title = "FIRST SEEN"},
                     {.title = "LAST SEEN"},
                     {.title = "EXAMPLE", .may_be_cut = true}},
                    row, 0, "no server has said anything yet");
}

std::vector<table_column> letter_columns() {
  return {{.title = "INDEX", .where = align::right, .width_min = 7},
          {.title = "EMAIL", .may_be_cut = true, .width_min = 28},
          {.title = "OUTCOME", .width_min = 9},
          {.title = "ATTEMPTS", .where = align::right},
          {.title = "CHANGED", .width_min = 19},
          {.title = "LAST REPLY", .may_be_cut = true, .width_min = 24},
          {.title = "MESSAGE-ID", .may_be_cut = true, .width_min = 16}};
}

std::vector<std::string> letter_row(const nlohmann::json& item) {
  auto outcome = text_of(item, "outcome").empty() ? text_of(item, "state") : text_of(item, "outcome");
  if (is_true(item, "provisional") && outcome == name_of(letter_state::deferred))
    outcome = "refused for now";
  auto said = reply{};
  if (const auto found = item.find("last_reply"); found != item.end() && found->is_object())
    said = response_from(*found).answer;
  return {std::to_string(number_of(item, "index")),
          text_of(item, "email"),
          outcome,
          std::to_string(number_of(item, "attempts")),
          moment_cell(moment_of(item, "changed_at")),
          reply_words(said),
          text_of(item, "message_id")};
}

outcome<exit_code> list_letters(session& with, const letter_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  if (!said.outcome.empty() && !parse_letter_state(said.outcome))
    return fail(exit_code::usage, fmt::format("there is no outcome \"{}\"; there are pending, in_flight, "
                                              "accepted, refused, deferred, skipped, in_doubt",
                                              shown(said.outcome)));
  return print_list(with, fmt::format("/v1/campaigns/{}/letters", to_string(*id)),
                    {{"outcome", said.outcome}}, letter_columns(), letter_row, said.limit.value_or(0),
                    "no such letters");
}

outcome<exit_code> settle_doubt(session& with, campaign_id id, const char* action) {
  const auto path = fmt::format("/v1/campaigns/{}/doubt", to_string(id));
  const auto answer = with.engine().post(path, {{"action", action}});
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else if (!is_true(*answer, "changed"))
    with.io().out << to_string(id) << " has no letters in doubt: nothing changed\n";
  else
    with.io().out << to_string(id) << ": letters in doubt "
                  << (std::string_view{action} == "resend" ? "leave again" : "are given up") << '\n';
  return exit_code::done;
}

outcome<exit_code> doubt(session& with, const letter_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  if (said.resend && said.give_up)
    return fail(exit_code::usage, "--resend and --give-up exclude each other");
  if (said.resend || said.give_up)
    return settle_doubt(with, *id, said.resend ? "resend" : "give_up");
  return print_list(with, fmt::format("/v1/campaigns/{}/doubt", to_string(*id)), {}, letter_columns(),
                    letter_row, 0, "no letters in doubt");
}

outcome<exit_code> settle_refusals(session& with, campaign_id id, bool accept) {
  const auto path = fmt::format("/v1/campaigns/{}/refusals", to_string(id));
  const auto answer = with.engine().post(path, {{"action", accept ? "accept" : "retry"}});
  if (!answer)
    return std::unexpected(answer.error());
  auto& out = with.io().out;
  if (with.wants_json())
    out << json_text(*answer, 2) << '\n';
  else if (!is_true(*answer, "changed"))
    out << to_string(id) << " has no letters that are refused for now: nothing changed\n";
  else if (accept)
    out << to_string(id) << ": letters refused for now are refused for good\n";
  else
    out << to_string(id) << ": letters refused for now leave again"
        << (text_of(*answer, "status") == "paused" ? " when the campaign is resumed" : "") << '\n';
  return exit_code::done;
}

outcome<exit_code> refusals(session& with, const letter_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  if (said.accept && said.retry)
    return fail(exit_code::usage, "--accept and --retry exclude each other");
  if (said.accept || said.retry)
    return settle_refusals(with, *id, said.accept);
  return print_list(with, fmt::format("/v1/campaigns/{}/refusals", to_string(*id)), {}, letter_columns(),
                    letter_row, 0, "no letters are refused for now");
}

/// One line for what decides, one for each other reason.
outcome<exit_code> say_why(session& with, const letter_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto answer =
      with.engine().get(fmt::format("/v1/campaigns/{}/why", to_string(*id)), {{"address", said.address}});
  if (!answer)
    return std::unexpected(answer.error());
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  out << shown(text_of(*answer, "address")) << " (letter " << number_of(*answer, "index") << ", "
      << shown(text_of(*answer, "state")) << "): " << shown(text_of(*answer, "text")) << '\n';
  if (const auto others = answer->find("also"); others != answer->end() && others->is_array())
    for (const auto& one : *others)
      out << "also: " << shown(text_of(one, "text")) << '\n';
  return exit_code::done;
}

} // namespace

void add_letter_commands(command_syntax root) {
  auto said = std::make_shared<letter_arguments>();
  root.command("responses", "what the server said, how often")
      .argument("ID", said->id, "the campaign: c1")
      .runs([said](session& with) { return list_responses(with, *said); });
  root.command("letters", "recipients with what became of their letters")
      .argument("ID", said->id, "the campaign: c1")
      .option("--outcome", said->outcome, "O", "only accepted, refused, deferred, skipped, in_doubt …")
      .number("--limit", said->limit, "so many at most; all if left out")
      .runs([said](session& with) { return list_letters(with, *said); });
  root.command("why", "why a letter has not gone, or what became of it")
      .argument("ID", said->id, "the campaign: c1")
      .argument("ADDRESS", said->address, "the recipient's")
      .runs([said](session& with) { return say_why(with, *said); });
  root.command("doubt", "letters whose end was sent and whose reply never came")
      .argument("ID", said->id, "the campaign: c1")
      .flag("--resend", said->resend, "send them again under the same Message-ID")
      .flag("--give-up", said->give_up, "close them as refused")
      .runs([said](session& with) { return doubt(with, *said); });
  root.command("refusals", "letters refused for now: the reason may not be their recipient")
      .argument("ID", said->id, "the campaign: c1")
      .flag("--accept", said->accept, "close them as refused")
      .flag("--retry", said->retry, "send them again")
      .runs([said](session& with) { return refusals(with, *said); });
}

} // namespace sluice::cli
