// A form (multipart/form-data) with the boundary "b": any bytes, any pieces.

#include "adapters/http/multipart_form.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

namespace {

/// Parts and their data; "refused" where it is no form.
template <class Feed>
std::string taken_apart(Feed&& feed) {
  std::string shown;
  const auto add = [&](std::string_view text) -> sluice::result<void> {
    shown += text;
    return {};
  };
  sluice::multipart_form form("b",
                              {[&](const sluice::form_part& part) { return add("<" + part.name + ">"); },
                               [&](std::string_view data) { return add(data); }, [&] { return add("|"); }});
  auto is_taken = true;
  feed([&](std::string_view piece) { is_taken = is_taken && form.feed(piece).has_value(); });
  return is_taken && form.finish() ? shown : "refused";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(bytes), size};
  const auto whole = taken_apart([&](auto&& take) { take(body); });
  const auto pieces = taken_apart([&](auto&& take) { sluice::fuzz::in_pieces(body, take); });
  sluice::fuzz::must(whole == pieces, "a form does not depend on the pieces that it comes in");
  const std::string head = "form-data; " + std::string{body};
  sluice::header_parameter(head, "name");
  return 0;
}
