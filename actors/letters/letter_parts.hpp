#pragma once
// A letter taken apart for people to look at, so that nobody else needs to read MIME.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// A file that a letter carries.
struct letter_file {
  std::string name;
  std::string type;
  std::string content_id; ///< not empty: the HTML shows it
  std::uint64_t bytes = 0;
};

struct letter_parts {
  std::string subject; ///< decoded, as are the other headers
  std::string from;
  std::string to;
  std::string html;                                         ///< empty when there is none
  std::string text;                                         ///< likewise
  std::vector<std::pair<std::string, std::string>> headers; ///< in their order
  std::vector<letter_file> files;                           ///< likewise
};

/// Takes a letter of ours (RFC 5322) apart.
letter_parts parts_of(std::string_view source);

} // namespace sluice
