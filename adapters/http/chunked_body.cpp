#include "adapters/http/chunked_body.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// What fits the size's 64 bits.
constexpr unsigned size_digits_max = 16;

int hex_digit_of(char byte) {
  if (byte >= '0' && byte <= '9')
    return byte - '0';
  if (byte >= 'a' && byte <= 'f')
    return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F')
    return byte - 'A' + 10;
  return -1;
}

std::unexpected<error> wrong_chunk(std::string what) {
  return failure(error_code::invalid_input, notice{"chunks_wrong", {{"fault", what}}});
}

} // namespace

result<std::size_t> chunked_body::take(std::string_view bytes,
                                       const std::function<void(std::string_view)>& on_data) {
  std::size_t at = 0;
  while (at < bytes.size() && !is_complete()) {
    if (expected_ == part::data) {
      const auto piece =
          bytes.substr(at, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
      on_data(piece);
      at += piece.size();
      left_ -= piece.size();
      if (left_ == 0)
        expected_ = part::data_return;
      continue;
    }
    const auto byte = bytes[at++];
    result<void> taken;
    switch (expected_) {
    case part::size:
      taken = take_size(byte);
      break;
    case part::size_end:
      taken = expect(byte, '\n', left_ == 0 ? part::last_return : part::data);
      digits_ = 0;
      break;
    case part::data_return:
      taken = expect(byte, '\r', part::data_end);
      break;
    case part::data_end:
      taken = expect(byte, '\n', part::size);
      break;
    case part::last_return:
      taken = byte == '\r' ? expect(byte, '\r', part::last_end)
                           : wrong_chunk("there are trailers behind the last one, which are not taken");
      break;
    case part::last_end:
      taken = expect(byte, '\n', part::nothing);
      break;
    case part::data:
    case part::nothing:
      break;
    }
    if (!taken)
      return std::unexpected(taken.error());
  }
  return at;
}

result<void> chunked_body::take_size(char byte) {
  if (byte == '\r' && digits_ > 0) {
    expected_ = part::size_end;
    return {};
  }
  if (byte == ';')
    return wrong_chunk("there is a chunk extension, which is not taken");
  const auto digit = hex_digit_of(byte);
  if (digit < 0 || digits_ == size_digits_max)
    return wrong_chunk("a size must be 1 to 16 hexadecimal digits");
  left_ = (digits_ == 0 ? 0 : left_ << 4U) | static_cast<std::uint64_t>(digit);
  ++digits_;
  return {};
}

result<void> chunked_body::expect(char byte, char wanted, part next) {
  if (byte != wanted)
    return wrong_chunk("a line must end in CRLF");
  expected_ = next;
  return {};
}

} // namespace sluice
