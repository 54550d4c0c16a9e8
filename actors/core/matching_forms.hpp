#pragma once
// A text as patterns are matched on it. Whoever hides a word writes it with letters of other scripts or of other forms,
// with marks and characters that nobody sees, with digits that look like letters, or with dots and spaces between its
// letters: each way has a form here that takes it back. Pure, and in time linear in the text.
//
// Compatibility letters are folded as NFKC_Casefold has it (UAX #15, UTS #39), lookalikes by the confusables of UTS #39:
// towards Latin letters, and where the patterns have Cyrillic ones towards these.

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The text itself first, then each form that differs from those before it, in UTF-8. Line ends stay.
std::vector<std::string> matching_forms(std::string_view text, bool wants_cyrillic);

/// The addresses in a text: what begins with a scheme and ://, with mailto: or with www.
std::vector<std::string_view> urls_in(std::string_view text);

/// A URL as a reader of it sees it: %XX decoded, however often it was encoded (three times at most), and the host with
/// U-labels (RFC 5890).
std::string readable_url(std::string_view url);

/// Lines of a paragraph end to end: a line end becomes a space where no empty line follows.
std::string with_joined_lines(std::string_view text);

} // namespace sluice
