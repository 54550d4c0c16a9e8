// A text in any encoding, or in none: what comes out is the same however it is cut, and is decided once.

#include "adapters/import/encoding_reader.hpp"
#include "adapters/import/text_encoding.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

namespace {

struct collector final : sluice::byte_reader {
  sluice::result<void> feed(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  sluice::result<void> finish() override { return {}; }
  std::string text;
};

/// The encoding and the text; empty where it was refused.
template <class Feed>
std::string decoded(Feed&& feed) {
  collector into;
  const auto reader = sluice::make_encoding_reader(into, {});
  auto is_taken = true;
  feed([&](std::string_view piece) { is_taken = is_taken && reader->feed(piece).has_value(); });
  if (!is_taken || !reader->finish())
    return {};
  sluice::fuzz::must(sluice::encoding_named(reader->encoding()) == reader->encoding(),
                     "it is an encoding that is known");
  return std::string{reader->encoding()} + ":" + into.text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  const auto whole = decoded([&](auto&& take) { take(text); });
  const auto pieces = decoded([&](auto&& take) { sluice::fuzz::in_pieces(text, take); });
  sluice::fuzz::must(whole == pieces, "a text does not depend on the pieces that it comes in");
  return 0;
}
