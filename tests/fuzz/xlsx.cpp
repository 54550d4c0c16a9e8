// A spreadsheet: any bytes as an archive, any pieces.

#include "tests/fuzz/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return sluice::fuzz::try_import(sluice::import_format::xlsx, bytes, size);
}
