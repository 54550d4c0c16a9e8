#pragma once
// What a format does with a file's bytes.

#include "messages/error.hpp"

#include <string_view>

namespace sluice {

class record_reader {
public:
  virtual ~record_reader() = default;
  /// The next bytes, cut anywhere.
  virtual result<void> feed(std::string_view bytes) = 0;
  /// No more will come.
  virtual result<void> finish() = 0;
};

} // namespace sluice
