#include "persistence/stores/open_store.hpp"

#include "persistence/memory/store.hpp"
#include "persistence/postgres/store.hpp"
#include "persistence/rocksdb/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace sluice {

namespace {

struct store_url {
  std::string_view scheme; ///< empty: the path of a folder
  std::string_view rest;
};

/// RFC 3986, section 3.1: a letter, then letters, digits, "+", "-" and ".".
store_url split(const std::string& url) {
  const std::string_view text(url);
  const auto colon = text.find(':');
  const auto scheme = text.substr(0, colon);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool is_scheme = colon != std::string_view::npos && !scheme.empty() && is_letter(scheme.front()) &&
                         std::ranges::all_of(scheme, [&](char c) {
                           return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
                         });
  // A folder that was made when URLs were not known yet may have a colon in its name.
  std::error_code problem;
  if (!is_scheme || std::filesystem::is_directory(url, problem))
    return {.scheme = {}, .rest = text};
  return {.scheme = scheme, .rest = text.substr(colon + 1)};
}

std::unexpected<error> no_such_form(std::string_view scheme, const std::string& url) {
  return failure(error_code::invalid_input,
                 fmt::format("there is no kind of store \"{}:\"; there are rocksdb:PATH, postgresql://… and "
                             "memory:, and the path of a folder alone (./{}, where that is one's name)",
                             scheme, url));
}

} // namespace

bool is_shared_store(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string shown_store_url(const std::string& url) {
  return is_shared_store(url) ? shown_postgres_url(url) : url;
}

result<std::unique_ptr<store>>
open_store(const std::string& url, open_mode mode, const shared_store_settings& shared) {
  if (is_shared_store(url))
    return open_postgres_store({.url = url, .accept_single = shared.accept_single},
                               {.name = shared.node, .address = shared.address, .folder = shared.folder},
                               mode);
  if (const auto [scheme, rest] = split(url); scheme == "memory") {
    if (!rest.empty())
      return failure(error_code::invalid_input, fmt::format("nothing may stand behind memory: in {}", url));
    if (mode == open_mode::read_only)
      return failure(error_code::not_found,
                     "a store in memory is empty when it is opened: there is nothing to read");
    return make_memory_store();
  }
  const auto folder = store_folder(url);
  if (!folder)
    return std::unexpected(folder.error());
  return open_rocksdb_store(*folder, mode);
}

result<std::filesystem::path> store_folder(const std::string& url) {
  const auto [scheme, rest] = split(url);
  if (scheme == "memory")
    return failure(error_code::invalid_input, "a store in memory lives in no folder; name one");
  if (is_shared_store(url))
    return failure(error_code::invalid_input, "a store in a database lives in no folder; name one");
  if (!scheme.empty() && scheme != "rocksdb")
    return no_such_form(scheme, url);
  if (rest.empty())
    return failure(error_code::invalid_input, "a store needs a folder: rocksdb:PATH, or the path alone");
  return std::filesystem::path(rest);
}

} // namespace sluice
