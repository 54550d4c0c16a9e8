#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <ostream>
#include <sstream>
#include <utility>

namespace sluice::cli {
namespace {

/// Addresses in one request.
constexpr std::size_t batch_size = 1000;

struct suppress_arguments {
  std::vector<std::string> emails;
  std::string reason;
  std::string list;
  std::string until;
  std::string words;
  std::string file;
};

/// Sends the entries off, a batch at a time, and adds up the field of the answers that says how many counted.
outcome<std::uint64_t> in_batches(session& with,
                                  const std::vector<nlohmann::json>& entries,
                                  const std::function<outcome<nlohmann::json>(nlohmann::json)>& send,
                                  const char* field) {
  std::uint64_t counted_so_far = 0;
  for (std::size_t first = 0; first < entries.size(); first += batch_size) {
    const auto last = std::min(entries.size(), first + batch_size);
    auto batch = nlohmann::json::array();
    for (auto i = first; i < last; ++i)
      batch.push_back(entries[i]);
    const auto answer = send(std::move(batch));
    if (!answer && first > 0)
      return fail(answer.error().code,
                  fmt::format("{} (the first {} addresses were taken)", answer.error().message, first));
    if (!answer)
      return std::unexpected(answer.error());
    counted_so_far += number_of(*answer, field);
  }
  if (with.wants_json())
    with.io().out << json_text({{field, counted_so_far}, {"given", entries.size()}}, 2) << '\n';
  return counted_so_far;
}

/// What goes for all entries of a request, where they do not say otherwise.
nlohmann::json terms_of(const suppress_arguments& said) {
  auto body = nlohmann::json::object();
  for (const auto& [field, value] :
       {std::pair("reason", &said.reason), std::pair("list", &said.list), std::pair("until", &said.until)})
    if (!value->empty())
      body[field] = *value;
  // A day alone is its beginning.
  if (said.until.size() == std::string_view("2027-01-01").size())
    body["until"] = said.until + "T00:00:00Z";
  return body;
}

outcome<exit_code>
add(session& with, const std::vector<nlohmann::json>& entries, const suppress_arguments& said) {
  const auto added = in_batches(
      with, entries,
      [&](nlohmann::json batch) {
        auto body = terms_of(said);
        if (std::ranges::all_of(batch, [](const auto& entry) { return entry.size() == 1; }))
          for (auto& entry : batch)
            body["emails"].push_back(std::move(entry["email"]));
        else
          body["items"] = std::move(batch);
        return with.engine().post("/v1/suppressions", body);
      },
      "added");
  if (!added)
    return std::unexpected(added.error());
  if (!with.wants_json())
    with.io().out << counted(*added, "address", "addresses") << " suppressed, " << entries.size() - *added
                  << " already were\n";
  return exit_code::done;
}

outcome<exit_code> add(session& with, const suppress_arguments& said) {
  std::vector<nlohmann::json> entries;
  for (const auto& email : said.emails)
    entries.push_back({{"email", email}});
  return add(with, entries, said);
}

outcome<exit_code> remove(session& with, const suppress_arguments& said) {
  const auto removed = in_batches(
      with, {said.emails.begin(), said.emails.end()},
      [&](nlohmann::json batch) {
        nlohmann::json body{{"emails", std::move(batch)}};
        if (!said.list.empty())
          body["list"] = said.list;
        return with.engine().remove("/v1/suppressions", body);
      },
      "removed");
  if (!removed)
    return std::unexpected(removed.error());
  if (!with.wants_json())
    with.io().out << counted(*removed, "address", "addresses") << " may get letters again, "
                  << said.emails.size() - *removed << " never were suppressed\n";
  return exit_code::done;
}

/// The fields of a line. What stands in quotes has no delimiter here: addresses, names and times need none.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (const auto one : line)
    if (one == ',' || one == ';' || one == '\t')
      fields.emplace_back();
    else if (one != '"' && one != '\r')
      fields.back().push_back(one);
  for (auto& field : fields) {
    const auto begin = field.find_first_not_of(' ');
    field = begin == std::string::npos ? "" : field.substr(begin, field.find_last_not_of(' ') - begin + 1);
  }
  return fields;
}

/// What a header line calls the columns; empty where the first line is an entry. The address is in the first, unless one
/// is called so.
std::vector<std::string> columns_in(const std::vector<std::string>& first) {
  if (first.front().find('@') != std::string::npos)
    return {};
  auto columns = first;
  for (auto& name : columns)
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  if (std::ranges::find(columns, "email") == columns.end())
    columns.front() = "email";
  return columns;
}

/// An entry a line: in the first field or that of the header's `email`, and beside it what columns named reason, list and
/// until say. Empty lines and lines that begin with # are passed over.
std::vector<nlohmann::json> entries_in(const std::string& text) {
  std::vector<nlohmann::json> found;
  std::istringstream lines(text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text);
  std::vector<std::string> columns;
  auto is_first = true;
  for (std::string line; std::getline(lines, line);) {
    const auto fields = fields_of(line);
    if (line.starts_with('#') || (fields.size() == 1 && fields.front().empty()))
      continue;
    if (std::exchange(is_first, false)) {
      columns = columns_in(fields);
      if (!columns.empty())
        continue;
      columns = {"email"};
    }
    nlohmann::json entry;
    for (std::size_t at = 0; at < std::min(fields.size(), columns.size()); ++at)
      if (const auto& name = columns[at];
          !fields[at].empty() && (name == "email" || name == "reason" || name == "list" || name == "until"))
        entry[name] = fields[at];
    if (entry.contains("email") && text_of(entry, "email").find('@') != std::string::npos)
      found.push_back(std::move(entry));
  }
  return found;
}

outcome<exit_code> import_file(session& with, const suppress_arguments& said) {
  const auto text = read_whole(said.file, with.io().in);
  if (!text)
    return std::unexpected(text.error());
  const auto entries = entries_in(*text);
  if (entries.empty())
    return fail(exit_code::usage,
                fmt::format("there is no address in {}; one a line is expected", shown(said.file)));
  return add(with, entries, said);
}

outcome<exit_code> list_suppressed(session& with, const suppress_arguments& said) {
  const auto row = [](const nlohmann::json& item) {
    const auto since = moment_of(item, "since");
    const auto until = moment_of(item, "until");
    const auto list = text_of(item, "list");
    return std::vector<std::string>{text_of(item, "email"), text_of(item, "reason"),
                                    since ? moment_words(*since) : "-", list.empty() ? "-" : list,
                                    until ? moment_words(*until) : "-"};
  };
  return print_list(with, "/v1/suppressions", {{"list", said.list}, {"q", said.words}},
                    {{.title = "EMAIL", .may_be_cut = true},
                     {.title = "REASON", .may_be_cut = true},
                     {.title = "SINCE"},
                     {.title = "LIST", .may_be_cut = true},
                     {.title = "UNTIL"}},
                    row, 0, "no address is suppressed");
}

} // namespace

