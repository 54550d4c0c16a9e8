#include "adapters/cli/answers.hpp"
#include "adapters/cli/audience_import.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

struct looking_arguments {
  bool all = false;
  std::string status;
  std::string tag;
  std::string id;
  std::optional<std::uint64_t> index;
};

outcome<exit_code> list_campaigns(session& with, const looking_arguments& said) {
  if (!said.status.empty() && !parse_status(said.status))
    return fail(exit_code::usage, fmt::format("there is no status \"{}\"; there are draft, moderation, "
                                              "preparing, sending, paused, sent, cancelled, rejected",
                                              shown(said.status)));
  const auto view = said.all || !said.status.empty() || !said.tag.empty() ? "all" : "outgoing";
  auto rows = campaign_table();
  auto items = nlohmann::json::array();
  outcome<void> readable;
  const auto listed =
      with.engine().each_item("/v1/campaigns", {{"view", view}, {"status", said.status}, {"tag", said.tag}},
                              0, [&](const nlohmann::json& item) {
                                if (with.wants_json()) {
                                  items.push_back(item);
                                  return true;
                                }
                                const auto campaign = campaign_from(item);
                                if (campaign)
                                  add_row(rows, *campaign);
                                else
                                  readable = std::unexpected(campaign.error());
                                return campaign.has_value();
                              });
  if (!listed || !readable)
    return std::unexpected(listed ? readable.error() : listed.error());
  auto& out = with.io().out;
  if (with.wants_json())
    out << json_text({{"items", items}}, 2) << '\n';
  else if (rows.rows() > 0)
    out << rows.render(with.io().out_terminal.width);
  else if (!said.status.empty())
    out << "no campaign has this status\n";
  else
    out << (said.all ? "no campaigns yet\n"
                     : "nothing is outgoing; sluice list --all shows every campaign\n");
  return exit_code::done;
}

outcome<exit_code> show_campaign(session& with, const looking_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  // Machines get all of it, the message too; people see none of the message here.
  const auto answer = with.engine().get(fmt::format("/v1/campaigns/{}", to_string(*id)),
                                        {{"full", with.wants_json() ? "true" : ""}});
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json()) {
    with.io().out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  const auto campaign = campaign_from(*answer);
  if (!campaign)
    return std::unexpected(campaign.error());
  with.io().out << details(*campaign, with.io().now(), with.io().out_terminal);
  // Whoever decides should know what the list was made of.
  if (campaign->status() == status::moderation && campaign->audience.id.value != 0)
    if (const auto audience =
            with.engine().get(fmt::format("/v1/audiences/{}", to_string(campaign->audience.id))))
      if (const auto words = kept_import_words(*audience); !words.empty())
        with.io().out << "\nits audience's import\n" << words;
  return exit_code::done;
}

/// A letter keeps its lines; what would act on a terminal is escaped there, and kept in a file.
std::string letter_text(const std::string& letter, const terminal& where) {
  if (!where.is_terminal)
    return letter;
  std::string safe;
  std::size_t at = 0;
  while (at < letter.size()) {
    auto end = letter.find('\n', at);
    end = end == std::string::npos ? letter.size() : end;
    auto line = std::string_view{letter}.substr(at, end - at);
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    safe += shown(line) + '\n';
    at = end + 1;
  }
  return safe;
}

outcome<exit_code> preview(session& with, const looking_arguments& said) {
  const auto id = campaign_of(said.id);
  if (!id)
    return std::unexpected(id.error());
  const auto path = fmt::format("/v1/campaigns/{}/preview", to_string(*id));
  const auto answer = with.engine().get_text(path, {{"index", std::to_string(said.index.value_or(0))}});
  if (!answer)
    return std::unexpected(answer.error());
  // The engine may answer with the letter itself, or with JSON that holds it.
  const auto value = nlohmann::json::parse(*answer, nullptr, false);
  const bool is_json = value.is_object();
  if (with.wants_json())
    with.io().out << json_text(is_json ? value : nlohmann::json{{"message", *answer}}, 2) << '\n';
  else
    with.io().out << letter_text(is_json ? text_of(value, "message") : *answer, with.io().out_terminal);
  return exit_code::done;
}

} // namespace

void add_looking_commands(command_syntax root) {
  auto said = std::make_shared<looking_arguments>();
  root.command("list", "outgoing campaigns")
      .flag("--all", said->all, "drafts and finished ones, too")
      .option("--status", said->status, "S", "only those with this status")
      .option("--tag", said->tag, "T", "only those with this tag")
      .runs([said](session& with) { return list_campaigns(with, *said); });
  root.command("show", "a campaign's details, every count, and what comes next")
      .argument("ID", said->id, "the campaign: c1")
      .runs([said](session& with) { return show_campaign(with, *said); });
  root.command("preview", "a letter as it would leave")
      .argument("ID", said->id, "the campaign: c1")
      .number("--index", said->index, "which recipient, from 0")
      .runs([said](session& with) { return preview(with, *said); });
}

} // namespace sluice::cli
