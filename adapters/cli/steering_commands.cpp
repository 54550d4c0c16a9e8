#include "adapters/cli/answers.hpp"
#include "adapters/cli/attachment_upload.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/steering.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/cli/watching.hpp"
#include "messages/command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <ostream>

namespace sluice::cli {
namespace {

struct steering_arguments {
  std::string file;
  std::string audience;
  bool accepts_left_out = false;
  std::string id;
  steering_words words;
  bool waits = false; ///< with pause and cancel
};

struct copy_arguments {
  std::string id;
  std::string name;
  std::string audience;
  std::vector<std::string> outcomes;
  std::string key;
};

outcome<exit_code> create(session& with, const steering_arguments& said) {
  auto campaign = read_json(said.file, with.io().in);
  if (!campaign)
    return std::unexpected(campaign.error());
  if (const auto uploaded = upload_attachments_of(with, *campaign, said.file); !uploaded)
    return std::unexpected(uploaded.error());
  const auto answer = create_draft(with, std::move(*campaign), said.audience,
                                   {.key = said.words.key, .accepts_left_out = said.accepts_left_out});
  if (!answer)
    return std::unexpected(answer.error());
  tell_warnings(with, *answer);
  auto& io = with.io();
  if (with.wants_json()) {
    io.out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  io.out << shown(text_of(*answer, "id")) << '\n';
  if (io.err_terminal.is_terminal)
    io.err << "draft made; next: " << with.hint(fmt::format("start {}", shown(text_of(*answer, "id"))))
           << '\n';
  return exit_code::done;
}

outcome<exit_code> copy(session& with, const copy_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  auto body = nlohmann::json::object();
  if (!said.name.empty())
    body["name"] = said.name;
  if (!said.outcomes.empty())
    body["outcomes"] = said.outcomes;
  if (!said.audience.empty()) {
    const auto audience = audience_of(said.audience);
    if (!audience)
      return std::unexpected(audience.error());
    body["audience"] = to_string(*audience);
  }
  const auto answer =
      with.engine().post(fmt::format("/v1/campaigns/{}/copy", to_string(*id)), body, said.key);
  if (!answer)
    return std::unexpected(answer.error());
  with.io().out << (with.wants_json() ? json_text(*answer, 2) : shown(text_of(*answer, "id"))) << '\n';
  return exit_code::done;
}

/// What became of it, in a line: "c1 paused (20 letters in flight)".
std::string answer_words(campaign_id id, const std::string& kind, const nlohmann::json& answer) {
  const auto named = parse_status(text_of(answer, "status"));
  const auto status = named ? status_words(*named) : shown(text_of(answer, "status"));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> done{{{"start", "started"},
                                                                               {"approve", "approved"},
                                                                               {"reject", "rejected"},
                                                                               {"pause", "paused"},
                                                                               {"resume", "resumed"},
                                                                               {"release", "released"},
                                                                               {"cancel", "cancelled"}}};
  auto words = to_string(id);
  for (const auto& [asked, said] : done)
    if (asked == kind)
      words += is_true(answer, "changed") ? fmt::format(" {}", said)
                                          : fmt::format(" was already as asked: nothing to {}", kind);
  const auto in_flight = number_of(answer, "in_flight");
  if (in_flight > 0)
    words += fmt::format(" ({} in flight)", counted(in_flight, "letter", "letters"));
  return fmt::format("{}; status: {}\n", words, status);
}

/// Why it waits, where a start did not bring it past the moderator.
outcome<void> explain_moderation(session& with, campaign_id id) {
  const auto answer = with.engine().get(fmt::format("/v1/campaigns/{}", to_string(id)));
  if (!answer)
    return std::unexpected(answer.error());
  const auto campaign = campaign_from(*answer);
  if (!campaign)
    return std::unexpected(campaign.error());
  for (const auto& reason : campaign->moderation_reasons)
    with.io().out << "  - " << shown(reason) << '\n';
  with.io().out << "a moderator decides: " << with.hint(fmt::format("approve {}", to_string(id))) << " or "
                << with.hint(fmt::format("reject {}", to_string(id))) << '\n';
  return {};
}

/// After a hold that the engine laid: not everything leaves at once. The command itself is done, whatever comes of
/// this question.
void explain_trial(session& with, campaign_id id) {
  const auto answer = with.engine().get(fmt::format("/v1/campaigns/{}", to_string(id)));
  const auto campaign = answer ? campaign_from(*answer) : std::unexpected(answer.error());
  if (campaign && campaign->trial)
    with.io().out << trial_words(campaign->trial->letters,
                                 campaign->counts.total - final_letters(campaign->counts))
                  << '\n';
}

/// Waits until the letters in flight are through, and says what became of them.
outcome<exit_code> wait_until_drained(session& with, campaign_id id, nlohmann::json answer) {
  const auto view = watch_until_drained(with, id);
  if (!view)
    return std::unexpected(view.error());
  auto& io = with.io();
  if (with.wants_json()) {
    const auto shown_now = with.engine().get(fmt::format("/v1/campaigns/{}", to_string(id)));
    if (!shown_now)
      return std::unexpected(shown_now.error());
    answer["drain"] = shown_now->value("drain", nlohmann::json());
    io.out << json_text(answer, 2) << '\n';
  } else if (view->drain) {
    io.out << drain_words(*view->drain) << '\n';
  } else {
    io.out << to_string(id) << " was let go on before its letters in flight were through\n";
  }
  return exit_code::done;
}

outcome<exit_code> carry_out(session& with, const std::string& kind, const steering_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto answer = steer(with, *id, kind, said.words);
  if (!answer)
    return std::unexpected(answer.error());
  if (!with.wants_json())
    with.io().out << answer_words(*id, kind, *answer) << std::flush;
  if (said.waits)
    return wait_until_drained(with, *id, *answer);
  if (with.wants_json()) {
    with.io().out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  if (kind == "start" && text_of(*answer, "status") == "moderation")
    if (const auto told = explain_moderation(with, *id); !told)
      return std::unexpected(told.error());
  if ((kind == "resume" || kind == "release") && is_true(*answer, "changed"))
    explain_trial(with, *id);
  return exit_code::done;
}

} // namespace

outcome<nlohmann::json>
create_draft(session& with, nlohmann::json campaign, const std::string& audience, const draft_words& words) {
  if (!campaign.is_object())
    return fail(exit_code::usage, "a campaign file is one JSON object with name, from, subject, text …");
  if (!audience.empty()) {
    const auto id = audience_of(audience);
    if (!id)
      return std::unexpected(id.error());
    campaign["audience"] = to_string(*id);
  }
  return with.engine().post(words.accepts_left_out ? "/v1/campaigns?accept_left_out=true" : "/v1/campaigns",
                            campaign, words.key);
}

void tell_warnings(session& with, const nlohmann::json& draft) {
  if (const auto warnings = draft.find("warnings"); warnings != draft.end() && warnings->is_array())
    for (const auto& one : *warnings)
      with.io().err << "warning: " << shown(text_of(one, "text")) << '\n';
}

outcome<nlohmann::json>
steer(session& with, campaign_id campaign, const std::string& kind, const steering_words& words) {
  auto body = nlohmann::json::object();
  if (!words.reason.empty())
    body["reason"] = words.reason;
  return with.engine().post(fmt::format("/v1/campaigns/{}/{}", to_string(campaign), kind), body, words.key);
}

void add_steering_commands(command_syntax root) {
  auto said = std::make_shared<steering_arguments>();
  root.command("create", "makes a draft from a campaign file; prints its id")
      .argument("FILE", said->file, "a campaign file (JSON); - is standard input")
      .option("--audience", said->audience, "ID", "who gets it: a1")
      .flag("--accept-left-out", said->accepts_left_out,
            "also an audience of which much was left out at its import")
      .option("--key", said->words.key, "KEY", "idempotency key: said twice, done once")
      .runs([said](session& with) { return create(with, *said); });
  auto copied = std::make_shared<copy_arguments>();
  root.command("copy", "makes a new draft like a campaign, whatever became of that; prints its id")
      .argument("ID", copied->id, "the campaign: c1")
      .options(
          "--outcome", copied->outcomes, "O",
          "only to those whose letter was refused, skipped, accepted; of a finished campaign also not_sent, "
          "in_doubt; several times")
      .option("--name", copied->name, "NAME", "what it is called; the old name with a number if left out")
      .option("--audience", copied->audience, "ID", "who gets it instead: a2")
      .option("--key", copied->key, "KEY", "idempotency key: said twice, done once")
      .runs([copied](session& with) { return copy(with, *copied); });
  constexpr std::array<std::pair<const char*, const char*>, 7> kinds{
      {{"start", "checks a draft and sends it by its plan, or to a moderator"},
       {"approve", "lets a campaign pass moderation"},
       {"reject", "refuses a campaign in moderation, for good"},
       {"pause", "holds a campaign: no further letter is begun"},
       {"resume", "lifts a hold; what fell due meanwhile leaves at once, after a hold of the engine's a few "
                  "letters first"},
       {"release", "sends the whole rest at once, whatever the plan said"},
       {"cancel", "stops a campaign for good"}}};
  for (const auto& [kind, about] : kinds) {
    const std::string name = kind;
    auto syntax = root.command(kind, about)
                      .argument("ID", said->id, "the campaign: c1")
                      .option("--reason", said->words.reason, "TEXT", "why, for the log")
                      .option("--key", said->words.key, "KEY", "idempotency key: said twice, done once");
    if (name == "pause" || name == "cancel")
      syntax.flag("--wait", said->waits, "until the letters in flight are through; says what became of them");
    syntax.runs([said, name](session& with) { return carry_out(with, name, *said); });
  }
}

} // namespace sluice::cli
