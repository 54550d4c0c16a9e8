#include "messages/json.hpp"

#include <array>
#include <cstdio>

namespace sluice {

namespace {

/// "1 Dec 2026 09:00", with the seconds where there are any.
std::string words_of(timestamp moment) {
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{moment - midnight};
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%u %s %d %02d:%02d", static_cast<unsigned>(date.day()),
                months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()));
  std::string words = text.data();
  if (const auto seconds = time.seconds().count(); seconds != 0) {
    std::snprintf(text.data(), text.size(), ":%02d", static_cast<int>(seconds));
    words += text.data();
  }
  return words;
}

/// "30 min", "24 h", "7 days", "90 s".
std::string words_of(milliseconds interval) {
  const auto text = format_duration(interval);
  const auto unit_at = text.find_first_not_of("0123456789");
  const auto unit = text.substr(unit_at);
  return text.substr(0, unit_at) + " " + (unit == "m" ? "min" : unit == "d" ? "days" : unit);
}

} // namespace

std::string plan_words(const plan& value) {
  auto words = value.start_at ? words_of(*value.start_at) : std::string{"now"};
  if (!value.parts)
    return words + ", all at once";
  words += ", " + std::to_string(value.parts->size) + (value.parts->size == 1 ? " letter" : " letters") +
           " every " + words_of(value.parts->every);
  if (value.parts->growth_percent > 0)
    words += ", growing " + std::to_string(value.parts->growth_percent) + "% a day";
  return words;
}

} // namespace sluice
