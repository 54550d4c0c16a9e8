// A packed list: any bytes behind gzip's magic, any pieces.

#include "adapters/import/gzip_reader.hpp"
#include "tests/fuzz/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto file = std::string{sluice::gzip_magic}.append(reinterpret_cast<const char*>(bytes), size);
  return sluice::fuzz::try_import(sluice::import_format::detect,
                                  reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
}
