#include "adapters/cli/configuration_source.hpp"

#include "adapters/cli/source_file.hpp"

#include <filesystem>

namespace sluice::cli {

namespace {
constexpr const char* default_file = "sluice.toml";
}

outcome<std::optional<configuration_file>> read_configuration_file(session& with, const std::string& said) {
  auto name = said.empty() ? variable(with.io().variables, "SLUICE_CONFIG") : said;
  std::error_code trouble;
  if (name.empty() && !std::filesystem::exists(default_file, trouble))
    return std::optional<configuration_file>{};
  if (name.empty())
    name = default_file;
  auto text = read_whole(name, with.io().in);
  if (!text)
    return std::unexpected(text.error());
  return configuration_file{name, std::move(*text)};
}

} // namespace sluice::cli
