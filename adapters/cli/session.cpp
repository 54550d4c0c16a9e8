#include "adapters/cli/session.hpp"

#include "adapters/cli/engine_address.hpp"
#include "adapters/cli/private_file.hpp"
#include "adapters/cli/text.hpp"
#include "persistence/stores/open_store.hpp"

#include <fmt/format.h>

namespace sluice::cli {
namespace {

std::string first_of(const std::string& said, const environment& variables, std::string_view name) {
  return said.empty() ? variable(variables, name) : said;
}

} // namespace

session::session(console& around, common_options options) : io_(around), options_(std::move(options)) {}

session::~session() = default;

std::string session::url() const {
  auto found = first_of(options_.url, io_.variables, "SLUICE_URL");
  if (found.empty())
    found = default_url;
  while (found.ends_with('/'))
    found.pop_back();
  return found;
}

std::string session::store_said() const {
  return first_of(options_.data, io_.variables, "SLUICE_DATA");
}

std::filesystem::path session::data_folder_said() const {
  const auto said = store_said();
  if (is_shared_store(said))
    return {};
  return store_folder(said).value_or(said); // what names no folder is refused by whoever opens it
}

engine_credentials session::credentials() const {
  engine_credentials with{.token = first_of(options_.token, io_.variables, "SLUICE_TOKEN"),
                          .ca_file = first_of(options_.ca_file, io_.variables, "SLUICE_CACERT")};
  token_origin from;
  if (with.token.empty()) {
    const auto said = data_folder_said();
    from.folder = said.empty() ? std::filesystem::path{default_data_folder} : said;
    const auto kept = read_private_line(from.folder / "token");
    if (!kept)
      with.withheld = kept.error();
    else
      with.token = kept->value_or("");
    from.runs_at = address_of_running(from.folder);
  }
  if (!with.token.empty())
    with.withheld = why_withheld(url(), from);
  return with;
}

engine_client& session::engine() {
  if (!engine_)
    engine_ = std::make_unique<engine_client>(url(), credentials());
  return *engine_;
}

std::string session::hint(const std::string& command) const {
  auto words = fmt::format("{} {}", io_.program, command);
  if (!options_.url.empty())
    words += fmt::format(" --url {}", options_.url);
  if (!options_.data.empty())
    words += fmt::format(" --data {}", shown_store_url(options_.data));
  return words;
}

outcome<campaign_id> campaign_of(const std::string& text) {
  const auto id = parse_campaign_id(text);
  if (!id || id->value == 0)
    return fail(exit_code::usage,
                fmt::format("\"{}\" is no campaign's id; they look like c1 (see sluice list)", shown(text)));
  return *id;
}

outcome<audience_id> audience_of(const std::string& text) {
  const auto id = parse_audience_id(text);
  if (!id || id->value == 0)
    return fail(
        exit_code::usage,
        fmt::format("\"{}\" is no audience's id; they look like a1 (see sluice audience list)", shown(text)));
  return *id;
}

} // namespace sluice::cli
