// audit verify and audit seal: proof that the logs are what they were.

#include "actors/audit/audit.hpp"
#include "actors/audit/house_audit.hpp"
#include "actors/audit/seal.hpp"
#include "adapters/cli/answers.hpp"
#include "adapters/cli/audit_data.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"
#include "messages/json.hpp"
#include "messages/notice_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <ostream>

namespace sluice::cli {
namespace {

struct proof_arguments {
  std::string id;
  std::string seal_file;
  std::string public_key;
  std::string key_file;
  std::string out_file;
  std::string words;
};

/// A folder that cannot be opened because it is damaged is a fault of the logs, not of the command.
outcome<nlohmann::json> report_of_damage(const error& what) {
  if (what.code != error_code::corrupt)
    return refusal(what);
  return to_json(audit_report{.campaigns = 0, .events = 0, .faults = {{{}, 0, what.message}}});
}

outcome<nlohmann::json> verify_store(const std::string& url,
                                     std::optional<campaign_id> only,
                                     const std::optional<log_seal>& seal,
                                     const std::string& signer,
                                     timestamp now) {
  const auto opened = open_store(url, open_mode::read_only);
  if (!opened)
    return report_of_damage(opened.error());
  const audit_request asked{.only = only, .now = now};
  const auto report = seal ? verify_sealed(**opened, asked, *seal, signer) : verify_logs(**opened, asked);
  if (!report)
    return report_of_damage(report.error());
  return to_json(*report);
}

outcome<nlohmann::json> report_for(session& with, const proof_arguments& said) {
  const auto named = log_of(said.id);
  if (!named)
    return std::unexpected(named.error());
  const auto only = *named;
  if (said.seal_file.empty() && !said.public_key.empty())
    return fail(exit_code::usage, "--public-key says whose seal it must be: give the seal with --seal FILE");
  std::optional<log_seal> seal;
  if (!said.seal_file.empty()) {
    const auto given = read_json(said.seal_file, with.io().in);
    if (!given)
      return std::unexpected(given.error());
    auto read = seal_from_json(*given);
    if (!read)
      return fail(exit_code::refused, fmt::format("{}: {}", said.seal_file, read.error().message));
    seal = std::move(*read);
  }
  if (const auto url = with.store_said(); !url.empty())
    return verify_store(url, only, seal, said.public_key, with.io().now());
  const auto campaign = only ? log_name(*only) : std::string{};
  if (!seal)
    return with.engine().get("/v1/audit", {{"campaign", campaign}});
  return with.engine().post(
      "/v1/audit", {{"campaign", campaign}, {"public_key", said.public_key}, {"seal", to_json(*seal)}});
}

void tell_of(std::ostream& out, const nlohmann::json& found) {
  for (const auto& one : found) {
    const auto campaign = text_of(one, "campaign");
    out << (campaign.empty()             ? "the store"
            : campaign == house_log_name ? std::string{"the house's log"}
                                         : shown(campaign));
    if (number_of(one, "number") > 0)
      out << " event " << number_of(one, "number");
    out << ": " << shown(text_of(one, "what")) << '\n';
  }
}

outcome<exit_code> verify(session& with, const proof_arguments& said) {
  const auto report = report_for(with, said);
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
    tell_of(out, *faults);
  if (const auto remarks = report->find("remarks"); remarks != report->end() && remarks->is_array())
    tell_of(out, *remarks);
  out << counted(number_of(*report, "campaigns"), "campaign", "campaigns") << ", "
      << counted(number_of(*report, "events"), "event", "events") << ", "
      << counted(number_of(*report, "audiences"), "list", "lists") << " with "
      << counted(number_of(*report, "rows"), "row", "rows") << ": "
      << (is_faulty ? counted(faults->size(), "fault", "faults") : std::string{"no fault found"}) << '\n';
  return is_faulty ? exit_code::faulty : exit_code::done;
}

outcome<log_seal> seal_of_folder(session& with, const store& from, const std::filesystem::path& key_file) {
  const auto key = ed25519_key::load_or_make(key_file);
  if (!key)
    return refusal(key.error());
  auto seal = seal_logs(from, *key, with.io().now());
  if (!seal)
    return refusal(seal.error());
  return std::move(*seal);
}

/// The engine's own; signed again where a key was given.
outcome<log_seal> seal_of_engine(session& with, const std::string& key_file) {
  const auto answer = with.engine().post("/v1/audit/seal", nlohmann::json::object());
  if (!answer)
    return std::unexpected(answer.error());
  auto seal = seal_from_json(*answer);
  if (!seal)
    return refusal(seal.error());
  if (key_file.empty())
    return std::move(*seal);
  if (const auto genuine = check_seal(*seal, ""); !genuine)
    return refusal(genuine.error());
  const auto key = ed25519_key::load_or_make(key_file);
  if (!key)
    return refusal(key.error());
  return signed_again(std::move(*seal), *key);
}

outcome<exit_code> make_seal(session& with, const proof_arguments& said) {
  const auto data = open_audit_data(with);
  if (!data)
    return std::unexpected(data.error());
  if (*data && said.key_file.empty() && with.data_folder_said().empty())
    return fail(exit_code::usage,
                "a database has no key of its own: name one with --key FILE, such as seal.key in the "
                "folder of an engine");
  const auto own_key = with.data_folder_said() / seal_key_file;
  const auto seal =
      *data ? seal_of_folder(with, **data,
                             said.key_file.empty() ? own_key : std::filesystem::path(said.key_file))
            : seal_of_engine(with, said.key_file);
  if (!seal)
    return std::unexpected(seal.error());
  const auto text = json_text(to_json(*seal), 1) + '\n';
  if (said.out_file.empty()) {
    with.io().out << text;
    return exit_code::done;
  }
  std::ofstream file(said.out_file, std::ios::trunc);
  file << text << std::flush;
  if (!file)
    return fail(exit_code::refused, fmt::format("cannot write {}", said.out_file));
  if (with.wants_json())
    with.io().out << text;
  else
    with.io().out << counted(seal->heads.size(), "campaign", "campaigns") << " sealed in "
                  << shown(said.out_file) << "; public key " << to_hex(seal->public_key) << '\n';
  return exit_code::done;
}

/// On a stopped engine's folder: what somebody did to its tables stays, and the house's log says so.
outcome<exit_code> accept(session& with, const proof_arguments& said) {
  if (is_shared_store(with.store_said()))
    return fail(exit_code::refused, "audit accept writes into the store, and a database is written to by "
                                    "nodes of a cluster only: stop its "
                                    "engines, copy it into a folder (sluice store copy), accept there, and "
                                    "copy the folder into an empty database");
  const auto folder = with.data_folder_said();
  if (folder.empty() || said.words.empty())
    return fail(exit_code::usage, "audit accept is for the folder of a stopped engine, and for a reason: "
                                  "--data DIR --reason TEXT");
  auto opened = open_store(folder, open_mode::read_write);
  if (!opened)
    return refusal(opened.error());
  for (const auto& one : (*opened)->table_faults())
    with.io().out << shown(words_of(one.what)) << '\n';
  const auto accepted = (*opened)->accept_tables(said.words, {{"audit accept", {}}, with.io().now()});
  if (!accepted)
    return refusal(accepted.error());
  with.io().out << (*accepted == 0
                        ? std::string{"the tables are what the house's log says: nothing to accept"}
                        : counted(*accepted, "difference", "differences") + " accepted")
                << '\n';
  return exit_code::done;
}

} // namespace

outcome<std::optional<campaign_id>> log_of(const std::string& said) {
  if (said.empty())
    return std::optional<campaign_id>{};
  if (said == house_log_name)
    return std::optional(house_log_id);
  const auto id = campaign_of(said);
  if (!id)
    return std::unexpected(id.error());
  return std::optional(*id);
}

void add_proof_commands(command_syntax audit) {
  auto said = std::make_shared<proof_arguments>();
  audit.command("verify", "checks every rule and the hash chain; exit code 4 where one is broken")
      .optional_argument("ID", said->id, "one campaign, or house; all if left out")
      .option("--seal", said->seal_file, "FILE", "holds the logs against this seal as well")
      .option("--public-key", said->public_key, "KEY", "the seal must be signed with this key")
      .runs([said](session& with) { return verify(with, *said); });
  audit.command("accept", "takes the tables of a stopped engine as they are, although somebody changed them")
      .option("--reason", said->words, "TEXT", "why; it stands in the house's log")
      .runs([said](session& with) { return accept(with, *said); });
  audit.command("seal", "a signed statement of where every log ends, to be kept elsewhere")
      .option("--key", said->key_file, "FILE",
              "the private key (PEM), made if it is not there; default: seal.key in the data folder")
      .option("--out", said->out_file, "FILE", "writes the seal there and prints the public key")
      .runs([said](session& with) { return make_seal(with, *said); });
}

} // namespace sluice::cli
