#include "messages/envelope_sender.hpp"

#include "messages/hmac.hpp"
#include "messages/message_id.hpp"
#include "tests/catch.hpp"

#include <limits>

namespace sluice {
namespace {

const std::string secret = "a secret of thirty-two bytes, no";

std::string fault_of(const std::string& text) {
  const auto parsed = envelope_senders::parse(text, {17}, secret);
  return parsed ? "" : notice_of(parsed.error()).code;
}

} // namespace

TEST_CASE("an envelope sender without words is the same for each letter", "[envelope_sender]") {
  const auto senders = envelope_senders::parse("bounces@News.Shop.example", {17}, secret);
  REQUIRE(senders.has_value());
  CHECK_FALSE(senders->is_verp());
  CHECK(senders->of(3) == "bounces@news.shop.example");
}

TEST_CASE("what comes back to an envelope sender names its letter", "[envelope_sender]") {
  const auto senders =
      envelope_senders::parse("bounce+{campaign}.{letter}.{mac}@news.shop.example", {17}, secret);
  REQUIRE(senders.has_value());
  REQUIRE(senders->is_verp());
  for (const letter_index letter :
       {letter_index{0}, letter_index{9}, std::numeric_limits<letter_index>::max()}) {
    const auto sender = senders->of(letter);
    INFO(sender);
    CHECK(sender.starts_with("bounce+c17." + std::to_string(letter) + "."));
    CHECK(read_envelope_sender(sender, secret) == returned_letter{{17}, letter});
    // Servers on the way may change the case, and put their own words around it.
    CHECK(read_envelope_sender("SRS0=x=" + sender, secret) == returned_letter{{17}, letter});
    CHECK_FALSE(read_envelope_sender(sender, "another secret of thirty-two oct").has_value());
  }
  auto forged = senders->of(9);
  forged.replace(forged.find(".9."), 3, ".8.");
  CHECK_FALSE(read_envelope_sender(forged, secret).has_value());
  CHECK_FALSE(read_envelope_sender("bounces@news.shop.example", secret).has_value());
  CHECK_FALSE(read_envelope_sender(senders->of(1), "").has_value());
}

TEST_CASE("an envelope sender whose letters could not be told apart is refused", "[envelope_sender]") {
  CHECK(fault_of("b+{campaign}.{letter}.{mac}@x.example") == "");
  CHECK(fault_of("{campaign}-{letter}-{mac}@x.example") == "");
  CHECK(fault_of("b+{campaign}.{letter}@x.example") == "envelope_sender_words_missing");
  CHECK(fault_of("b{campaign}.{letter}.{mac}@x.example") == "envelope_sender_words_touch");
  CHECK(fault_of("b+{campaign}{letter}.{mac}@x.example") == "envelope_sender_words_touch");
  CHECK(fault_of("b+{campaign}.{letter}@{mac}.example") == "envelope_sender_words_in_domain");
  CHECK(fault_of("b+{name}@x.example") == "envelope_sender_word_unknown");
  CHECK(fault_of("nobody") == "address_without_at");
  CHECK(fault_of("a-very-long-beginning-of-the-local-part+{campaign}.{letter}.{mac}@x.example") ==
        "address_local_too_long");
}

TEST_CASE("HMAC-SHA-256 gives what RFC 4231 says", "[hmac]") {
  const hmac_sha256 second("Jefe");
  CHECK(to_hex(second("what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(second("what do ya want for nothing?") == hmac_sha256("Jefe", "what do ya ")("want for nothing?"));
}

TEST_CASE("a store's Message-IDs are the same for each attempt and others than any other store's",
          "[message_id]") {
  const auto one = message_id({17}, "shop.example", secret, "ann@example.org");
  CHECK(one == message_id({17}, "shop.example", secret, "ann@example.org"));
  CHECK(one != message_id({17}, "shop.example", "another secret of thirty-two oct", "ann@example.org"));
  CHECK(one != message_id({17}, "shop.example", {}, "ann@example.org"));
  CHECK(one != message_id({18}, "shop.example", secret, "ann@example.org"));
  CHECK(one.starts_with("<c17."));
  CHECK(one.ends_with("@shop.example>"));
  CHECK(secret_of("", secret).empty());
  CHECK(secret_of(message_ids_of_store, secret) == secret);
}

} // namespace sluice
