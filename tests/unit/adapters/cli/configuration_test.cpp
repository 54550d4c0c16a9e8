#include "adapters/cli/configuration.hpp"
#include "adapters/cli/toml_file.hpp"
#include "tests/catch.hpp"

#include <set>

using namespace sluice::cli;
using Catch::Matchers::ContainsSubstring;

namespace {

configuration_file file(std::string text) {
  return {"sluice.toml", std::move(text)};
}

std::string complaint(std::string text) {
  const auto made = configure(file(std::move(text)), {}, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == exit_code::usage);
  return made.error().message;
}

} // namespace

TEST_CASE("without a word, the embedded defaults are in force and lie in the data folder") {
  const auto made = configure({}, {}, {{"--data", "data", "/tmp/elsewhere"}});
  REQUIRE(made);
  CHECK(made->settings.node.relay.url == "maildir:/tmp/elsewhere/maildir");
  CHECK(made->settings.listen == "127.0.0.1:8025");
  CHECK(made->settings.node.relay.connections_max == 20);
}

TEST_CASE("flags win, then the environment, then the file") {
  const auto text = file("[relay]\nurl = \"null:\"\nconnections = 3\nhello_name = \"a.example\"\n");
  const environment variables{{"SLUICE_RELAY_CONNECTIONS", "4"}, {"SLUICE_RELAY_HELLO_NAME", "b.example"}};
  const auto made = configure(text, variables, {{"--set", "relay.connections", "5"}});
  REQUIRE(made);
  CHECK(made->settings.node.relay.url == "null:");
  CHECK(made->settings.node.relay.hello_name == "b.example");
  CHECK(made->settings.node.relay.connections_max == 5);
  CHECK(made->sources.at("relay.url") == "sluice.toml:2");
  CHECK(made->sources.at("relay.hello_name") == "SLUICE_RELAY_HELLO_NAME");
  CHECK(made->sources.at("relay.connections") == "--set");
}

TEST_CASE("a flag takes a list as the file has it, and with commas alone") {
  for (const auto* text : {R"(["60/m", "d.example 5/s"])", "60/m, d.example 5/s"}) {
    const auto made = configure({}, {}, {{"--set", "relay.limits", text}});
    REQUIRE(made);
    CHECK(made->settings.node.relay.limits ==
          std::vector<sluice::relay_limit>{{{}, 60, std::chrono::minutes(1)}, {"d.example", 5}});
  }
  for (const auto* text : {R"(["60/m")", R"([60])", R"(["60/m" "5/s"])"})
    CHECK_FALSE(configure({}, {}, {{"--set", "relay.limits", text}}));
}

TEST_CASE("rules on replies are tables, and shown as the file and as a program takes them") {
  const std::vector<sluice::reply_rule> rules{{"pool \\d+", sluice::reply_about::account},
                                              {"a \"b\"", sluice::reply_about::letter}};
  const auto made = configure(file("[[relay.replies]]\npattern = 'pool \\d+'\nmeaning = \"account\"\n\n"
                                   "[[relay.replies]]\nmeaning = \"letter\"\npattern = 'a \"b\"'\n"),
                              {}, {});
  REQUIRE(made);
  CHECK(made->settings.node.relay.replies == rules);
  const auto* known = find_setting("relay.replies");
  REQUIRE(known != nullptr);
  const auto text = known->get(made->settings);
  CHECK(text ==
        R"([{pattern = "pool \\d+", meaning = "account"}, {pattern = "a \"b\"", meaning = "letter"}])");
  CHECK_THAT(configuration_words(*made), ContainsSubstring("relay.replies = " + text));
  CHECK_THAT(configuration_json(*made),
             ContainsSubstring(R"("value": [{"pattern": "pool \\d+", "meaning": "account"}, )"));
  // As it is shown it is taken, by the file, a variable and a flag; the later one is instead of the earlier.
  CHECK(configure(file("relay.replies = " + text), {}, {})->settings.node.relay.replies == rules);
  const auto twice = configure(file("relay.replies = " + text), {{"SLUICE_RELAY_REPLIES", text}}, {});
  REQUIRE(twice);
  CHECK(twice->settings.node.relay.replies == rules);
  CHECK(configure(file("relay.replies = " + text), {}, {{"--set", "relay.replies", "[]"}})
            ->settings.node.relay.replies.empty());
  CHECK(configure(file("relay.replies = []"), {}, {})->settings.node.relay.replies.empty());
}

