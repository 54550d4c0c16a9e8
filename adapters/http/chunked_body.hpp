#pragma once
// The chunked transfer coding (RFC 9112 section 7.1), taken apart strictly and without a buffer: a chunk's size is
// up to sixteen hexadecimal digits and a CRLF. Chunk extensions and trailers are refused at their first byte: nothing
// of ours uses them, and whoever must read them to their end can be made to read, or to keep, without end.

#include "messages/error.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace sluice {

class chunked_body {
public:
  /// Takes bytes of any number, calls `on_data` with those of the body among them, and returns how many were the
  /// message's: less than all only when it ended, what follows is the next request's. `invalid_input` says what is
  /// wrong; the connection cannot go on then.
  result<std::size_t> take(std::string_view bytes, const std::function<void(std::string_view)>& on_data);
  bool is_complete() const { return expected_ == part::nothing; }

private:
  enum class part : std::uint8_t {
    size,        ///< digits, then CR
    size_end,    ///< LF
    data,        ///< `left_` bytes
    data_return, ///< CR behind them
    data_end,    ///< LF
    last_return, ///< CR of the empty line behind the last chunk
    last_end,    ///< LF
    nothing,
  };

  result<void> take_size(char byte);
  result<void> expect(char byte, char wanted, part next);

  part expected_ = part::size;
  std::uint64_t left_ = 0; ///< of the chunk
  unsigned digits_ = 0;    ///< of its size, so far
};

} // namespace sluice
