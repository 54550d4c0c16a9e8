#include "adapters/cli/secret_arguments.hpp"

#include "tests/catch.hpp"

#include <string>
#include <vector>

using namespace sluice::cli;

namespace {

/// The words as the process list has them afterwards.
std::vector<std::string> hidden(std::vector<std::string> words) {
  words.insert(words.begin(), "sluice");
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  hide_secrets(static_cast<int>(pointers.size()), pointers.data());
  words.erase(words.begin());
  return words;
}

} // namespace

TEST_CASE(
    "secret arguments: passwords in URLs, tokens and password settings are overwritten, and nothing else") {
  using words = std::vector<std::string>;
  CHECK(hidden({"serve", "--relay", "smtp://shop:geheim@mail.example:587?tls=require"}) ==
        words{"serve", "--relay", "smtp://shop:******@mail.example:587?tls=require"});
  CHECK(hidden({"--set", "relays.b.url=smtps://a%40b:g@h"}) ==
        words{"--set", "relays.b.url=smtps://a%40b:*@h"});
  CHECK(hidden({"--set", "relay.password=geheim"}) == words{"--set", "relay.password=******"});
  CHECK(hidden({"--token", "slc_1", "list"}) == words{"--token", "*****", "list"});
  CHECK(hidden({"--token=slc_1"}) == words{"--token=*****"});
  const words plain{"serve",
                    "--relay",
                    "smtp://shop@mail.example:587",
                    "--url",
                    "http://127.0.0.1:8025",
                    "--set",
                    "relay.password_file=/etc/secret",
                    "token",
                    "list",
                    "why",
                    "c1",
                    "a@b.example"};
  CHECK(hidden(plain) == plain);
  CHECK(hidden({"--token"}) == words{"--token"});
}