TEST_CASE("a wrong rule on replies stops the start with its line and what is allowed") {
  const auto second = [](const std::string& rule) {
    return "[[relay.replies]]\npattern = \"a\"\nmeaning = \"pace\"\n[[relay.replies]]\n" + rule;
  };
  for (const auto& [rule, fault] : std::vector<std::pair<std::string, std::string>>{
           {"pattern = \"(\"\nmeaning = \"pace\"\n", "no regular expression"},
           {"pattern = \"\"\nmeaning = \"pace\"\n", "it is empty"},
           {"pattern = \"a\"\nmeaning = \"spam\"\n", "\"spam\" is no meaning"},
           {"pattern = \"a\"\n", "meaning is missing"},
           {"meaning = \"pace\"\n", "pattern is missing"},
           {"pattern = 5\nmeaning = \"pace\"\n", "pattern is not a text"},
           {"patern = \"a\"\nmeaning = \"pace\"\n", "there is no \"patern\""}})
    CHECK_THAT(complaint(second(rule)), ContainsSubstring("sluice.toml:4: relay.replies: ") &&
                                            ContainsSubstring(fault) && ContainsSubstring("\"letter\""));
  CHECK_THAT(complaint("[relay]\nreplies = 3\n"), ContainsSubstring("sluice.toml:2: relay.replies: "));
  for (const auto* text : {"[{pattern = \"a\"", "3", "[]\nother = 1"})
    CHECK_FALSE(configure({}, {}, {{"--set", "relay.replies", text}}));
}

TEST_CASE("several relays have each setting of the one, and are shown with their keys") {
  const auto made =
      configure(file("[relays.main]\nurl = \"smtp://user@a.example\"\nweight = 3\nlimits = [\"14/s\"]\n"
                     "[[relays.main.replies]]\npattern = \"a\"\nmeaning = \"pace\"\n"
                     "[relays.spare-1]\nurl = \"null:\"\nstandby = true\nsenders = [\"b.example\"]\n"),
                {{"SLUICE_RELAYS_MAIN_PASSWORD", "hush-hush"}, {"SLUICE_RELAYS_SPARE_1_CONNECTIONS", "7"}},
                {{"--set", "relays.main.connections", "9"}});
  REQUIRE(made);
  const auto& node = made->settings.node;
  CHECK(node.relay.url.empty());
  REQUIRE(node.relays.size() == 2);
  const auto& first = node.relays[0];
  CHECK(first.name == "main");
  CHECK(first.share.weight == 3);
  CHECK(first.connections_max == 9);
  CHECK(first.password == "hush-hush");
  CHECK(first.limits.size() == 1);
  CHECK(first.replies.size() == 1);
  const auto& second = node.relays[1];
  CHECK(second.name == "spare-1");
  CHECK(second.share.is_standby);
  CHECK(second.share.senders == std::vector<std::string>{"b.example"});
  CHECK(second.connections_max == 7);
  CHECK(second.replies.empty());
  const auto words = configuration_words(*made);
  CHECK_THAT(words, ContainsSubstring("relays.main.weight = 3") && ContainsSubstring("sluice.toml:3"));
  CHECK_THAT(words, ContainsSubstring("relays.main.password = \"***\"") && !ContainsSubstring("hush-hush"));
  CHECK_THAT(words, ContainsSubstring("relays.spare-1.connections = 7"));
  CHECK_THAT(words, !ContainsSubstring("\nrelay.url"));
}

TEST_CASE("the relay without a name stands beside the others where it has a URL") {
  const auto made = configure(file("[relay]\nurl = \"null:\"\n[relays.b]\nurl = \"null:\"\n"), {}, {});
  REQUIRE(made);
  CHECK(made->settings.node.relay.url == "null:");
  CHECK(made->settings.node.relays.size() == 1);
}

