#include "actors/core/due.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/commands.hpp"
#include "adapters/cli/source_file.hpp"
#include "adapters/cli/text.hpp"
#include "messages/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace sluice::cli {
namespace {

struct plan_arguments {
  std::string file;
  std::optional<std::uint64_t> letters;
};

/// The timetable, row by row: it may have a part for each letter.
void print_table(std::ostream& out, const campaign_spec& spec, timestamp t0, letter_index letters) {
  const auto number_width = std::max<std::size_t>(7, std::to_string(letters).size());
  out << plan_words(spec.plan) << "\n\n"
      << fmt::format("{}  {}  {}  {}\n", padded("PART", number_width, align::right), padded("AT", 19),
                     padded("LETTERS", number_width, align::right),
                     padded("TOTAL", number_width, align::right));
  auto last = t0;
  std::uint64_t parts = 0;
  each_part(spec.plan, t0, letters, 0, [&](const planned_part& part) {
    out << fmt::format("{}  {}  {}  {}\n", padded(std::to_string(part.number), number_width, align::right),
                       moment_words(part.at),
                       padded(std::to_string(part.letters), number_width, align::right),
                       padded(std::to_string(part.letters_total), number_width, align::right));
    last = part.at;
    ++parts;
    return out.good();
  });
  out << fmt::format("\n{} in {}; the last falls due at {} UTC, {} after the first\n",
                     counted(letters, "letter", "letters"), counted(parts, "part", "parts"),
                     moment_words(last), span_words(last - t0));
}

void print_json(std::ostream& out, const campaign_spec& spec, timestamp t0, letter_index letters) {
  out << "{\"items\":[";
  auto last = t0;
  const char* separator = "\n";
  each_part(spec.plan, t0, letters, 0, [&](const planned_part& part) {
    out << separator
        << json_text({{"part", part.number},
                      {"at", format_timestamp(part.at)},
                      {"letters", part.letters},
                      {"total", part.letters_total}});
    separator = ",\n";
    last = part.at;
    return out.good();
  });
  out << "],\n\"ends_at\":" << json_text(format_timestamp(last)) << "}\n";
}

outcome<exit_code> show_plan(session& with, const plan_arguments& said) {
  const auto file = read_json(said.file, with.io().in);
  if (!file)
    return std::unexpected(file.error());
  auto content = *file;
  // A file may name its audience for `create`; the plan does not ask who.
  if (content.is_object())
    content.erase("audience");
  const auto spec = campaign_spec_from_json(content);
  if (!spec)
    return fail(exit_code::usage, fmt::format("{}: {}", shown(said.file), shown(spec.error().message)));
  if (!said.letters || *said.letters == 0 || *said.letters > letters_max)
    return fail(exit_code::usage, fmt::format("--letters takes 1 to {}", letters_max));
  const auto letters = static_cast<letter_index>(*said.letters);
  const auto now = std::chrono::floor<std::chrono::seconds>(with.io().now());
  const auto t0 = std::max<timestamp>(spec->plan.start_at.value_or(now), now);
  if (const auto checked = check_end(spec->plan, t0, letters); !checked)
    return fail(exit_code::usage, checked.error().message);
  if (with.wants_json())
    print_json(with.io().out, *spec, t0, letters);
  else
    print_table(with.io().out, *spec, t0, letters);
  return exit_code::done;
}

} // namespace

void add_plan_command(command_syntax root) {
  auto said = std::make_shared<plan_arguments>();
  root.command("plan", "the whole plan as a table, before anything is sent; needs no engine")
      .argument("FILE", said->file, "a campaign file (JSON); - is standard input")
      .number("--letters", said->letters, "how many letters there are")
      .runs([said](session& with) { return show_plan(with, *said); });
}

} // namespace sluice::cli
