#include "adapters/cli/answers.hpp"
#include "adapters/cli/attachment_columns.hpp"
#include "adapters/cli/attachment_upload.hpp"
#include "adapters/cli/audience_import.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/steering.hpp"
#include "adapters/cli/text.hpp"
#include "adapters/cli/watching.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <ostream>

namespace sluice::cli {
namespace {

struct send_arguments {
  std::string file;
  std::string audience;
  list_reading_words list;
  attachment_column_words attachments;
  bool wait = false;
  bool accepts_left_out = false;
};

/// `a4` names an audience, unless there is a file of that name; everything else is a file.
bool is_file(const std::string& audience) {
  std::error_code trouble;
  return std::filesystem::exists(audience, trouble) || !parse_audience_id(audience);
}

/// What the engine would refuse anyway is told before an audience is imported for nothing.
result<void> check_content(nlohmann::json content) {
  if (content.is_object())
    content.erase("audience");
  const auto read = campaign_spec_from_json(content);
  if (!read)
    return std::unexpected(read.error());
  return {};
}

outcome<std::string> audience_for(session& with, const send_arguments& arguments) {
  const auto& said = arguments.audience;
  if (!is_file(said)) {
    if (!arguments.attachments.columns.empty())
      return fail(exit_code::usage,
                  fmt::format("--attachments goes with a list, and {} is an audience", said));
    return said;
  }
  const auto files = upload_named_files(with, said, arguments.list, arguments.attachments);
  if (!files)
    return std::unexpected(files.error());
  auto imported = import_audience(with, said, {}, arguments.list, files->replacements);
  if (!imported)
    return std::unexpected(imported.error());
  add_files(*imported, *files);
  with.io().err << import_words(*imported);
  return text_of(*imported, "id");
}

outcome<campaign_view> fetch(session& with, campaign_id id) {
  const auto answer = with.engine().get(fmt::format("/v1/campaigns/{}", to_string(id)));
  if (!answer)
    return std::unexpected(answer.error());
  return campaign_from(*answer);
}

void explain_start(session& with, const campaign_view& campaign) {
  auto& err = with.io().err;
  const auto id = to_string(campaign.id);
  err << id << ": " << status_words(campaign.status()) << '\n';
  if (campaign.status() != status::moderation)
    return;
  for (const auto& reason : campaign.moderation_reasons)
    err << "  - " << shown(reason) << '\n';
  err << "a moderator decides: " << with.hint(fmt::format("approve {}", id)) << " or "
      << with.hint(fmt::format("reject {}", id)) << std::endl;
}

outcome<exit_code> ended(const campaign_view& last) {
  const auto id = to_string(last.id);
  if (!last.fault.empty())
    return fail(exit_code::refused,
                fmt::format("{} is parked after repeated faults: {}", id, shown(last.fault)));
  if (last.stage == stage::sent)
    return exit_code::done;
  const auto words = last.moderation_words.empty() ? "" : fmt::format(": {}", shown(last.moderation_words));
  return fail(exit_code::refused, fmt::format("{} was not sent: {}{}", id, status_words(last.status()),
                                              last.stage == stage::rejected ? words : ""));
}

void print_answer(session& with, const std::string& audience, const campaign_view& campaign) {
  const auto id = to_string(campaign.id);
  if (with.wants_json())
    with.io().out << json_text({{"id", id},
                                {"audience", audience},
                                {"status", std::string{name_of(campaign.status())}},
                                {"reasons", campaign.moderation_reasons},
                                {"accepted", campaign.counts.of(letter_state::accepted)},
                                {"refused", campaign.counts.of(letter_state::refused)},
                                {"skipped", campaign.counts.of(letter_state::skipped)}},
                               2)
                  << '\n';
  else
    with.io().out << id << '\n';
}

outcome<exit_code> send(session& with, const send_arguments& said) {
  if (said.file == "-" && said.audience == "-")
    return fail(exit_code::usage, "the standard input cannot be the campaign and the audience both");
  auto content = read_json(said.file, with.io().in);
  if (!content)
    return std::unexpected(content.error());
  if (const auto uploaded = upload_attachments_of(with, *content, said.file); !uploaded)
    return std::unexpected(uploaded.error());
  if (const auto good = check_content(*content); !good)
    return fail(exit_code::usage, fmt::format("{}: {}", shown(said.file), good.error().message));
  const auto audience = audience_for(with, said);
  if (!audience)
    return std::unexpected(audience.error());
  const auto draft = create_draft(with, std::move(*content), *audience,
                                  {.key = {}, .accepts_left_out = said.accepts_left_out});
  if (!draft)
    return std::unexpected(draft.error());
  tell_warnings(with, *draft);
  const auto id = campaign_of(text_of(*draft, "id"));
  if (!id)
    return fail(exit_code::refused, "the engine made a draft and named no id");
  if (const auto started = steer(with, *id, "start", {}); !started)
    return fail(started.error().code,
                fmt::format("{} (the draft {} is kept)", started.error().message, to_string(*id)));
  const auto begun = fetch(with, *id);
  if (!begun)
    return std::unexpected(begun.error());
  explain_start(with, *begun);
  if (!said.wait) {
    print_answer(with, *audience, *begun);
    return exit_code::done;
  }
  const auto last = watch_to_end(with, *id, with.wants_json());
  if (!last)
    return std::unexpected(last.error());
  if (!with.wants_json())
    with.io().out << to_string(*id) << ' ' << status_words(last->status()) << ": "
                  << counts_words(last->counts) << '\n';
  else
    print_answer(with, *audience, *last);
  return ended(*last);
}

} // namespace

void add_send_command(command_syntax root) {
  auto said = std::make_shared<send_arguments>();
  auto command = root.command("send", "imports the audience, makes the campaign and starts it");
  add_list_options(command, said->list);
  add_attachment_options(command, said->attachments);
  command.argument("FILE", said->file, "a campaign file (JSON)")
      .required_option("--audience", said->audience, "FILE|ID",
                       "CSV, XLSX or JSON Lines file, or an audience's id: a1")
      .flag("--accept-left-out", said->accepts_left_out, "also a list of which much was left out")
      .flag("--wait", said->wait, "watch until it is final: exit code 0 only when it was sent")
      .runs([said](session& with) { return send(with, *said); });
}

} // namespace sluice::cli