TEST_CASE("relays that do not go together stop the start") {
  CHECK_THAT(complaint("[relays.a]\nweight = 2\n"), ContainsSubstring("[relays.a] has no url"));
  CHECK_THAT(complaint("[relays.a]\nurl = \"null:\"\nstandby = true\n"),
             ContainsSubstring("every relay is a standby"));
  CHECK_THAT(complaint("[relay]\nconnections = 3\n[relays.a]\nurl = \"null:\"\n"),
             ContainsSubstring("sluice.toml:2: relay.connections is set, and relay.url is not"));
  CHECK_THAT(complaint("[relays.a]\nurl = \"smtp://b.example\"\npassword_file = \"f\"\n"),
             ContainsSubstring("relays.a.password_file is set, and relays.a.url names no user"));
  CHECK_THAT(complaint("[relays.a]\nurl = \"pigeon:loft\"\n"),
             ContainsSubstring("sluice.toml:2: relays.a.url"));
  CHECK_THAT(complaint("[relays.A_b]\nurl = \"null:\"\n"), ContainsSubstring("a name of a-z, 0-9 and -"));
  CHECK_THAT(complaint("[relays.a]\nurl = \"null:\"\nconections = 1\n"),
             ContainsSubstring("did you mean relays.a.connections?"));
  const auto said = configure({}, {}, {{"--set", "relays.a.password", "x"}});
  REQUIRE_FALSE(said);
  CHECK_THAT(said.error().message, ContainsSubstring("SLUICE_RELAYS_A_PASSWORD"));
}

TEST_CASE("a wrong key stops the start with file, line and the nearest key") {
  CHECK_THAT(complaint("listen = \"127.0.0.1:1\"\n\n[relay]\nconections = 3\n"),
             ContainsSubstring("sluice.toml:4") && ContainsSubstring("did you mean relay.connections"));
  CHECK_THAT(complaint("[relays]\nurl = \"null:\"\n"), ContainsSubstring("did you mean relay.url"));
  CHECK_THAT(complaint("connections = 3\n"), ContainsSubstring("did you mean relay.connections"));
}

TEST_CASE("a wrong value stops the start with file, line and what is allowed") {
  CHECK_THAT(complaint("[relay]\nconnections = 0\n"),
             ContainsSubstring("sluice.toml:2") && ContainsSubstring("a whole number from 1 to 1000"));
  CHECK_THAT(complaint("[relay]\nconnections = \"3\"\n"), ContainsSubstring("whole number"));
  CHECK_THAT(complaint("[relay]\nconnections = 3.5\n"), ContainsSubstring("whole number"));
  CHECK_THAT(complaint("[relay]\nconnections = -3\n"), ContainsSubstring("whole number"));
  CHECK_THAT(complaint("[retry]\ndelay_first = \"soon\"\n"), ContainsSubstring("\"30s\""));
  CHECK_THAT(complaint("[retry]\ndelay_first = 30\n"), ContainsSubstring("\"30s\""));
  CHECK_THAT(complaint("[relay]\ntls_verify = \"no\"\n"), ContainsSubstring("true or false"));
  CHECK_THAT(complaint("[log]\nlevel = \"loud\"\n"), ContainsSubstring("\"debug\""));
  CHECK_THAT(complaint("[moderation]\nsuspicious_patterns = [\"(\"]\n"),
             ContainsSubstring("regular expression"));
  CHECK_THAT(complaint("[moderation]\nfree_mail_domains = \"gmail.com\"\n"), ContainsSubstring("list"));
  CHECK_THAT(complaint("[suspicion]\nspam_percent = 101\n"), ContainsSubstring("0 to 100"));
  CHECK_THAT(complaint("listen = \"8025\"\n"), ContainsSubstring("ADDRESS:PORT"));
  CHECK_THAT(complaint("[relay]\nurl = \"pigeon:loft\"\n"),
             ContainsSubstring("sluice.toml:2") && ContainsSubstring("smtp://"));
  CHECK_THAT(complaint("[relay]\nurl = \"smtp://host:99999\"\n"), ContainsSubstring("65535"));
}

