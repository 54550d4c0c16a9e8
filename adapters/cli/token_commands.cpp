#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/listing.hpp"
#include "adapters/cli/text.hpp"
#include "persistence/tokens.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

struct token_arguments {
  std::string role;
  std::string name;
  std::string id;
  std::string expires;
  std::string overlap;
  std::vector<std::string> domains;
  std::vector<std::string> tags;
};

/// The secret alone on standard output, for scripts; what it is, on the other.
void print_secret(session& with, const nlohmann::json& answer) {
  auto& io = with.io();
  const auto secret =
      text_of(answer, "secret").empty() ? text_of(answer, "token") : text_of(answer, "secret");
  const auto expires = moment_of(answer, "expires_at");
  io.out << shown(secret) << '\n';
  io.err << "token " << shown(text_of(answer, "id")) << " of " << shown(text_of(answer, "name"))
         << "; it is shown this once and kept nowhere; "
         << (expires ? "it expires on " + moment_words(*expires) : "it never expires") << std::endl;
}

outcome<exit_code> create(session& with, const token_arguments& said) {
  if (!parse_role(said.role))
    return fail(exit_code::usage,
                fmt::format("there is no role \"{}\"; there are {}", shown(said.role), role_names_text));
  nlohmann::json wanted{{"role", said.role}, {"name", said.name}};
  if (!said.expires.empty())
    wanted["expires"] = said.expires;
  if (!said.domains.empty())
    wanted["domains"] = said.domains;
  if (!said.tags.empty())
    wanted["tags"] = said.tags;
  const auto answer = with.engine().post("/v1/tokens", wanted);
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json()) {
    with.io().out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  print_secret(with, *answer);
  return exit_code::done;
}

outcome<exit_code> rotate(session& with, const token_arguments& said) {
  auto wanted = nlohmann::json::object();
  if (!said.expires.empty())
    wanted["expires"] = said.expires;
  if (!said.overlap.empty())
    wanted["overlap"] = said.overlap;
  const auto answer = with.engine().post(fmt::format("/v1/tokens/{}/rotate", url_encoded(said.id)), wanted);
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    print_secret(with, *answer);
  return exit_code::done;
}

/// "domain shop.example, tag spring", or "-".
std::string limits_words(const nlohmann::json& item) {
  std::string words;
  for (const auto& [field, name] : {std::pair{"domains", "domain "}, std::pair{"tags", "tag "}})
    if (const auto list = item.find(field); list != item.end() && list->is_array())
      for (const auto& one : *list)
        if (one.is_string())
          words += (words.empty() ? "" : ", ") + (name + one.get<std::string>());
  return words.empty() ? "-" : words;
}

outcome<exit_code> list_tokens(session& with) {
  const auto row = [](const nlohmann::json& item) {
    const auto created = moment_of(item, "created_at");
    const auto expires = moment_of(item, "expires_at");
    return std::vector<std::string>{text_of(item, "id"),
                                    text_of(item, "name"),
                                    text_of(item, "role"),
                                    created ? moment_words(*created) : "-",
                                    expires ? moment_words(*expires) : "never",
                                    limits_words(item)};
  };
  return print_list(with, "/v1/tokens", {},
                    {{.title = "ID"},
                     {.title = "NAME", .may_be_cut = true},
                     {.title = "ROLE"},
                     {.title = "CREATED"},
                     {.title = "EXPIRES"},
                     {.title = "LIMITED TO", .may_be_cut = true}},
                    row, 0, "no tokens");
}

outcome<exit_code> revoke(session& with, const token_arguments& said) {
  const auto answer = with.engine().remove(fmt::format("/v1/tokens/{}", url_encoded(said.id)));
  if (!answer)
    return std::unexpected(answer.error());
  if (with.wants_json())
    with.io().out << json_text(*answer, 2) << '\n';
  else
    with.io().out << shown(said.id) << " is revoked\n";
  return exit_code::done;
}

} // namespace

void add_token_commands(command_syntax root) {
  auto said = std::make_shared<token_arguments>();
  auto group = root.command("token", "who may do what");
  group.command("create", "a new token; it is printed once")
      .required_option("--role", said->role, "R", std::string{role_names_text})
      .required_option("--name", said->name, "N", "whose it is; shows in the log; never given again")
      .option("--expires", said->expires, "D", "90d, a time, or never; a year where it is not said")
      .options("--domain", said->domains, "D", "only campaigns that are sent from this domain")
      .options("--tag", said->tags, "T", "only campaigns that have this tag")
      .runs([said](session& with) { return create(with, *said); });
  group.command("list", "every token, without its secret").runs([](session& with) {
    return list_tokens(with);
  });
  group.command("rotate", "gives a token another secret; it is printed once")
      .argument("ID", said->id, "its id or name")
      .option("--expires", said->expires, "D", "90d, a time, or never; a year, or never where it never did")
      .option("--overlap", said->overlap, "D",
              "so long the old secret is taken, too; not at all where it is not said")
      .runs([said](session& with) { return rotate(with, *said); });
  group.command("revoke", "makes a token worthless")
      .argument("ID", said->id, "its id or name")
      .runs([said](session& with) { return revoke(with, *said); });
}

} // namespace sluice::cli
