#pragma once
// SMTP replies (RFC 5321 section 4.2), read as they come in, in whatever pieces. Pure; expects a server
// that lies: lines and replies have limits, anything that is no reply is `broken`.

#include "messages/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// One reply. `text` is what stands behind the code, lines joined by '\n'; valid until the parser or its
/// input changes.
struct smtp_reply_view {
  std::uint16_t code = 0;
  std::string_view text;

  bool is_positive() const { return code >= 200 && code < 300; }
  bool is_intermediate() const { return code >= 300 && code < 400; }
  bool is_transient() const { return code >= 400 && code < 500; }
  bool is_permanent() const { return code >= 500; }
};

class smtp_reply_parser {
public:
  static constexpr std::size_t line_bytes_max = 4 * 1024;
  static constexpr std::size_t reply_bytes_max = 64 * 1024;

  enum class progress : std::uint8_t { more, done, broken };

  /// Takes bytes off `input` until one reply is complete (`done`: see reply), all are taken (`more`), or
  /// what came is no reply (`broken`: see fault; the connection is of no use any more).
  progress take(std::string_view& input);

  const smtp_reply_view& reply() const { return reply_; }
  const char* fault() const { return fault_; }

private:
  progress take_line(std::string_view line);
  progress broken(const char* why);

  smtp_reply_view reply_;
  std::string line_;   ///< a line whose end has not come yet
  std::string joined_; ///< lines of a reply of several
  std::uint16_t code_ = 0;
  bool is_amid_reply_ = false;
  const char* fault_ = "";
};

/// The reply as campaigns see it: enhanced code (RFC 3463) taken out of the text, one line, valid UTF-8, no
/// control characters, reply_text_bytes_max at most.
reply to_reply(const smtp_reply_view& view);

/// "550 5.1.1 no such user": for messages to people.
std::string to_words(const smtp_reply_view& view);

} // namespace sluice
