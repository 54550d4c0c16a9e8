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
};

outcome<exit_code> create(session& with, const token_arguments& said) {
  if (!parse_role(said.role))
    return fail(exit_code::usage,
                fmt::format("there is no role \"{}\"; there are viewer, operator, moderator, admin",
                            shown(said.role)));
  const auto answer = with.engine().post("/v1/tokens", {{"role", said.role}, {"name", said.name}});
  if (!answer)
    return std::unexpected(answer.error());
  auto& io = with.io();
  if (with.wants_json()) {
    io.out << json_text(*answer, 2) << '\n';
    return exit_code::done;
  }
  const auto secret =
      text_of(*answer, "secret").empty() ? text_of(*answer, "token") : text_of(*answer, "secret");
  io.out << shown(secret) << '\n';
  io.err << "token " << shown(text_of(*answer, "id")) << " of " << shown(said.name)
         << "; it is shown this once and kept nowhere" << std::endl;
  return exit_code::done;
}

outcome<exit_code> list_tokens(session& with) {
  const auto row = [](const nlohmann::json& item) {
    const auto created = moment_of(item, "created_at");
    return std::vector<std::string>{text_of(item, "id"), text_of(item, "name"), text_of(item, "role"),
                                    created ? moment_words(*created) : "-"};
  };
  return print_list(
      with, "/v1/tokens", {},
      {{.title = "ID"}, {.title = "NAME", .may_be_cut = true}, {.title = "ROLE"}, {.title = "CREATED"}}, row,
      0, "no tokens");
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
      .required_option("--role", said->role, "R", "viewer, operator, moderator or admin")
      .required_option("--name", said->name, "N", "whose it is; shows in the log")
      .runs([said](session& with) { return create(with, *said); });
  group.command("list", "every token, without its secret").runs([](session& with) {
    return list_tokens(with);
  });
  group.command("revoke", "makes a token worthless")
      .argument("ID", said->id, "its id or name")
      .runs([said](session& with) { return revoke(with, *said); });
}

} // namespace sluice::cli
