#include "adapters/http/request_framing.hpp"

#include "messages/blanks.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice {

namespace {

bool is_chunked(std::string_view coding) {
  constexpr std::string_view name = "chunked";
  return std::ranges::equal(without_blanks(coding, line_blanks), name, [](char given, char wanted) {
    return given == wanted || (given >= 'A' && given <= 'Z' && given - 'A' + 'a' == wanted);
  });
}

std::unexpected<error> ambiguous(const char* why) {
  return failure(error_code::invalid_input, why);
}

} // namespace

result<body_framing> framing_of(unsigned version,
                                std::span<const std::string_view> transfer_encodings,
                                std::span<const std::string_view> content_lengths) {
  if (!transfer_encodings.empty()) {
    if (version < 11)
      return ambiguous("HTTP/1.0 has no Transfer-Encoding");
    if (!content_lengths.empty())
      return ambiguous("Transfer-Encoding and Content-Length together are ambiguous; send one of them");
    if (transfer_encodings.size() > 1 || !is_chunked(transfer_encodings.front()))
      return ambiguous("the only Transfer-Encoding that is taken is \"chunked\", alone");
    return body_framing{body_form::chunked, 0};
  }
  std::optional<std::uint64_t> bytes;
  for (auto line : content_lengths) {
    line = without_blanks(line, line_blanks);
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (fault != std::errc{} || end != line.data() + line.size())
      return ambiguous("Content-Length must be one whole number");
    if (bytes && *bytes != value)
      return ambiguous("there are two values of Content-Length");
    bytes = value;
  }
  if (bytes.value_or(0) == 0)
    return body_framing{};
  return body_framing{body_form::length, *bytes};
}

} // namespace sluice
