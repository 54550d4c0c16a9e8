// sluice erase: a recipient who asks for it is gone from everything that can be altered.

#include "adapters/cli/answers.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ostream>

namespace sluice::cli {
namespace {

outcome<exit_code> erase(session& with, const std::string& email) {
  const auto done = with.engine().post("/v1/erase", {{"email", email}});
  if (!done)
    return std::unexpected(done.error());
  auto& out = with.io().out;
  if (with.wants_json()) {
    out << json_text(*done, 2) << '\n';
    return exit_code::done;
  }
  out << "erased: " << counted(done->at("rows").size(), "row", "rows") << " of lists";
  for (const auto& one : done->at("rows"))
    out << (&one == &done->at("rows").front() ? ": " : ", ") << shown(text_of(one, "audience")) << " row "
        << number_of(one, "row") + 1;
  out << "; " << counted(number_of(*done, "suppressions"), "suppression", "suppressions")
      << " hidden; no list brings the address back: it stays suppressed\n";
  const auto total = number_of(*done, "named_by_total");
  if (total > 0) {
    out << "events of before name it, and cannot be altered:";
    for (const auto& one : done->at("named_by"))
      out << ' ' << shown(text_of(one, "campaign")) << '.' << number_of(one, "number");
    out << (static_cast<std::uint64_t>(total) > done->at("named_by").size()
                ? fmt::format(" … {} in all\n", total)
                : "\n");
  }
  return exit_code::done;
}

} // namespace

void add_erase_command(command_syntax root) {
  auto email = std::make_shared<std::string>();
  root.command("erase",
               "a recipient is erased from lists, indexes and suppressions, for good; it stays suppressed")
      .argument("ADDRESS", *email, "whom")
      .runs([email](session& with) { return erase(with, *email); });
}

} // namespace sluice::cli
