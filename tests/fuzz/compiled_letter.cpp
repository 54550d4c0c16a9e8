// A letter of any template, long enough to be shared, and any values: what leaves, decoded, is what plain rendering
// gives.

#include "actors/letters/letter_composer.hpp"
#include "messages/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/letters/reference_letter.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <string>

using namespace sluice;
using namespace sluice::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  const auto text = [&](std::size_t bytes_max) { return as_utf8(data.ConsumeRandomLengthString(bytes_max)); };
  /// Long stretches come of short inputs: what is repeated has no tags in it.
  const auto body = [&] {
    auto made = text(200);
    for (auto parts = data.ConsumeIntegralInRange(0, 3); parts > 0; --parts) {
      const auto words = text(40);
      if (words.find("{{") == std::string::npos)
        for (auto times = data.ConsumeIntegralInRange(0, 300); times > 0; --times)
          made += words;
      made += text(80);
    }
    return made;
  };
  campaign_spec spec;
  spec.name = "fuzz";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "x";
  spec.text = body();
  spec.html = body();
  const recipient to{"anna@example.com", {{1, text(400)}, {2, text(10)}}};
  const std::vector<std::string> columns{"email", "name", "city"};
  const auto composer = make_letter_composer({{7}, {}, {}}, spec, columns);
  if (!composer)
    return 0;
  batch letters;
  if (!(*composer)->compose(0, to, timestamp{milliseconds{1'796'115'600'250}}, letters))
    return 0;
  const auto fault = test::fault_of_letter(letters, spec, columns, to);
  must(fault.empty(), fault.c_str());
  return 0;
}
