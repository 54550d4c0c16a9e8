#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <sstream>

namespace sluice::cli {
namespace {

/// Addresses in one request.
constexpr std::size_t batch_size = 1000;

struct suppress_arguments {
  std::vector<std::string> emails;
  std::string reason;
  std::string file;
};

/// Sends the addresses off, a batch at a time, and adds up the field of the answers that says how many counted.
outcome<std::uint64_t> in_batches(session& with,
                                  const std::vector<std::string>& emails,
                                  const std::function<outcome<nlohmann::json>(nlohmann::json)>& send,
                                  const char* field) {
  std::uint64_t counted_so_far = 0;
  for (std::size_t first = 0; first < emails.size(); first += batch_size) {
    const auto last = std::min(emails.size(), first + batch_size);
    auto batch = nlohmann::json::array();
    for (auto i = first; i < last; ++i)
      batch.push_back(emails[i]);
    const auto answer = send(std::move(batch));
    if (!answer && first > 0)
      return fail(answer.error().code,
                  fmt::format("{} (the first {} addresses were taken)", answer.error().message, first));
    if (!answer)
      return std::unexpected(answer.error());
    counted_so_far += number_of(*answer, field);
  }
  if (with.wants_json())
    with.io().out << json_text({{field, counted_so_far}, {"given", emails.size()}}, 2) << '\n';
  return counted_so_far;
}

outcome<exit_code> add(session& with, const std::vector<std::string>& emails, const std::string& reason) {
  const auto added = in_batches(
      with, emails,
      [&](nlohmann::json batch) {
        nlohmann::json body{{"emails", std::move(batch)}};
        if (!reason.empty())
          body["reason"] = reason;
        return with.engine().post("/v1/suppressions", body);
      },
      "added");
  if (!added)
    return std::unexpected(added.error());
  if (!with.wants_json())
    with.io().out << counted(*added, "address", "addresses") << " suppressed, " << emails.size() - *added
                  << " already were\n";
  return exit_code::done;
}

outcome<exit_code> remove(session& with, const std::vector<std::string>& emails) {
  const auto removed = in_batches(
      with, emails,
      [&](nlohmann::json batch) {
        return with.engine().remove("/v1/suppressions", nlohmann::json{{"emails", std::move(batch)}});
      },
      "removed");
  if (!removed)
    return std::unexpected(removed.error());
  if (!with.wants_json())
    with.io().out << counted(*removed, "address", "addresses") << " may get letters again, "
                  << emails.size() - *removed << " never were suppressed\n";
  return exit_code::done;
}

/// The first field of each line; a header line, empty lines and lines that begin with # are passed over.
std::vector<std::string> addresses_in(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  for (std::string line; std::getline(lines, line);) {
    auto field = line.substr(0, line.find_first_of(",;\t\r"));
    std::erase_if(field, [](char c) { return c == ' ' || c == '"'; });
    if (!field.empty() && field.front() != '#' && field.find('@') != std::string::npos)
      found.push_back(std::move(field));
  }
  return found;
}

outcome<exit_code> import_file(session& with, const suppress_arguments& said) {
  const auto text = read_whole(said.file, with.io().in);
  if (!text)
    return std::unexpected(text.error());
  const auto emails = addresses_in(*text);
  if (emails.empty())
    return fail(exit_code::usage,
                fmt::format("there is no address in {}; one a line is expected", shown(said.file)));
  return add(with, emails, said.reason);
}

outcome<exit_code> list_suppressed(session& with) {
  const auto row = [](const nlohmann::json& item) {
    const auto since = moment_of(item, "since");
    return std::vector<std::string>{text_of(item, "email"), text_of(item, "reason"),
                                    since ? moment_words(*since) : "-"};
  };
  return print_list(
      with, "/v1/suppressions", {},
      {{.title = "EMAIL", .may_be_cut = true}, {.title = "REASON", .may_be_cut = true}, {.title = "SINCE"}},
      row, 0, "no address is suppressed");
}

} // namespace

void add_suppress_commands(command_syntax root) {
  auto said = std::make_shared<suppress_arguments>();
  auto group = root.command("suppress", "addresses that get no letter from anybody here");
  group.command("add", "no letters to these any more")
      .arguments("EMAIL", said->emails, "addresses")
      .option("--reason", said->reason, "R", "unsubscribed, bounced, complained or words of your own")
      .runs([said](session& with) { return add(with, said->emails, said->reason); });
  group.command("remove", "letters to these again")
      .arguments("EMAIL", said->emails, "addresses")
      .runs([said](session& with) { return remove(with, said->emails); });
  group.command("list", "every suppressed address").runs([](session& with) { return list_suppressed(with); });
  group.command("import", "suppresses the addresses in a file")
      .argument("FILE", said->file, "an address a line, or a CSV with them in front; - is standard input")
      .option("--reason", said->reason, "R", "unsubscribed, bounced, complained or words of your own")
      .runs([said](session& with) { return import_file(with, *said); });
}

} // namespace sluice::cli