void add_suppress_commands(command_syntax root) {
  auto said = std::make_shared<suppress_arguments>();
  auto group = root.command("suppress", "addresses that get no letter from anybody here");
  constexpr auto whom =
      "addresses; @example.com: everybody there, @*.example.com: everybody at the domains below it";
  constexpr auto reasons = "unsubscribed, bounced, complained or words of your own";
  group.command("add", "no letters to these any more")
      .arguments("EMAIL", said->emails, whom)
      .option("--reason", said->reason, "R", reasons)
      .option("--list", said->list, "NAME", "only no letters of this list")
      .option("--until", said->until, "TIME", "only until then: 2027-01-01, or 2027-01-01T09:00:00Z")
      .runs([said](session& with) { return add(with, *said); });
  group.command("remove", "letters to these again")
      .arguments("EMAIL", said->emails, whom)
      .option("--list", said->list, "NAME", "of the entries for this list")
      .runs([said](session& with) { return remove(with, *said); });
  group.command("list", "every suppressed address")
      .option("--list", said->list, "NAME", "only entries for this list")
      .option("--search", said->words, "WORDS", "only those that have these in their address")
      .runs([said](session& with) { return list_suppressed(with, *said); });
  group.command("import", "suppresses the addresses in a file")
      .argument("FILE", said->file,
                "an address a line, or a CSV with them in front; columns called reason, list and until go "
                "for their "
                "line; - is standard input")
      .option("--reason", said->reason, "R", reasons)
      .option("--list", said->list, "NAME", "only no letters of this list")
      .option("--until", said->until, "TIME", "only until then: 2027-01-01, or 2027-01-01T09:00:00Z")
      .runs([said](session& with) { return import_file(with, *said); });
}

} // namespace sluice::cli
