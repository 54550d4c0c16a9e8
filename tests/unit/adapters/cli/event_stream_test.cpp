#include "adapters/cli/event_stream.hpp"
#include "tests/catch.hpp"

#include <utility>
#include <vector>

using namespace sluice::cli;
using events = std::vector<std::pair<std::string, std::string>>;

namespace {

events taken(const std::vector<std::string>& pieces) {
  events seen;
  event_stream stream([&](std::string_view name, std::string_view data) {
    seen.emplace_back(name, data);
    return true;
  });
  for (const auto& piece : pieces)
    stream.take(piece);
  return seen;
}

} // namespace

TEST_CASE("server-sent events are taken apart wherever the pieces are cut") {
  const std::string text =
      ": hello\n\nevent: campaign\ndata: {\"id\":\ndata: \"c1\"}\n\ndata:x\r\n\r\nid: 7\n\n";
  const events whole{{"campaign", "{\"id\":\n\"c1\"}"}, {"", "x"}};
  CHECK(taken({text}) == whole);
  for (std::size_t at = 0; at < text.size(); ++at)
    CHECK(taken({text.substr(0, at), text.substr(at)}) == whole);
}

TEST_CASE("an event that is not complete is none") {
  CHECK(taken({"data: x\n"}).empty());
}

TEST_CASE("a visitor that says no gets no further event") {
  int seen = 0;
  event_stream stream([&](std::string_view, std::string_view) {
    ++seen;
    return false;
  });
  CHECK_FALSE(stream.take("data: 1\n\ndata: 2\n\n"));
  CHECK(seen == 1);
}
