#pragma once
// What a campaign is before anything is done with it: the message, the sender, the plan and the policy
// for letters in doubt. This is the campaign file of the command line and the body of POST
// /v1/campaigns; `check_campaign` is the gate that both pass.

#include "messages/id.hpp"
#include "messages/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

inline constexpr std::size_t relay_name_bytes_max = 32;

/// What becomes of a letter whose end of data was sent and whose reply never came.
enum class doubt_policy : std::uint8_t {
  resend, ///< it leaves again under the same Message-ID: none is lost
  hold,   ///< it waits for a person's word: none is sent twice
};

/// The whole content of a campaign. Texts are UTF-8; subject, text, html and unsubscribe_url are
/// Mustache templates over the recipient's fields.
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
  bool operator==(const campaign_spec&) const = default;
};

/// The audience that a campaign is bound to; audiences are frozen, so this never goes stale.
struct audience_ref {
  audience_id id;
  std::string name;
  letter_index size = 0;
  std::string hash; ///< SHA-256 over the rows, in hexadecimal
  bool operator==(const audience_ref&) const = default;
};

} // namespace sluice
