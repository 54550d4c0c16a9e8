// What a server says: the same replies in whatever pieces it comes, each within its limits.

#include "adapters/smtp/smtp_reply.hpp"
#include "messages/utf8.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::fuzz;

namespace {

struct heard {
  std::vector<reply> replies;
  bool is_broken = false;
  bool operator==(const heard&) const = default;
};

void listen(smtp_reply_parser& parser, std::string_view bytes, heard& all) {
  while (!bytes.empty() && !all.is_broken) {
    switch (parser.take(bytes)) {
    case smtp_reply_parser::progress::more:
      must(bytes.empty(), "more is asked for only when all is taken");
      break;
    case smtp_reply_parser::progress::broken:
      all.is_broken = true;
      break;
    case smtp_reply_parser::progress::done:
      const auto& view = parser.reply();
      must(view.code >= 200 && view.code < 600, "a reply's code is one of SMTP's");
      must(view.text.size() <= smtp_reply_parser::reply_bytes_max, "a reply is within its limit");
      auto shown = to_reply(view);
      must(shown.text.size() <= reply_text_bytes_max, "words are within their limit");
      must(is_utf8(shown.text) && is_utf8(shown.enhanced), "words can be stored");
      must(shown.text.find_first_of("\r\n") == std::string::npos, "words are one line");
      all.replies.push_back(std::move(shown));
      break;
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  heard whole;
  smtp_reply_parser first;
  listen(first, text, whole);
  heard pieces;
  smtp_reply_parser second;
  in_pieces(text, [&](std::string_view piece) { listen(second, piece, pieces); });
  must(whole == pieces, "replies do not depend on the pieces that they come in");
  return 0;
}
