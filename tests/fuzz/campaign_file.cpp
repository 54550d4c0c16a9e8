// A campaign file: what is read is written and read again as the same; whether it may be kept is a value.

#include "actors/campaign_check.hpp"
#include "messages/json.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <nlohmann/json.hpp>

using namespace sluice;
using namespace sluice::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto parsed = parse_json(text);
  if (!parsed)
    return 0;
  const auto spec = campaign_spec_from_json(*parsed);
  if (!spec)
    return 0;
  const auto again = campaign_spec_from_json(to_json(*spec));
  must(again.has_value() && *again == *spec, "a campaign is read as it was written");
  must(stored_campaign_spec_from_json(to_json(*spec)) == *spec, "and so it is out of a log");
  must(!plan_words(spec->plan).empty(), "every plan has words");
  static const moderation_settings settings;
  (void)check_campaign(*spec, settings);
  return 0;
}
