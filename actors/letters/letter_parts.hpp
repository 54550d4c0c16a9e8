#pragma once
// A letter taken apart for people to look at, so that nobody else needs to read MIME.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

struct letter_parts {
  std::string subject; ///< decoded, as are the other headers
  std::string from;
  std::string to;
  std::string html;                                         ///< empty when there is none
  std::string text;                                         ///< likewise
  std::vector<std::pair<std::string, std::string>> headers; ///< in their order
};

/// Takes a letter of ours (RFC 5322) apart.
letter_parts parts_of(std::string_view source);

} // namespace sluice
