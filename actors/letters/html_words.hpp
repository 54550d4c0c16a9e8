#pragma once
// What there is to read in the HTML of a letter that was made, for checks: all text, also hidden text and what only
// Outlook shows, and every address. Unlike html_text.hpp it lays nothing out, and what is between two letters that a
// reader sees side by side (comments, tags) is gone.

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct html_words {
  std::string text;              ///< UTF-8; a new line where a block begins or ends
  std::vector<std::string> urls; ///< of links, pictures and forms, without character references
};

html_words words_of_html(std::string_view html);

} // namespace sluice
