#include "adapters/cli/attachment_upload.hpp"

#include "adapters/cli/answers.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace sluice::cli {

outcome<nlohmann::json> upload_attachment(session& with, const std::string& file) {
  auto opened = source_file::open(file, with.io().in);
  if (!opened)
    return std::unexpected(opened.error());
  const auto read = [&](char* into, std::size_t bytes_max) { return opened->read(into, bytes_max); };
  return with.engine().upload("/v1/attachments", {{"name", std::filesystem::path{file}.filename().string()}},
                              read, opened->size());
}

outcome<void>
upload_attachments_of(session& with, nlohmann::json& campaign, const std::string& campaign_file) {
  if (!campaign.is_object() || !campaign.contains("attachments") || !campaign["attachments"].is_array())
    return {}; // the engine says what is wrong
  for (auto& one : campaign["attachments"]) {
    if (!one.is_object() || !one.contains("file"))
      continue;
    if (!one["file"].is_string() || one.contains("id") || one.contains("column"))
      return fail(exit_code::usage,
                  fmt::format("{}: attachments: \"file\" is a path, and stands for \"id\" and \"column\"",
                              shown(campaign_file)));
    auto path = std::filesystem::path{one["file"].get<std::string>()};
    if (path.is_relative() && campaign_file != "-")
      path = std::filesystem::path{campaign_file}.parent_path() / path;
    const auto answer = upload_attachment(with, path.string());
    if (!answer)
      return fail(answer.error().code, fmt::format("{}: {}", shown(path.string()), answer.error().message));
    one.erase("file");
    one["id"] = text_of(*answer, "id");
    if (!one.contains("name"))
      one["name"] = text_of(*answer, "name");
  }
  return {};
}

} // namespace sluice::cli
