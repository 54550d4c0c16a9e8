#include "tests/catch.hpp"
#include "tests/unit/adapters/cli/run_words.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

using namespace sluice::cli::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A configuration file with rules of the user's.
struct rules_file {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "sluice_relay_commands_test.toml";
  explicit rules_file(const std::string& text) { std::ofstream(path) << text; }
  rules_file(const rules_file&) = delete;
  rules_file& operator=(const rules_file&) = delete;
  ~rules_file() { std::filesystem::remove(path); }
};

ran explained(const std::string& reply, std::vector<std::string> more = {}, const std::string& rules = "") {
  const rules_file file(rules);
  std::vector<std::string> words{"relay", "explain", reply, "--config", file.path.string()};
  words.insert(words.end(), more.begin(), more.end());
  return run_words(words);
}

} // namespace

TEST_CASE("what a reply means is told without an engine, for every step where it differs") {
  const auto pace = explained("421 4.7.28 unusual rate of mail");
  CHECK(pace.code == 0);
  CHECK_THAT(pace.out, ContainsSubstring("At every step it is about the pace."));
  const auto unknown = explained("550 5.1.1 no such user");
  CHECK_THAT(unknown.out, ContainsSubstring("At greeting, hello, tls, login it is about the relay.") &&
                              ContainsSubstring("At mail it is about the sender.") &&
                              ContainsSubstring("At recipient, data, end_of_data it is about this letter.") &&
                              ContainsSubstring("final at once"));
  const auto spam = explained("550 5.7.1 spam", {"--step", "end_of_data"});
  CHECK_THAT(spam.out, ContainsSubstring("refused provisionally") && !ContainsSubstring("relay"));
}

TEST_CASE("the first line of a reply of several is explained too") {
  CHECK_THAT(explained("550-5.4.5 Daily user sending limit exceeded.", {"--step", "end_of_data"}).out,
             ContainsSubstring("the account at the relay, a limit each 24h"));
  CHECK(explained("550-5.4.5 Daily user\n550 5.4.5 sending limit exceeded.").code == 0);
}

TEST_CASE("a program gets the same as JSON") {
  const auto said = explained("432 4.3.2 sender thread limit exceeded", {"--json", "--step", "end_of_data"});
  const auto answer = nlohmann::json::parse(said.out);
  CHECK(answer.at("code") == 432);
  CHECK(answer.at("enhanced") == "4.3.2");
  CHECK(answer.at("rule").is_null());
  REQUIRE(answer.at("steps").size() == 1);
  const auto& step = answer.at("steps").at(0);
  CHECK(step.at("step") == "end_of_data");
  CHECK(step.at("about") == "pace");
  CHECK(step.at("is_about_connections") == true);
  CHECK(step.at("period").is_null());
  CHECK(step.at("is_final_at_once") == false);
  CHECK(nlohmann::json::parse(explained("550 5.2.2 full", {"--json"}).out).at("steps").size() == 8);
}

TEST_CASE("rules of the configuration file are explained with their number") {
  const auto said =
      explained("550 5.7.1 pool 7 exhausted", {"--step", "recipient"},
                "[[relay.replies]]\npattern = \"nobody\"\nmeaning = \"letter\"\n"
                "[[relay.replies]]\npattern = \"pool \\\\d+ exhausted\"\nmeaning = \"account\"\n");
  CHECK(said.code == 0);
  CHECK_THAT(said.out, ContainsSubstring("by rule 2 of relay.replies") && ContainsSubstring("the account"));
}

TEST_CASE("what is no reply, no refusal or no step is wrong usage") {
  CHECK_THAT(explained("hello").err, ContainsSubstring("no reply of a server"));
  CHECK_THAT(explained("250 2.0.0 Ok").err, ContainsSubstring("neither refuses nor delays"));
  CHECK_THAT(explained("550 no", {"--step", "rset"}).err, ContainsSubstring("there are greeting, hello"));
  for (const auto& ended : {explained("hello"), explained("250 Ok"), explained("550 no", {"--step", "rset"}),
                            explained("550 no", {}, "[relay]\nreplies = 3\n")})
    CHECK(ended.code == 2);
}
