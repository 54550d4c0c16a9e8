#pragma once
// A stage of an import: unpacking, decoding, a format's reader. Each takes bytes and hands on what it made of them.

#include "messages/error.hpp"

#include <string_view>

namespace sluice {

class byte_reader {
public:
  virtual ~byte_reader() = default;
  /// The next bytes, cut anywhere.
  virtual result<void> feed(std::string_view bytes) = 0;
  /// No more will come.
  virtual result<void> finish() = 0;
};

} // namespace sluice
