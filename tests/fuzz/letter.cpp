// A letter from any template and any recipient: its head has the lines that it should have and no other, nothing
// on the wire is a bare line feed, and no line is over 998 octets (RFC 5322 section 2.1.1).

#include "actors/letters/letter_composer.hpp"
#include "messages/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <string>

using namespace sluice;
using namespace sluice::fuzz;

namespace {

void check_head(std::string_view head) {
  static constexpr std::array<std::string_view, 11> names{"From",
                                                          "To",
                                                          "Reply-To",
                                                          "Subject",
                                                          "Date",
                                                          "Message-ID",
                                                          "MIME-Version",
                                                          "List-Unsubscribe",
                                                          "Content-Type",
                                                          "List-Unsubscribe-Post",
                                                          "Content-Transfer-Encoding"};
  std::array<int, names.size()> seen{};
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
    if (line.starts_with(' ') || line.starts_with('\t'))
      continue;
    const auto name = line.substr(0, line.find(':'));
    auto is_known = false;
    for (std::size_t at = 0; at < names.size(); ++at)
      if (name == names[at]) {
        is_known = true;
        must(++seen[at] == 1, "a header line stands once");
      }
    must(is_known, "no value adds a header line");
  }
}

void check_lines(std::string_view message) {
  std::size_t octets = 0;
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (message[at] == '\r')
      must(at + 1 < message.size() && message[at + 1] == '\n', "no bare carriage return");
    if (message[at] == '\n') {
      must(at > 0 && message[at - 1] == '\r', "no bare line feed");
      octets = 0;
    } else if (message[at] != '\r') {
      must(++octets <= 998, "no line over 998 octets");
    }
    must(message[at] != '\0', "no NUL");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  FuzzedDataProvider data(bytes, size);
  const auto text = [&] { return as_utf8(data.ConsumeRandomLengthString(400)); };
  campaign_spec spec;
  spec.name = "fuzz";
  spec.from = "Shop <news@shop.example>";
  spec.subject = text();
  spec.text = text();
  spec.html = text();
  spec.text_from_html = data.ConsumeBool();
  if (data.ConsumeBool())
    spec.unsubscribe_url = "https://shop.example/u/{{name}}";
  recipient to;
  to.email = "anna@example.com";
  to.fields = {{0, to.email}, {1, text()}};
  const auto composer = make_letter_composer({{7}, {}, {}}, spec, {"email", "name"});
  if (!composer)
    return 0;
  batch letters;
  if (!(*composer)->compose(0, to, timestamp{milliseconds{1'796'115'600'250}}, letters))
    return 0;
  const auto message = letters.message_of(letters.letters.front());
  const auto end = message.find("\r\n\r\n");
  must(end != std::string_view::npos, "a head ends");
  check_head(message.substr(0, end));
  check_lines(message);
  return 0;
}
