#pragma once
// What a server offers: its reply to EHLO (RFC 5321 section 4.1.1.1), read.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct smtp_capabilities {
  static constexpr std::size_t auth_max = 30;

  bool pipelining = false;    ///< RFC 2920
  bool chunking = false;      ///< RFC 3030
  bool eight_bit = false;     ///< 8BITMIME, RFC 6152
  bool size = false;          ///< RFC 1870
  std::uint64_t size_max = 0; ///< bytes; 0: no limit was named
  bool dsn = false;           ///< RFC 3461
  bool smtputf8 = false;      ///< RFC 6531
  bool starttls = false;      ///< RFC 3207
  /// SASL mechanisms (RFC 4954) in capitals, as they were offered; auth_max at most.
  std::vector<std::string> auth;
};

/// `text` as in smtp_reply_view: the lines behind the code. Unknown keywords are passed over.
smtp_capabilities parse_capabilities(std::string_view text);

} // namespace sluice
