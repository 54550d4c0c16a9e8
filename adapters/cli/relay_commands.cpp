#include "actors/core/reply_policy.hpp"
#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/configuration_source.hpp"
#include "adapters/cli/table.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/smtp/smtp_reply.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace sluice::cli {
namespace {

struct explain_arguments {
  std::string reply;
  std::string step;
  std::string file;
  std::string relay;
};

constexpr std::array every_step{smtp_step::greeting, smtp_step::hello,      smtp_step::tls,
                                smtp_step::login,    smtp_step::mail,       smtp_step::recipient,
                                smtp_step::data,     smtp_step::end_of_data};

/// "421 4.7.28 words", as a server says it; of several lines too.
outcome<reply> read_reply(const std::string& text) {
  smtp_reply_parser parser;
  auto line = text + "\r\n";
  // The first line of a reply of several is what people find in a log.
  const auto last = line.rfind('\n', line.size() - 2) + 1; // npos + 1 is 0
  if (line.size() > last + 3 && line[last + 3] == '-')
    line[last + 3] = ' ';
  std::string_view rest{line};
  if (parser.take(rest) != smtp_reply_parser::progress::done)
    return fail(exit_code::usage,
                fmt::format("\"{}\" is no reply of a server, like \"550 5.7.1 Relaying denied\"",
                            cut(shown(text), 80)));
  auto said = to_reply(parser.reply());
  if (said.code < 400 || said.code > 599)
    return fail(exit_code::usage,
                fmt::format("{} neither refuses nor delays: only 400 to 599 do", said.code));
  return said;
}

outcome<std::vector<smtp_step>> steps_of(const std::string& name) {
  if (name.empty())
    return std::vector<smtp_step>{every_step.begin(), every_step.end()};
  if (const auto step = parse_smtp_step(name))
    return std::vector<smtp_step>{*step};
  std::vector<std::string_view> names;
  for (const auto step : every_step)
    names.push_back(name_of(step));
  return fail(exit_code::usage,
              fmt::format("there is no step \"{}\"; there are {}", shown(name), fmt::join(names, ", ")));
}

bool is_final_at_once(const reply& said, const reply_meaning& meaning) {
  return meaning.about == reply_about::letter && is_about_mailbox(said);
}

/// What is it about, in a few words.
std::string about_words(const reply_meaning& meaning) {
  const auto limit =
      meaning.period ? fmt::format(", a limit each {}", format_duration(*meaning.period)) : std::string{};
  switch (meaning.about) {
  case reply_about::relay:
    return meaning.is_session_full ? "the session, which has carried its letters" : "the relay";
  case reply_about::account:
    return "the account at the relay" + limit;
  case reply_about::sender:
    return "the sender";
  case reply_about::pace:
    return (meaning.is_about_connections ? "the pace: too many connections" : "the pace") + limit;
  case reply_about::letter:
    break;
  }
  return "this letter";
}

/// What the engine makes of it.
std::string consequence_words(const reply& said, const reply_meaning& meaning) {
  switch (meaning.about) {
  case reply_about::relay:
    if (meaning.is_session_full)
      return "The letters go back to pending and leave by a new session at once, where this one has carried "
             "any before. Else it is the relay's trouble.";
    return "The letters go back to pending and nobody is refused. The campaign shows the trouble; one "
           "connection tries "
           "again with growing delays, the others join when it is through.";
  case reply_about::account:
    return fmt::format(
        "The letters go back to pending and nobody is refused. One letter tries again {}. Where others of "
        "the same sender pass meanwhile, it was that letter's after all.",
        meaning.again_in ? "when the words say so, within the hour"
        : meaning.period
            ? fmt::format("with growing delays, {} at most", format_duration(*meaning.period / 24))
            : "with growing delays");
  case reply_about::sender:
    return "The sender's campaigns are held (relay_refuses) at the first such reply, and nobody is refused. "
           "Resume them when "
           "it is mended.";
  case reply_about::pace:
    return fmt::format(
        "{} halved, once a round at most, and climb again as letters are accepted. The letters wait their "
        "turn in the queue and do not age.",
        meaning.is_about_connections ? "Connections are" : "Connections and pace are");
  case reply_about::letter:
    break;
  }
  if (said.code < 500)
    return "The letter is deferred: offered again with growing delays (retry.*), and given up as refused in "
           "the end.";
  if (is_about_mailbox(said))
    return "The letter is refused, final at once: the code is about the mailbox.";
  return "The letter is refused provisionally: final once letters of the same sender were accepted before "
         "and after it. Ten "
         "such with nothing accepted between hold the campaign.";
}

nlohmann::json to_json(const reply& said, smtp_step step, const reply_meaning& meaning) {
  nlohmann::json made{{"step", name_of(step)},
                      {"about", name_of(meaning.about)},
                      {"is_about_connections", meaning.is_about_connections},
                      {"is_session_full", meaning.is_session_full},
                      {"period", nullptr},
                      {"is_final_at_once", is_final_at_once(said, meaning)},
                      {"text", consequence_words(said, meaning)}};
  if (meaning.period)
    made["period"] = format_duration(*meaning.period);
  return made;
}

void print_json(std::ostream& out,
                const reply& said,
                const reply_policy& policy,
                std::span<const smtp_step> steps) {
  const auto rule = policy.own_rule(said);
  nlohmann::json made{
      {"code", said.code}, {"enhanced", said.enhanced}, {"words", said.text}, {"rule", nullptr}};
  if (rule)
    made["rule"] = *rule + 1;
  for (const auto step : steps)
    made["steps"].push_back(to_json(said, step, policy.judge(said, step)));
  out << json_text(made, 2) << '\n';
}

/// Steps that follow each other and mean the same are told together.
void print_words(std::ostream& out,
                 const reply& said,
                 const reply_policy& policy,
                 std::span<const smtp_step> steps) {
  const auto words =
      fmt::format("{}{}{} {}", said.code, said.enhanced.empty() ? "" : " ", said.enhanced, said.text);
  out << shown(words) << '\n';
  if (const auto rule = policy.own_rule(said))
    out << fmt::format("by rule {} of relay.replies\n", *rule + 1);
  for (std::size_t first = 0; first < steps.size();) {
    const auto meaning = policy.judge(said, steps[first]);
    auto end = first + 1;
    while (end < steps.size() && policy.judge(said, steps[end]) == meaning)
      ++end;
    std::vector<std::string_view> names;
    for (std::size_t i = first; i < end; ++i)
      names.push_back(name_of(steps[i]));
    const auto where = names.size() == every_step.size() ? std::string{"every step"}
                                                         : fmt::format("{}", fmt::join(names, ", "));
    out << fmt::format("\nAt {} it is about {}.\n  {}\n", where, about_words(meaning),
                       consequence_words(said, meaning));
    first = end;
  }
}

/// Those of the relay of that name; of `[relay]` where none is given.
outcome<std::vector<reply_rule>> rules_of(const node_settings& settings, const std::string& relay) {
  if (relay.empty())
    return settings.relay.replies;
  const auto found = std::ranges::find(settings.relays, relay, &relay_settings::name);
  if (found == settings.relays.end())
    return fail(exit_code::usage, fmt::format("there is no [relays.{}] in the configuration", shown(relay)));
  return found->replies;
}

outcome<exit_code> explain(session& with, const explain_arguments& arguments) {
  const auto said = read_reply(arguments.reply);
  if (!said)
    return std::unexpected(said.error());
  const auto steps = steps_of(arguments.step);
  if (!steps)
    return std::unexpected(steps.error());
  const auto file = read_configuration_file(with, arguments.file);
  if (!file)
    return std::unexpected(file.error());
  const auto settings = configure(*file, with.io().variables, {});
  if (!settings)
    return std::unexpected(settings.error());
  const auto rules = rules_of(settings->settings.node, arguments.relay);
  if (!rules)
    return std::unexpected(rules.error());
  const auto policy = reply_policy::make(*rules);
  if (!policy)
    return fail(exit_code::usage, policy.error().message);
  if (with.wants_json())
    print_json(with.io().out, *said, *policy, *steps);
  else
    print_words(with.io().out, *said, *policy, *steps);
  return exit_code::done;
}

} // namespace

