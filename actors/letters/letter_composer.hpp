#pragma once
// From a campaign and a recipient to the letter: Mustache filled in, RFC 5322 headers, MIME bodies. Made
// once for a campaign, which compiles its templates, and used for each of its letters; one batch builder uses it
// from one thread at a time.

#include "actors/letters/attachment_part.hpp"
#include "actors/letters/batch.hpp"
#include "actors/letters/letter_head.hpp"
#include "messages/audience.hpp"
#include "messages/campaign.hpp"
#include "messages/error.hpp"

#include <memory>

namespace sluice {

/// Composes the letters of one campaign.
///
/// - Values are HTML-escaped in html (`{{{name}}}` and `{{&name}}` are not), never in headers and text; in
///   unsubscribe_url they are percent-encoded, but for one that the link begins with. Line breaks in headers become
///   spaces.
/// - In text and html {{unsubscribe_url}} is the recipient's own link, unless the audience has a column of that
///   name.
/// - A letter has at most 2 MiB, its attachments not counted (25 MiB); one that comes out larger, or an unsubscribe_url that comes out as no https,
///   http or mailto address, is `template_failed` for that recipient.
/// - A field that the recipient does not have renders as nothing; a section over an empty or "false" value
///   is left out.
/// - Both bodies: multipart/alternative, text first; with files the levels of letter_body.hpp. Without a text one is made
///   of the HTML, unless the campaign forbids it. Each body is 7bit where it can be, else quoted-printable
///   or base64, whichever is shorter; lines are never over 998 octets (RFC 5322 section 2.1.1).
/// - letter_head.hpp has the header fields.
class letter_composer {
public:
  virtual ~letter_composer() = default;
  /// Appends the letter to `into`, all of whose letters are this composer's. On `template_failed` (with the reason
  /// for this recipient) `into` is as it was.
  virtual result<void> compose(letter_index index, const recipient_view& to, timestamp date, batch& into) = 0;
  result<void> compose(letter_index index, const recipient& to, timestamp date, batch& into);
  /// Makes room for so many letters like the last one, but for no more than `bytes_max`, so that the batch need not
  /// grow step by step.
  virtual void reserve(batch& into, std::size_t letters, std::size_t bytes_max) const = 0;
};

/// `attachments` is where files come from, also a recipient's own while letters are made. `template_failed` when a
/// template cannot be parsed, `invalid_input` when an address cannot, and what it says of an attachment.
result<std::unique_ptr<letter_composer>> make_letter_composer(const letter_origin& origin,
                                                              const campaign_spec& spec,
                                                              const std::vector<std::string>& columns,
                                                              attachment_source attachments = {});

/// Whether letters can be made of it: `invalid_input` for a template that cannot be parsed or an address that is
/// none.
result<void> check_templates(const campaign_spec& spec);

} // namespace sluice
