#include "messages/time.hpp"

#include "messages/utf8.hpp"

#include <charconv>
#include <cstdio>
#include <optional>

namespace sluice {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr timestamp earliest{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};

/// Reads fixed-width numbers and single characters off the front of a text.
class field_reader {
public:
  explicit field_reader(std::string_view text) : rest_(text) {}

  std::optional<int> digits(std::size_t width) {
    if (rest_.size() < width)
      return std::nullopt;
    int number = 0;
    for (const auto one : rest_.substr(0, width)) {
      if (one < '0' || one > '9')
        return std::nullopt;
      number = number * 10 + (one - '0');
    }
    rest_.remove_prefix(width);
    return number;
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// The digits of a fraction, to the millisecond; the rest of them is dropped.
  std::optional<milliseconds> fraction() {
    int value = 0;
    std::size_t count = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++count)
      if (count < 3)
        value = value * 10 + (rest_.front() - '0');
    if (count == 0)
      return std::nullopt;
    for (; count < 3; ++count)
      value *= 10;
    return milliseconds{value};
  }

  bool is_done() const { return rest_.empty(); }

private:
  std::string_view rest_;
};

std::optional<milliseconds> read_offset(field_reader& from) {
  if (from.take('Z') || from.take('z'))
    return milliseconds{0};
  const auto is_east = from.take('+');
  if (!is_east && !from.take('-'))
    return std::nullopt;
  const auto hour = from.digits(2);
  const auto has_colon = from.take(':');
  const auto minute = from.digits(2);
  if (!hour || !has_colon || !minute || *hour > 23 || *minute > 59)
    return std::nullopt;
  const milliseconds offset = hours(*hour) + minutes(*minute);
  return is_east ? offset : -offset;
}

std::optional<timestamp> read_timestamp(std::string_view text) {
  field_reader from(text);
  const auto year = from.digits(4);
  const auto dash = from.take('-');
  const auto month = from.digits(2);
  const auto second_dash = from.take('-');
  const auto day = from.digits(2);
  const auto separator = from.take('T') || from.take('t') || from.take(' ');
  const auto hour = from.digits(2);
  const auto colon = from.take(':');
  const auto minute = from.digits(2);
  const auto second_colon = from.take(':');
  const auto second = from.digits(2);
  if (!year || !dash || !month || !second_dash || !day || !separator || !hour || !colon || !minute ||
      !second_colon || !second)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  milliseconds part{0};
  if (from.take('.')) {
    const auto fraction = from.fraction();
    if (!fraction)
      return std::nullopt;
    part = *fraction;
  }
  const auto offset = read_offset(from);
  if (!offset || !from.is_done())
    return std::nullopt;
  const auto moment = timestamp{std::chrono::sys_days{date}} + hours(*hour) + minutes(*minute) - *offset;
  // A leap second is the last of a day in UTC and nowhere else; here it is the first of the next day.
  if (*second == 60 && moment + minutes(1) != std::chrono::ceil<days>(moment))
    return std::nullopt;
  const auto read = moment + seconds(*second) + part;
  // An offset may push it out of the years that can be written back.
  if (read < earliest || read >= end_of_time)
    return std::nullopt;
  return read;
}

struct unit {
  std::string_view name;
  milliseconds length;
};

constexpr unit units[] = {
    {"d", days(1)}, {"h", hours(1)}, {"m", minutes(1)}, {"s", seconds(1)}, {"ms", milliseconds(1)}};

} // namespace

timestamp system_now() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

std::string format_timestamp(timestamp moment) {
  const auto midnight = std::chrono::floor<days>(moment);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{moment - midnight};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  std::string formatted = text;
  if (const auto rest = time.subseconds().count(); rest != 0) {
    std::snprintf(text, sizeof text, ".%03d", static_cast<int>(rest));
    formatted += text;
  }
  return formatted + "Z";
}

result<timestamp> parse_timestamp(std::string_view text) {
  const auto read = read_timestamp(text);
  if (!read)
    return failure(error_code::invalid_input, notice{"not_a_time", {{"text", excerpt(text)}}});
  return *read;
}

std::string format_duration(milliseconds duration) {
  if (duration.count() == 0)
    return "0s";
  for (const auto& one : units)
    // One day is said as 24h, by habit; a week as 7d.
    if (duration % one.length == milliseconds{0} && (one.name != "d" || duration / one.length > 1))
      return std::to_string(duration / one.length) + std::string{one.name};
  return std::to_string(duration.count()) + "ms";
}

result<milliseconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view name{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (fault == std::errc{} && text.front() != '-')
    for (const auto& one : units)
      if (name == one.name && number <= milliseconds::max() / one.length)
        return number * one.length;
  return failure(error_code::invalid_input, notice{"not_a_duration", {{"text", excerpt(text)}}});
}

} // namespace sluice
