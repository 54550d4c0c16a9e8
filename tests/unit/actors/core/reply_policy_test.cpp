#include "actors/core/reply_policy.hpp"

#include "tests/catch.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace sluice {

std::ostream& operator<<(std::ostream& out, const reply_meaning& meaning) {
  out << name_of(meaning.about);
  if (meaning.is_about_connections)
    out << ", connections";
  if (meaning.is_session_full)
    out << ", a full session";
  if (meaning.period)
    out << ", each " << format_duration(*meaning.period);
  return out;
}

namespace {

using enum reply_about;

/// "550 5.7.1 words" as a session would have read it.
reply said(std::string_view line) {
  reply made;
  made.code = static_cast<std::uint16_t>(std::stoi(std::string(line.substr(0, 3))));
  auto rest = line.size() > 4 ? line.substr(4) : std::string_view{};
  const auto end = std::min(rest.find(' '), rest.size());
  const auto first = rest.substr(0, end);
  if (first.size() >= 5 && first[1] == '.' &&
      first.find_first_not_of("0123456789.") == std::string_view::npos) {
    made.enhanced = first;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  made.text = rest;
  return made;
}

reply_meaning about(reply_about what) {
  return {.about = what};
}

reply_meaning each(reply_about what, milliseconds period) {
  return {.about = what, .period = period};
}

constexpr milliseconds day = std::chrono::days(1);
constexpr milliseconds hour = std::chrono::hours(1);
constexpr milliseconds minute = std::chrono::minutes(1);
const reply_meaning connections{.about = pace, .is_about_connections = true};

/// A row of reply_policy_examples.txt.
struct example {
  std::size_t number = 0;
  smtp_step step;
  reply_meaning meaning;
  std::string source; ///< whose words they are
  std::string line;
};

/// "pace", "pace connections", "account day"
reply_meaning read_meaning(const std::string& words) {
  const auto end = std::min(words.find(' '), words.size());
  const auto what = parse_reply_about(words.substr(0, end));
  REQUIRE(what);
  const auto more = end < words.size() ? words.substr(end + 1) : std::string{};
  const std::map<std::string, std::optional<milliseconds>> periods{{"", std::nullopt},
                                                                   {"connections", std::nullopt},
                                                                   {"session", std::nullopt},
                                                                   {"minute", minute},
                                                                   {"hour", hour},
                                                                   {"day", day}};
  return {.about = *what,
          .is_about_connections = more == "connections",
          .period = periods.at(more),
          .is_session_full = more == "session"};
}

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  while (cells.size() < 3) {
    const auto end = row.find(" | ");
    REQUIRE(end != std::string_view::npos);
    const auto cell = row.substr(0, end);
    cells.emplace_back(cell.substr(0, cell.find_last_not_of(' ') + 1));
    row.remove_prefix(end + 3);
  }
  cells.emplace_back(row);
  return cells;
}

std::vector<example> read_examples() {
  std::ifstream table(std::filesystem::path(SLUICE_SOURCE_FOLDER) /
                      "tests/unit/actors/core/reply_policy_examples.txt");
  std::vector<example> examples;
  std::size_t number = 0;
  for (std::string row; std::getline(table, row);) {
    ++number;
    if (row.empty() || row.starts_with('#'))
      continue;
    INFO("line " << number << ": " << row);
    const auto cells = cells_of(row);
    const auto step = parse_smtp_step(cells[0]);
    REQUIRE(step);
    examples.push_back({number, *step, read_meaning(cells[1]), cells[2], cells[3]});
  }
  return examples;
}

constexpr auto greeting = smtp_step::greeting;
constexpr auto rcpt = smtp_step::recipient;

TEST_CASE("replies as servers send them are about whom the table says") {
  const reply_policy policy;
  const auto examples = read_examples();
  CHECK(examples.size() > 250); // none was lost on the way
  for (const auto& one : examples) {
    INFO("line " << one.number << ", of " << one.source << " at " << name_of(one.step) << ": " << one.line);
    CHECK(policy.judge(said(one.line), one.step) == one.meaning);
  }
}

TEST_CASE("a user's rule comes before all of ours") {
  const std::array<reply_rule, 3> rules{
      {{"Unknown Sender-Pool", sender}, {"^550 5\\.1\\.1 ", account}, {"pool exhausted", pace}}};
  const auto policy = reply_policy::make(rules);
  REQUIRE(policy);
  CHECK(policy->judge(said("550 5.7.1 unknown sender-pool 7"), rcpt) == about(sender));
  CHECK(policy->judge(said("550 5.1.1 no such user"), rcpt) == about(account));
  CHECK(policy->judge(said("550 5.1.2 no such domain"), rcpt) == about(letter));
  CHECK(policy->own_rule(said("550 5.1.1 no such user")) == 1);
  CHECK_FALSE(policy->own_rule(said("550 5.1.2 no such domain")));
  CHECK(policy->judge(said("421 4.3.0 pool exhausted, 20 per minute"), greeting) == each(pace, minute));
  CHECK(policy->judge(said("421 4.3.0 pool exhausted: too many connections"), greeting) == connections);
}

TEST_CASE("a rule that cannot be read is refused and named") {
  for (const auto* pattern : {"(unclosed", ""}) {
    const std::array<reply_rule, 1> rules{{{pattern, letter}}};
    const auto made = reply_policy::make(rules);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == error_code::invalid_input);
    CHECK(made.error().notice.code == "pattern_invalid");
  }
}

