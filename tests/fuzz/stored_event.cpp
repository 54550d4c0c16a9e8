// A stored event: whatever bytes a disk gives back, they are an event that is written as it was read, or none.

#include "messages/event_json.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::fuzz;

namespace {

/// By way of JSON, as every type but claims and outcomes is read.
result<event> read_generally(const std::uint8_t* bytes, std::size_t size) {
  try {
    return event_from_json(nlohmann::json::from_cbor(bytes, bytes + size));
  } catch (const std::exception& fault) {
    return failure(error_code::corrupt, fault.what());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto read = decode_event({bytes, size});
  const auto through_json = read_generally(bytes, size);
  if (!read)
    return 0; // the general reader by itself also takes texts that are no UTF-8, and any depth
  must(through_json.has_value() && *read == *through_json, "both ways of reading give the same event");
  const auto written = encode_event(*read);
  const auto again = decode_event(written);
  must(again.has_value(), "what is written can be read");
  must(encode_event(*again) == written, "and is written the same again");
  // Texts that are no UTF-8 are stored with what is wrong replaced; there is no other difference.
  must(*again == *read || to_json(*again) == to_json(*read), "an event is read as it was written");
  return 0;
}
