// A stored event: whatever bytes a disk gives back, they are an event that is written as it was read, or none.

#include "messages/event_json.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto read = decode_event({bytes, size});
  if (!read)
    return 0;
  const auto written = encode_event(*read);
  const auto again = decode_event(written);
  must(again.has_value() && encode_event(*again) == written, "an event is read as it was written");
  const auto through_json = event_from_json(to_json(*again));
  must(through_json.has_value() && *through_json == *again, "both ways of reading give the same event");
  return 0;
}