TEST_CASE("only a code that is about the mailbox makes a refusal final at once") {
  for (const auto* line : {"550 5.1.1 no such user", "550 5.1.2 no such domain", "553 5.1.3 bad address",
                           "551 5.1.6 moved", "556 5.1.10 null MX", "550 5.2.1 disabled", "552 5.2.2 full",
                           "550 sorry, no mailbox here by that name (#5.1.1)"}) {
    INFO(line);
    CHECK(is_about_mailbox(said(line)));
  }
  for (const auto* line :
       {"450 4.1.1 try later", "450 5.1.1 a transient reply", "550 5.7.1 spam", "550 no such user",
        "550 5.1.11 x", "550 5.2.3 too large", "554 5.1.0 other", "550 see section (5) of our rules"}) {
    INFO(line);
    CHECK_FALSE(is_about_mailbox(said(line)));
  }
}

TEST_CASE("where an account's limit says when it is over, that is read") {
  const auto again_in = [](std::string_view line) {
    return reply_policy{}.judge(said(line), smtp_step::recipient).again_in;
  };
  using namespace std::chrono_literals;
  CHECK(again_in("550 5.4.5 Daily sending quota exceeded, try again in 30 minutes") == 30min);
  CHECK(again_in("451 Hourly limit of messages reached. Retry after 3600 seconds") == 1h);
  CHECK(again_in("450 4.7.1 You have exceeded your sending limit; it resets in 2 hours") == 2h);
  CHECK(again_in("450 4.7.1 You have exceeded your sending limit, wait at least 90s") == 90s);
  CHECK_FALSE(again_in("550 5.4.5 Daily sending quota exceeded, try again tomorrow"));
  CHECK_FALSE(again_in("550 5.4.5 Daily sending quota of 500 exceeded"));
  CHECK_FALSE(again_in("450 4.2.2 The mailbox is full, try again in 30 minutes"));
}

TEST_CASE("steps and meanings have names, both ways") {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(smtp_step::end_of_data); ++i) {
    const auto step = static_cast<smtp_step>(i);
    CHECK(parse_smtp_step(name_of(step)) == step);
  }
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(letter); ++i) {
    const auto meaning = static_cast<reply_about>(i);
    CHECK(parse_reply_about(name_of(meaning)) == meaning);
  }
  CHECK(name_of(smtp_step::end_of_data) == "end_of_data");
  CHECK_FALSE(parse_smtp_step("rset"));
  CHECK_FALSE(parse_reply_about("nobody"));
}

} // namespace
} // namespace sluice
