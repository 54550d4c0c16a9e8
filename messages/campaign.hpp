#pragma once
// What a campaign is before anything is done with it: the message, the sender, the plan and the policy
// for letters in doubt. This is the campaign file of the command line and the body of POST
// /v1/campaigns; `check_campaign` is the gate that both pass.

#include "messages/id.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::size_t relay_name_bytes_max = 32;
inline constexpr std::size_t headers_max = 50;
inline constexpr std::size_t attachments_max = 50;
inline constexpr std::size_t partials_max = 50;
inline constexpr std::size_t tags_max = 20;
inline constexpr std::size_t tag_bytes_max = 40;

/// What becomes of a letter whose end of data was sent and whose reply never came.
enum class doubt_policy : std::uint8_t {
  resend, ///< it leaves again under the same Message-ID: none is lost
  hold,   ///< it waits for a person's word: none is sent twice
};

/// A header field of the user's own. Its value is a template.
struct header_field {
  std::string name; ///< RFC 5322 section 3.6.8, never one that Sluice writes itself
  std::string value;
  bool operator==(const header_field&) const = default;
};

/// A file that goes with each letter, kept apart from the campaign.
struct attachment {
  std::string id;   ///< SHA-256 of its content in hexadecimal; empty where the recipient's `column` tells it
  std::string name; ///< as the reader sees it; empty: as it was stored
  std::string type; ///< RFC 2045 media type; empty: as it was stored
  std::string content_id; ///< RFC 2392: an inline picture, `<img src="cid:…">`; empty: an attachment
  std::string column;     ///< whose value is the id of this recipient's own; empty: the same for all
  bool operator==(const attachment&) const = default;
};

/// A named piece of a template, as it was when the campaign was written.
struct partial {
  std::string name;
  std::uint64_t version = 0;
  std::string content;
  bool operator==(const partial&) const = default;
};

/// The whole content of a campaign. Texts are UTF-8. Templates (Mustache) over the recipient's fields are: subject,
/// text, html, unsubscribe_url, unsubscribe_mailto, to_name, preheader, the headers' values, reply_to, and the name in
/// from.
struct campaign_spec {
  std::string name;
  std::string from;     ///< RFC 5322 mailbox: `Shop <news@shop.example>`
  std::string reply_to; ///< RFC 5322 mailbox, or empty
  std::string subject;
  std::string text; ///< empty when there is only html
  std::string html; ///< empty when there is only text
  std::string unsubscribe_url;
  sluice::plan plan;
  doubt_policy on_doubt = doubt_policy::resend;
  std::string relay = {}; ///< the name of the relay that it leaves through; empty: whichever serves it

  std::string to_name = {}; ///< the name in To
  std::string preheader =
      {};                ///< what a mailbox shows behind the subject: a hidden text at the HTML's beginning
  std::string list = {}; ///< the list's name, for List-Id and suppressions; empty: the audience's
  std::string unsubscribe_mailto = {};    ///< the address that takes unsubscribes, with or without `mailto:`
  std::string envelope_sender = {};       ///< see envelope_sender.hpp; empty: the address in from
  std::vector<header_field> headers = {}; ///< by name
  std::vector<attachment> attachments = {};
  std::vector<partial> partials = {}; ///< by name: those that its templates use, taken when it was written
  bool text_from_html =
      false; ///< make a text part where there is only html; the campaign file's default is true
  bool allow_unknown_fields = false;  ///< start although a tag has no column in the audience
  std::vector<std::string> tags = {}; ///< short words to find and to scope campaigns by; no letter has them
  bool operator==(const campaign_spec&) const = default;
};

/// Whether it has anything that campaigns had not from the beginning: what `created` and `edited` of version 3, and a
/// content hash of version 2, are for. Tags are no content: `created` and `edited` of version 4 have them.
bool has_later_content(const campaign_spec& spec);

/// Whether it can be a tag: UTF-8 of tag_bytes_max at most, without blanks, control characters, commas, quotes and backslashes, so
/// that it stands in a query and on a command line as it is.
bool is_tag(std::string_view text);

/// The audience that a campaign is bound to; audiences are frozen, so this never goes stale.
struct audience_ref {
  audience_id id;
  std::string name;
  letter_index size = 0;
  std::string hash; ///< SHA-256 over the rows, in hexadecimal
  bool operator==(const audience_ref&) const = default;
};

} // namespace sluice
