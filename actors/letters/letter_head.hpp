#pragma once
// A letter's header section (RFC 5322 section 2.2), but for what MIME has to say: From, To, Reply-To, Subject, Date,
// Message-ID, List-Id (RFC 2919), List-Unsubscribe and the user's own fields.

#include "actors/letters/batch.hpp"
#include "actors/letters/date_field.hpp"
#include "actors/letters/letter_template.hpp"
#include "actors/letters/unsubscribe_link.hpp"
#include "messages/address.hpp"
#include "messages/campaign.hpp"
#include "messages/message_id.hpp"
#include "messages/time.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Whose letters they are, and what marks them as such.
struct letter_origin {
  campaign_id campaign;
  std::string secret = {};      ///< the store's
  std::string message_ids = {}; ///< the scheme of Message-IDs, as of `scheduled`
  std::string list = {};        ///< the audience's name: the list's, where the campaign names none
};

/// What List-Id has by default: "Weekly <weekly.shop.example>" of a list that the campaign names. Of an audience, whose name
/// is for those who send, without the words and without a file's ending: "<customers.shop.example>". The label has the
/// name's letters and digits, and its hash where ASCII lacks some.
std::string list_id(const campaign_spec& spec, std::string_view audience, std::string_view from_domain);

class letter_head {
public:
  /// `template_failed` when a template cannot be parsed, `invalid_input` when an address cannot.
  static result<letter_head>
  parse(const letter_origin& origin, const campaign_spec& spec, std::span<const std::string> columns);

  /// The address in From.
  const std::string& sender() const { return from_.address; }

  /// Makes the recipient's link, before the rest of the letter: bodies may have it. `template_failed` as of
  /// unsubscribe_link.
  result<void> render_link(std::span<const std::string_view> values) { return link_.render(values); }
  std::string_view link() const { return link_.text(); }

  /// Appends all fields, each with its CRLF, and says in `one` where the envelope's recipient and the Message-ID stand.
  /// `to` is cut off by the caller when it fails (`template_failed`).
  result<void> append(std::string_view recipient,
                      std::span<const std::string_view> values,
                      timestamp date,
                      std::string& to,
                      letter& one);

private:
  struct field {
    std::string name;
    letter_template value;
  };

  result<void> append_from(std::span<const std::string_view> values, std::string& to);
  result<void> append_to(std::string_view recipient,
                         std::span<const std::string_view> values,
                         std::string& to,
                         letter& one);
  result<void> append_reply_to(std::span<const std::string_view> values, std::string& to, letter& one);
  result<void> append_text_field(std::string_view name,
                                 const letter_template& value,
                                 std::span<const std::string_view> values,
                                 std::string& to);
  void append_message_id(std::string_view recipient, std::string& to, letter& one) const;
  /// The text as it comes out, good until the next call; `template_failed`.
  result<std::string_view> rendered(const letter_template& from, std::span<const std::string_view> values);

  explicit letter_head(message_ids ids) : message_ids_(std::move(ids)) {}

  message_ids message_ids_;
  mailbox from_;
  std::optional<letter_template> from_name_; ///< where it has tags
  std::string from_field_;                   ///< where it has none
  std::optional<letter_template> to_name_;
  std::optional<letter_template> reply_to_; ///< where it has tags
  std::string reply_to_field_;              ///< where it has none; empty: there is none
  letter_template subject_;
  std::string list_id_field_;
  unsubscribe_link link_;
  std::vector<field> own_;
  bool has_8bit_sender_ = false;

  // Kept from letter to letter for their memory.
  date_fields dates_;
  std::string rendered_;
};

} // namespace sluice
