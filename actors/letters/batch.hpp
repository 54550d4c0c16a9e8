#pragma once
// Letters ready to leave. What all letters of a campaign have in common is kept once, for all its batches; a
// letter is a list of pieces, most of them there, with octets of its own only for what is its own. A batch is
// shared, read-only, between the sender and the relay's connections.

#include "messages/id.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// Octets that stand in the text that all letters of the campaign share, or in the batch's own.
class piece {
public:
  piece() = default;
  piece(std::size_t at, std::size_t bytes, bool is_shared) :
      at_(static_cast<std::uint32_t>(at)),
      bytes_(static_cast<std::uint32_t>(bytes) | (is_shared ? shared_bit : 0U)) {}

  std::size_t at() const { return at_; }
  std::size_t bytes() const { return bytes_ & ~shared_bit; }
  bool is_shared() const { return (bytes_ & shared_bit) != 0; }

private:
  static constexpr std::uint32_t shared_bit =
      1U << 31U; // so that it fits eight octets: there are dozens a letter

  std::uint32_t at_ = 0;
  std::uint32_t bytes_ = 0;
};

/// One letter's place in its batch. Its wire form (RFC 5321 section 4.5.2) is its pieces in their order: CRLF line
/// ends, one at the end, dot-stuffed, without the end of data.
struct letter {
  letter_index index = 0;
  std::uint32_t recipient_at = 0;
  std::uint32_t recipient_bytes = 0;
  std::uint32_t message_id_at = 0; ///< its local part, in the batch's text
  std::uint32_t piece_at = 0;
  std::uint32_t piece_count = 0;
  std::uint32_t wire_bytes = 0;
  std::uint32_t own_bytes = 0;       ///< of wire_bytes: not shared
  std::uint32_t stuffed_dots = 0;    ///< of wire_bytes: not in the message
  std::uint32_t sender_at = 0;       ///< its own envelope sender, behind its octets in the batch's text
  std::uint8_t sender_bytes = 0;     ///< 0: it has that of the batch
  std::uint8_t message_id_bytes = 0; ///< 0: it is not known, or longer
  bool has_8bit = false;             ///< the message needs 8BITMIME
  bool needs_smtputf8 = false;       ///< an address needs SMTPUTF8
  bool has_date = false;             ///< its first line is a Date field, see date_field.hpp

  /// The message's size (RFC 1870 section 6: stuffed dots do not count).
  std::uint32_t message_bytes() const { return wire_bytes - stuffed_dots; }
};

/// Calls `take` with the octets between the dots that are stuffed at the begin of lines. Whether a line begins behind
/// `octets`.
template <class Take>
bool take_unstuffed(std::string_view octets, bool is_line_begin, Take&& take) {
  while (!octets.empty()) {
    if (is_line_begin && octets.front() == '.')
      octets.remove_prefix(1);
    const auto dot = octets.find("\n.");
    const auto line_begin = dot == std::string_view::npos ? octets.size() : dot + 1;
    if (line_begin > 0)
      take(octets.substr(0, line_begin));
    is_line_begin = line_begin > 0 ? octets[line_begin - 1] == '\n' : false;
    octets.remove_prefix(line_begin);
  }
  return is_line_begin;
}

/// Letters of one campaign, lowest index first.
struct batch {
  campaign_id campaign;
  std::string
      envelope_sender; ///< RFC 5321 reverse-path, without the angle brackets, of letters without their own
  std::optional<std::string> relay; ///< the name of the one that they may leave through; nothing: any
  std::shared_ptr<const std::string> shared_text;
  std::string text;
  std::vector<piece> pieces;
  std::vector<letter> letters;

  std::string_view recipient_of(const letter& one) const {
    return std::string_view{text}.substr(one.recipient_at, one.recipient_bytes);
  }

  /// The reverse-path that it leaves under, without the angle brackets.
  std::string_view sender_of(const letter& one) const {
    return one.sender_bytes == 0 ? std::string_view{envelope_sender}
                                 : std::string_view{text}.substr(one.sender_at, one.sender_bytes);
  }

  /// The local part of its Message-ID (`c17.3f…`), which tells campaign and letter apart from all others; may be empty.
  std::string_view message_id_of(const letter& one) const {
    return std::string_view{text}.substr(one.message_id_at, one.message_id_bytes);
  }

  std::string_view octets_of(piece one) const {
    return std::string_view{one.is_shared() ? *shared_text : text}.substr(one.at(), one.bytes());
  }

  /// Calls `take` with each piece of the letter's wire form.
  template <class Take>
  void for_each_piece(const letter& one, Take&& take) const {
    for (std::uint32_t at = 0; at < one.piece_count; ++at)
      take(octets_of(pieces[one.piece_at + at]));
  }

  /// Calls `take` with each piece of the message itself (RFC 5322, CRLF line ends), not dot-stuffed: message_bytes()
  /// octets in all. Only a letter with stuffed dots is looked through for them.
  template <class Take>
  void for_each_message_piece(const letter& one, Take&& take) const {
    if (one.stuffed_dots == 0)
      for_each_piece(one, take);
    else
      for_each_piece(one, [&, is_line_begin = true](std::string_view octets) mutable {
        is_line_begin = take_unstuffed(octets, is_line_begin, take);
      });
  }

  /// Appends the message itself (RFC 5322, CRLF line ends), not dot-stuffed.
  void append_message(const letter& one, std::string& to) const;
  std::string message_of(const letter& one) const;

  /// Gives back memory that no letter needs, where that is much of it.
  void trim();
  /// The memory that goes when the batch does: all but the text that is shared.
  std::size_t memory_bytes() const;
  /// What its letters take of it.
  std::size_t used_bytes() const {
    return text.size() + pieces.size() * sizeof(piece) + letters.size() * sizeof(letter);
  }
};

using batch_ptr = std::shared_ptr<const batch>;

/// Of a letter's pieces the taker: it passes them on to `take`, with this Date field, the attempt's, in place of the one
/// that the letter was made with.
template <class Take>
auto dated(const letter& one, std::string_view date, Take take) {
  return [take, date, is_first = one.has_date](std::string_view octets) mutable {
    if (std::exchange(is_first, false)) {
      take(date);
      octets.remove_prefix(date.size());
    }
    take(octets);
  };
}

} // namespace sluice
