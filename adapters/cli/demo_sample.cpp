#include "adapters/cli/demo_sample.hpp"

#include <fmt/format.h>

#include <array>

namespace sluice::cli {
namespace {

constexpr std::array first_names{"Ada",  "Bruno", "Clara", "Dmitri", "Elif",  "Farid", "Greta",
                                 "Hugo", "Ines",  "Jonas", "Katya",  "Leo",   "Marta", "Nils",
                                 "Olga", "Pavel", "Rosa",  "Selim",  "Tilda", "Yuri"};
constexpr std::array last_names{"Alder",  "Birch",  "Cedar",  "Dahl",    "Elm",     "Fenn",
                                "Grove",  "Heath",  "Iver",   "Juniper", "Kestrel", "Larch",
                                "Meadow", "Nettle", "Oakley", "Poplar",  "Quill",   "Rowan",
                                "Sorrel", "Thorn",  "Umber",  "Vale",    "Willow"};
constexpr std::array cities{"Ashport", "Brindle", "Calder Bay", "Dunmere", "Eastwick Falls", "Fernholm",
                            "Glimmer", "Harrow",  "Ivory Hill", "Jaspen",  "Kingsreach"};
constexpr std::array domains{"example.com", "example.org", "example.net"};

std::string lowered(std::string_view text) {
  std::string low;
  for (const char c : text)
    low += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return low;
}

} // namespace

recipient demo_recipient(letter_index index, const demo_columns& columns) {
  // The lists' lengths have no common factor, so that names, cities and domains mix.
  const std::string_view first = first_names[index % first_names.size()];
  const std::string_view last = last_names[index % last_names.size()];
  recipient one;
  one.email =
      fmt::format("{}.{}.{}@{}", lowered(first), lowered(last), index + 1, domains[index % domains.size()]);
  one.fields = {{columns.name, fmt::format("{} {}", first, last)},
                {columns.city, cities[index % cities.size()]},
                {columns.token, fmt::format("{:08x}", index * 2654435761U)}};
  return one;
}

campaign_spec demo_campaign() {
  campaign_spec spec;
  spec.name = demo_campaign_name;
  spec.from = "Sluice Demo <news@demo.example>";
  spec.reply_to = "help@demo.example";
  spec.subject = "{{name}}, autumn comes to {{city}}";
  spec.text = "Hello {{name}},\n\n"
              "the days grow shorter in {{city}}, and this letter is one of twenty thousand.\n"
              "It left when its part of the plan fell due, or when somebody let all of them go.\n\n"
              "No letters any more: https://demo.example/u/{{token}}\n";
  spec.html = "<p>Hello {{name}},</p>\n"
              "<p>the days grow shorter in <b>{{city}}</b>, and this letter is one of twenty thousand. "
              "It left when its part of the plan fell due, or when somebody let all of them go.</p>\n"
              "<p><a href=\"https://demo.example/u/{{token}}\">No letters any more</a></p>\n";
  spec.unsubscribe_url = "https://demo.example/u/{{token}}";
  spec.plan.parts = parts{.size = 400, .every = std::chrono::seconds(5), .growth_percent = 0};
  return spec;
}

result<audience_info> demo_audience(audience_store& audiences, timestamp now) {
  const auto kept = audiences.list();
  if (!kept)
    return std::unexpected(kept.error());
  for (const auto& each : *kept)
    if (each.name == demo_audience_name && each.size == demo_letters)
      return each;
  auto writer = audiences.begin(demo_audience_name, now);
  if (!writer)
    return std::unexpected(writer.error());
  demo_columns columns;
  for (const auto& [name, into] : {std::pair{"name", &columns.name}, std::pair{"city", &columns.city},
                                   std::pair{"token", &columns.token}}) {
    const auto column = (*writer)->column(name);
    if (!column)
      return std::unexpected(column.error());
    *into = *column;
  }
  for (letter_index index = 0; index < demo_letters; ++index)
    if (const auto added = (*writer)->add(demo_recipient(index, columns)); !added)
      return std::unexpected(added.error());
  return (*writer)->commit({{}, now});
}

} // namespace sluice::cli