TEST_CASE("campaigns are kept for a day at least, or for ever") {
  using std::chrono::hours;
  const auto kept_for = [](const char* text) {
    return configure({}, {}, {{"--set", "retention.campaigns", text}})->settings.node.retention.campaigns;
  };
  CHECK(configure({}, {}, {})->settings.node.retention.campaigns == sluice::milliseconds{0});
  CHECK(kept_for("0s") == sluice::milliseconds{0});
  CHECK(kept_for("1d") == hours(24));
  CHECK(kept_for("24h") == hours(24));
  CHECK(kept_for("400d") == hours(24 * 400));
  CHECK_THAT(complaint("[retention]\ncampaigns = \"23h\"\n"),
             ContainsSubstring("sluice.toml:2") &&
                 ContainsSubstring("\"23h\" is not 24h or longer, nor \"0s\" for never"));
  CHECK_THAT(complaint("[retention]\ncampaigns = \"soon\"\n"), ContainsSubstring("a duration like"));
}

TEST_CASE("a wrong address to listen on stops the start with its line, even where a flag says another one") {
  const auto made = configure(file("\nlisten = \"8025\"\n"), {}, {{"--listen", "listen", "127.0.0.1:0"}});
  REQUIRE_FALSE(made);
  CHECK_THAT(made.error().message, ContainsSubstring("sluice.toml:2") && ContainsSubstring("ADDRESS:PORT"));
}

TEST_CASE("a relay that is said to be nothing is refused, not taken for the default") {
  CHECK_THAT(complaint("[relay]\nurl = \"\"\n"),
             ContainsSubstring("sluice.toml:2") && ContainsSubstring("smtp://"));
  const auto variable = configure({}, {{"SLUICE_RELAY_URL", ""}}, {});
  REQUIRE_FALSE(variable);
  CHECK_THAT(variable.error().message, ContainsSubstring("SLUICE_RELAY_URL") && ContainsSubstring("smtp://"));
  const auto assigned = configure({}, {}, {{"--set", "relay.url", ""}});
  REQUIRE_FALSE(assigned);
  CHECK_THAT(assigned.error().message, ContainsSubstring("--set") && ContainsSubstring("smtp://"));
}

TEST_CASE("a pattern that moderation could not use is refused with moderation's own words") {
  const std::string pattern = "(a)\\1";
  sluice::moderation_settings with_it;
  with_it.suspicious_patterns = {pattern};
  const auto refused = sluice::check_patterns(with_it);
  REQUIRE_FALSE(refused);
  CHECK_THAT(complaint("[moderation]\nsuspicious_patterns = ['" + pattern + "']\n"),
             ContainsSubstring("sluice.toml:2") && ContainsSubstring(refused.error().message));
}

TEST_CASE("a mistake in the file's syntax is told with its line") {
  CHECK_THAT(complaint("data = \"x\"\n[relay\n"), ContainsSubstring("sluice.toml:2"));
}

TEST_CASE("values that do not go together stop the start") {
  CHECK_THAT(complaint("[retry]\ndelay_first = \"5h\"\n"),
             ContainsSubstring("sluice.toml:2") && ContainsSubstring("retry.delay_max"));
  CHECK_THAT(complaint("[suspicion]\nwindow = 100\n"), ContainsSubstring("suspicion.outcomes_min"));
}

TEST_CASE("a slip in a variable's name stops the start, another program's variable does not") {
  const auto slip = configure({}, {{"SLUICE_RELAY_URI", "null:"}}, {});
  REQUIRE_FALSE(slip);
  CHECK_THAT(slip.error().message, ContainsSubstring("did you mean SLUICE_RELAY_URL"));
  const auto other = configure({}, {{"SLUICE_SERVICE_PORT_HTTP", "1"}, {"SLUICE_URL", "x"}}, {});
  REQUIRE(other);
  CHECK(other->warnings.size() == 1);
}

