#pragma once
// A file as a part of a letter: its header lines and its content in base64 (RFC 2045), 76 columns a line. A name that is
// not plain ASCII is written by RFC 2231; for readers that do not know that, the type's `name` says it as encoded words
// (RFC 2047), as other programs do.

#include "messages/error.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace sluice {

/// All attachments of a letter together, before they are encoded.
inline constexpr std::size_t attachments_bytes_max = std::size_t{25} << 20U;

/// A file that is kept.
struct attachment_content {
  std::string name;
  std::string type;
  std::string octets;
};

/// What lies under an id; `not_found`, or what the store has to say.
using attachment_source = std::function<result<attachment_content>(std::string_view id)>;

struct attachment_head {
  std::string_view name;
  std::string_view type;       ///< "application/pdf"
  std::string_view content_id; ///< not empty: the HTML shows it, as cid:…
};

/// Appends the part, without a boundary, with a CRLF at its end.
void append_attachment(std::string& to, const attachment_head& head, std::string_view octets);

/// How many octets `octets` come out as, about.
std::size_t attachment_octets(std::size_t octets);

} // namespace sluice
