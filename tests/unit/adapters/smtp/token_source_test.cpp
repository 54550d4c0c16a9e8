// Where tokens and passwords come from.

#include "adapters/smtp/secret_file.hpp"
#include "adapters/smtp/token_source.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/stores.hpp"

#include <fstream>

using namespace sluice;
using Catch::Matchers::ContainsSubstring;

namespace {

void write(const std::filesystem::path& name, std::string_view text) {
  std::ofstream(name, std::ios::binary) << text;
}

} // namespace

TEST_CASE("a secret is the first line of its file", "[smtp][auth]") {
  const testing::temporary_folder folder;
  const auto name = (folder.path() / "secret").string();
  for (const auto* text :
       {"s3 cret", "s3 cret\n", "s3 cret\r\n", "s3 cret\nmore\n", "\xEF\xBB\xBFs3 cret\n"}) {
    write(name, text);
    CHECK(read_secret_file(name) == "s3 cret");
  }
  for (const auto& text : {std::string{}, std::string{"\nlater"}, std::string(100'000, 'x')}) {
    write(name, text);
    const auto refused = read_secret_file(name);
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, ContainsSubstring(name) && !ContainsSubstring("xxx"));
  }
  CHECK_FALSE(read_secret_file((folder.path() / "nothing").string()));
  CHECK_FALSE(read_secret_file(folder.path().string()));
}

TEST_CASE("a token is a line, or what a token endpoint answers", "[smtp][auth]") {
  CHECK(read_access_token("abc.def\n")->text == "abc.def");
  CHECK(read_access_token("abc.def\n")->lifetime == milliseconds::max());
  const auto answer =
      read_access_token("\n{\"access_token\": \"abc\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}");
  REQUIRE(answer);
  CHECK(answer->text == "abc");
  CHECK(answer->lifetime == std::chrono::seconds(3599));
  CHECK(read_access_token(R"({"access_token": "abc", "expires_in": 1e300})"));
  for (const std::string text : {"", "\nabc", "two words", "a\x01z", "{}", "{\"access_token\": 1}", "{",
                                 "\xD1\x8F", R"({"access_token": "a\u0001b"})"}) {
    INFO(text);
    CHECK_FALSE(read_access_token(text));
  }
}

TEST_CASE("a token's file is read anew each time", "[smtp][auth]") {
  const testing::temporary_folder folder;
  const auto name = (folder.path() / "token").string();
  token_source source({.file = name, .command = {}});
  CHECK_FALSE(source.get());
  write(name, "one\n");
  CHECK(source.get() == "one");
  write(name, "two\n");
  CHECK(source.get() == "two");
}

TEST_CASE("a command's token is kept until it is refused or nearly over", "[smtp][auth]") {
  auto now = steady_time{};
  int runs = 0;
  std::string printed = R"({"access_token": "one", "expires_in": 600})";
  token_source source({.file = {},
                       .command = "fetch",
                       .run =
                           [&](const std::string&, milliseconds) {
                             ++runs;
                             return printed;
                           },
                       .now = [&] { return now; }});
  CHECK(source.get() == "one");
  CHECK(source.get() == "one");
  CHECK(source.get("another") == "one");
  CHECK(runs == 1);
  now += std::chrono::seconds(541);
  CHECK(source.get() == "one");
  CHECK(runs == 2);
  printed = "two\n";
  CHECK(source.get("one") == "two");
  now += std::chrono::hours(1000);
  CHECK(source.get("one") == "two");
  CHECK(runs == 3);
  printed = "";
  CHECK_FALSE(source.get("two"));
  printed = "three";
  CHECK(source.get() == "three");
}

TEST_CASE("a command is run by the shell, for so long and with so much to say", "[smtp][auth]") {
  constexpr auto long_enough = std::chrono::minutes(1);
  CHECK(run_by_shell("echo one; cat; echo two", long_enough) == "one\ntwo\n");
  CHECK(run_by_shell("sleep 1000 & echo behind", long_enough) == "behind\n");
  const auto words = [](const result<std::string>& got) {
    return got ? "printed " + *got : got.error().message;
  };
  CHECK_THAT(words(run_by_shell("echo secret; exit 3", long_enough)),
             ContainsSubstring("exit code 3") && !ContainsSubstring("secret"));
  CHECK_THAT(words(run_by_shell("kill -9 $$", long_enough)), ContainsSubstring("signal"));
  CHECK_THAT(words(run_by_shell("yes", long_enough)), ContainsSubstring("more than a token"));
  CHECK_THAT(words(run_by_shell("sleep 1000", milliseconds{20})), ContainsSubstring("in time"));
  CHECK_THAT(words(run_by_shell("exec >&-; sleep 1000", milliseconds{20})), ContainsSubstring("in time"));
}