TEST_CASE("a wrong value in the environment or a flag is told with its name") {
  const auto variable = configure({}, {{"SLUICE_RELAY_CONNECTIONS", "many"}}, {});
  REQUIRE_FALSE(variable);
  CHECK_THAT(variable.error().message,
             ContainsSubstring("SLUICE_RELAY_CONNECTIONS") && ContainsSubstring("1 to 1000"));
  const auto flag = configure({}, {}, {{"--listen", "listen", "nowhere"}});
  REQUIRE_FALSE(flag);
  CHECK_THAT(flag.error().message, ContainsSubstring("--listen") && ContainsSubstring("ADDRESS:PORT"));
}

TEST_CASE("every setting can be written back as it is printed, from a file and from the environment") {
  const auto made = configure({}, {}, {});
  REQUIRE(made);
  const auto again = configure(file(configuration_words(*made)), {}, {});
  INFO(configuration_words(*made));
  REQUIRE(again);
  std::set<std::string> keys;
  for (const auto& each : settings_table()) {
    CHECK(each.get(again->settings) == each.get(made->settings));
    CHECK(again->sources.contains(each.key));
    CHECK_FALSE(each.allowed.empty());
    CHECK_FALSE(each.about.empty());
    keys.insert(variable_name(each));
  }
  CHECK(keys.size() == settings_table().size());
}

TEST_CASE("lists come from the environment with commas") {
  const auto made = configure({}, {{"SLUICE_MODERATION_SUSPICIOUS_PATTERNS", "casino, free.?money"}}, {});
  REQUIRE(made);
  CHECK(made->settings.node.moderation.suspicious_patterns ==
        std::vector<std::string>{"casino", "free.?money"});
}

TEST_CASE("a relay's password is not printed") {
  const auto made = configure({}, {{"SLUICE_RELAY_URL", "smtp://shop:s3cret@mail.example:587"}}, {});
  REQUIRE(made);
  CHECK_THAT(configuration_words(*made),
             !ContainsSubstring("s3cret") && ContainsSubstring("smtp://shop:***@mail.example:587"));
  CHECK_THAT(configuration_json(*made), !ContainsSubstring("s3cret"));
}

TEST_CASE("a relay's password comes from the environment or a file, and is not printed") {
  const std::string url = "smtp://shop@mail.example:587";
  const auto made = configure({}, {{"SLUICE_RELAY_URL", url}, {"SLUICE_RELAY_PASSWORD", "s3cret"}}, {});
  REQUIRE(made);
  CHECK(made->settings.node.relay.password == "s3cret");
  CHECK_THAT(configuration_words(*made),
             !ContainsSubstring("s3cret") && ContainsSubstring("password = \"***\""));
  CHECK_THAT(configuration_json(*made), !ContainsSubstring("s3cret"));
  const auto of_file =
      configure(file("[relay]\nurl = \"" + url + "\"\npassword_file = \"/etc/p\"\n"), {}, {});
  REQUIRE(of_file);
  CHECK(of_file->settings.node.relay.password_file == "/etc/p");
}

TEST_CASE("a relay's password is not taken from the command line, nor said twice, nor without a user") {
  const auto refused = [](const environment& variables, const std::vector<flag_value>& flags) {
    const auto made = configure({}, variables, flags);
    return made ? std::string{"taken"} : made.error().message;
  };
  const std::string url = "smtp://shop@mail.example:587";
  const auto on_line = refused({{"SLUICE_RELAY_URL", url}}, {{"--set", "relay.password", "s3cret"}});
  CHECK_THAT(on_line, ContainsSubstring("SLUICE_RELAY_PASSWORD") && !ContainsSubstring("s3cret"));
  const auto twice = refused(
      {{"SLUICE_RELAY_URL", "smtp://shop:one@mail.example"}, {"SLUICE_RELAY_PASSWORD", "s3cret"}}, {});
  CHECK_THAT(twice, ContainsSubstring("relay.url has a password too") && !ContainsSubstring("s3cret"));
  CHECK_THAT(
      refused(
          {{"SLUICE_RELAY_URL", url}, {"SLUICE_RELAY_PASSWORD", "a"}, {"SLUICE_RELAY_PASSWORD_FILE", "b"}},
          {}),
      ContainsSubstring("one of the two"));
  CHECK_THAT(
      refused(
          {{"SLUICE_RELAY_URL", url}, {"SLUICE_RELAY_TOKEN_FILE", "a"}, {"SLUICE_RELAY_TOKEN_COMMAND", "b"}},
          {}),
      ContainsSubstring("one of the two"));
  CHECK_THAT(refused({{"SLUICE_RELAY_URL", "smtp://mail.example"}, {"SLUICE_RELAY_PASSWORD", "s3cret"}}, {}),
             ContainsSubstring("names no user"));
  CHECK_THAT(
      refused({{"SLUICE_RELAY_URL", "smtp://mail.example"}, {"SLUICE_RELAY_TOKEN_COMMAND", "fetch s3cret"}},
              {}),
      ContainsSubstring("names no user") && !ContainsSubstring("s3cret"));
  // A relay that nobody logs in to may be tried with the same environment.
  CHECK(refused({{"SLUICE_RELAY_URL", "null:"}, {"SLUICE_RELAY_PASSWORD", "s3cret"}}, {}) == "taken");
}

