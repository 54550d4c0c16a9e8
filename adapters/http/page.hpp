#pragma once
// The page's files, as they were built into the executable, and how they are served: names that carry a hash
// of what is in them may be kept for ever, index.html is asked for anew each time.

#include "adapters/http/message.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace sluice {

/// One built file. All of it lies in the executable and lives as long as the process.
struct page_file {
  std::string_view path; ///< "/index.html", "/assets/index-1a2b3c.js"
  std::string_view content_type;
  std::string_view etag;    ///< quoted (RFC 9110 section 8.8.3)
  std::string_view body;    ///< as it is
  std::string_view gzipped; ///< the same in gzip (RFC 1952); empty where that is no shorter
};

using page_files = std::span<const page_file>;

/// What of a request a file's answer depends on.
struct page_request {
  std::string_view path;            ///< without the query; "/" is index.html
  std::string_view accept_encoding; ///< the header, or empty
  std::string_view if_none_match;   ///< the header, or empty
};

/// The answer to GET; nothing where the page has no such file.
std::optional<http_response> page_answer(page_files files, const page_request& request);

} // namespace sluice
