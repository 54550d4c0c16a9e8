// A list of recipients as JSON Lines: any bytes, any pieces.

#include "tests/fuzz/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return sluice::fuzz::try_import(sluice::import_format::json_lines, bytes, size);
}