TEST_CASE("of a token's command the program is printed, its arguments may be secrets") {
  const auto made = configure({},
                              {{"SLUICE_RELAY_URL", "smtp://shop@mail.example"},
                               {"SLUICE_RELAY_TOKEN_COMMAND", "/usr/bin/fetch --secret s3cret"}},
                              {});
  REQUIRE(made);
  CHECK(made->settings.node.relay.token_command == "/usr/bin/fetch --secret s3cret");
  CHECK_THAT(configuration_words(*made),
             !ContainsSubstring("s3cret") && ContainsSubstring("token_command = \"/usr/bin/fetch ***\""));
}

TEST_CASE("a limit for an international domain is for each of its spellings") {
  for (const auto* domain : {"почта.рф", "ПОЧТА.РФ", "XN--80a1acny.xn--p1ai"}) {
    const auto made = configure({}, {{"SLUICE_RELAY_LIMITS", std::string{domain} + " 20/s"}}, {});
    REQUIRE(made);
    REQUIRE(made->settings.node.relay.limits.size() == 1);
    CHECK(made->settings.node.relay.limits.front().domain == "xn--80a1acny.xn--p1ai");
  }
}

TEST_CASE("addresses to listen on are told apart from loopback") {
  CHECK(parse_listen("127.0.0.1:8025")->is_loopback);
  CHECK(parse_listen("[::1]:0")->is_loopback);
  CHECK(parse_listen("localhost:80")->host == "127.0.0.1");
  CHECK_FALSE(parse_listen("0.0.0.0:8025")->is_loopback);
  CHECK_FALSE(parse_listen("127.0.0.1:8025")->is_tls);
  CHECK(parse_listen("https://0.0.0.0:8443")->is_tls);
  CHECK(parse_listen("https://0.0.0.0:8443")->port == 8443);
  CHECK_FALSE(parse_listen("http://[::1]:8025")->is_tls);
  for (const auto* wrong : {"", ":1", "8025", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:80",
                            "[::1:80", "nowhere:80", "256.1.1.1:80", "1.2.3.4.5:80", "127.shop.example:80",
                            "[nowhere]:80", "https://", "ftp://1.2.3.4:80", "https://1.2.3.4:80/"})
    CHECK_FALSE(parse_listen(wrong));
}

TEST_CASE("a listener with TLS wants a certificate and a key, and one without has none") {
  const auto listen = [](std::vector<flag_value> more) {
    more.push_back({"--listen", "listen", "https://0.0.0.0:8443"});
    return configure({}, {}, more);
  };
  CHECK_FALSE(listen({}));
  CHECK_FALSE(listen({{"--set", "http.tls_certificate", "c.pem"}}));
  const auto made = listen({{"--set", "http.tls_certificate", "c.pem"}, {"--set", "http.tls_key", "k.pem"}});
  REQUIRE(made);
  CHECK(made->settings.http.tls_key == "k.pem");
  CHECK_FALSE(configure({}, {}, {{"--set", "http.tls_key", "k.pem"}}));
}
