#include "adapters/smtp/dot_stuffing.hpp"

#include <cstring>

namespace sluice {

bool is_wire_form(std::string_view message) {
  const auto* at = message.data();
  const auto* const end = at + message.size();
  // memchr of the C library reads 32 bytes at a time; a loop over characters takes ten times as long.
  while (at != end) {
    if (*at == '.')
      return false;
    const auto left = static_cast<std::size_t>(end - at);
    const auto* cr = static_cast<const char*>(std::memchr(at, '\r', left));
    if (cr == nullptr || cr + 1 == end || cr[1] != '\n')
      return false;
    if (std::memchr(at, '\n', static_cast<std::size_t>(cr - at)) != nullptr)
      return false;
    at = cr + 2;
  }
  return true;
}

void to_wire_form(std::string_view message, std::string& wire) {
  wire.clear();
  wire.reserve(message.size() + message.size() / 64 + 2);
  while (!message.empty()) {
    const auto end = message.find_first_of("\r\n");
    const auto line = message.substr(0, end);
    if (line.starts_with('.'))
      wire += '.';
    wire += line;
    wire += "\r\n";
    if (end == std::string_view::npos)
      return;
    const auto is_crlf = message.substr(end).starts_with("\r\n");
    message.remove_prefix(end + (is_crlf ? 2 : 1));
  }
}

} // namespace sluice