namespace {

std::string served_words(const nlohmann::json& relay) {
  std::vector<std::string> served;
  for (const auto* key : {"senders", "campaigns"})
    for (const auto& one : part_of(relay, key))
      served.push_back(one.get<std::string>());
  return served.empty() ? "all" : fmt::format("{}", fmt::join(served, ", "));
}

std::string state_words(const nlohmann::json& relay) {
  if (const auto& trouble = part_of(relay, "trouble"); trouble.is_object())
    return fmt::format("fails since {}: {}", moment_words(moment_of(trouble, "since").value_or(timestamp{})),
                       text_of(trouble, "text"));
  const auto& pace = part_of(relay, "pace");
  if (!pace.is_object())
    return "works";
  const auto& rate = part_of(pace, "letters_per_second");
  return fmt::format("bears {}: {}",
                     rate.is_number() ? fmt::format("{:.1f} letters a second", rate.get<double>())
                                      : fmt::format("{} of {} connections", number_of(pace, "connections"),
                                                    number_of(pace, "connections_max")),
                     text_of(pace, "text"));
}

outcome<exit_code> list_relays(session& with) {
  const auto answer = with.engine().get("/v1/relays");
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json()) {
    with.io().out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  table rows(
      {{.title = "RELAY"}, {.title = "URL"}, {.title = "WEIGHT"}, {.title = "SERVES"}, {.title = "STATE"}});
  for (const auto& one : part_of(*answer, "items")) {
    const auto name = text_of(one, "name");
    rows.add({name.empty() ? "[relay]" : name, text_of(one, "url"),
              is_true(one, "standby") ? std::string{"standby"} : std::to_string(number_of(one, "weight")),
              served_words(one), state_words(one)});
  }
  with.io().out << rows.render(with.io().out_terminal.width);
  return exit_code::done;
}

} // namespace

void add_relay_commands(command_syntax root) {
  root.command("relays", "the relays, what they serve and how they are").runs(list_relays);
  auto relay = root.command("relay", "what the relay says");
  auto said = std::make_shared<explain_arguments>();
  relay.command("explain", "whom a reply of the relay is about and what follows from it; needs no engine")
      .argument("REPLY", said->reply, "as the server said it: \"421 4.7.28 words\"")
      .option("--step", said->step, "STEP",
              "greeting, hello, tls, login, mail, recipient, data or end_of_data; without it every step")
      .option("--relay", said->relay, "NAME", "with the rules of [relays.NAME]")
      .option("--config", said->file, "F", "configuration file with rules of your own (relay.replies)")
      .runs([said](session& with) { return explain(with, *said); });
}

} // namespace sluice::cli
