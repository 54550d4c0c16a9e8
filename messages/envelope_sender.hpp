#pragma once
// The envelope's sender (RFC 5321 section 4.1.1.2, the reverse-path), apart from the one in From, perhaps another for
// each letter (VERP): in `bounce+{campaign}.{letter}.{mac}@news.shop.example` the words in braces become the campaign's id,
// the letter's index, and 80 bits of an HMAC-SHA-256 over both, in base32. What comes back to it names its letter, and
// nobody can make one up.

#include "messages/error.hpp"
#include "messages/id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The letter that an envelope sender belongs to.
struct returned_letter {
  campaign_id campaign;
  letter_index letter = 0;
  bool operator==(const returned_letter&) const = default;
};

class envelope_senders {
public:
  /// `text`: an address, with all three words in its local part, or none of them; between them and other letters or
  /// digits stands something else. `secret`: the store's. `invalid_input` says what is wrong.
  static result<envelope_senders> parse(std::string_view text, campaign_id campaign, std::string_view secret);

  /// Whether each letter has its own.
  bool is_verp() const { return is_verp_; }
  /// What all of them have in common: the address itself, or the text with its words in braces.
  const std::string& group() const { return text_; }
  /// Appends the letter's, as it stands in an envelope.
  void append(std::string& to, letter_index letter) const;
  std::string of(letter_index letter) const;

private:
  campaign_id campaign_;
  std::string secret_;
  std::string text_;
  bool is_verp_ = false;
};

/// The letter whose envelope sender this is; nothing where it is none that a store of this secret has made.
std::optional<returned_letter> read_envelope_sender(std::string_view address, std::string_view secret);

} // namespace sluice
