#include "adapters/import/spreadsheet_number.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

namespace sluice {

namespace {

constexpr std::size_t format_bytes_max = 200;

struct format_token {
  enum class kind_type : std::uint8_t { digit, point, comma, percent, literal, date };
  kind_type kind = kind_type::literal;
  std::string text;
};

using tokens = std::vector<format_token>;
using kind = format_token::kind_type;

bool is_date_letter(char one) {
  return std::string_view{"ymdhsYMDHS"}.find(one) != std::string_view::npos;
}

/// The format's first section. Nothing where it has something that is not followed.
std::optional<tokens> tokens_of(std::string_view format) {
  tokens all;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const auto one = format[at];
    if (one == ';')
      break;
    if (one == '"') {
      const auto end = std::min(format.find('"', at + 1), format.size());
      all.push_back({kind::literal, std::string{format.substr(at + 1, end - at - 1)}});
      at = end;
    } else if (one == '[') { // a colour, a locale, a condition, hours beyond 24
      const auto end = format.find(']', at);
      const auto inside = format.substr(at + 1, end - at - 1);
      if (end == std::string_view::npos || !inside.starts_with('$'))
        return std::nullopt;
      if (const auto sign = inside.substr(1, inside.find('-') - 1); !sign.empty())
        all.push_back({kind::literal, std::string{sign}});
      at = end;
    } else if (one == '\\' || one == '_' || one == '*') {
      if (one == '\\' && at + 1 < format.size())
        all.push_back({kind::literal, std::string{format.substr(at + 1, 1)}});
      ++at; // _x is the width of x, *x fills up with it
    } else if (one == '0' || one == '#' || one == '?') {
      all.push_back({kind::digit, std::string(1, one)});
    } else if (one == '.') {
      all.push_back({kind::point, "."});
    } else if (one == ',') {
      all.push_back({kind::comma, ","});
    } else if (one == '%') {
      all.push_back({kind::percent, "%"});
    } else if (is_date_letter(one)) {
      const auto lower = static_cast<char>(one | 0x20);
      if (!all.empty() && all.back().kind == kind::date && all.back().text.front() == lower && at > 0 &&
          (format[at - 1] | 0x20) == lower)
        all.back().text.push_back(lower);
      else
        all.push_back({kind::date, std::string(1, lower)});
    } else if (std::string_view{" -+()/:"}.find(one) != std::string_view::npos ||
               static_cast<unsigned char>(one) >= 0x80) {
      all.push_back({kind::literal, std::string(1, one)});
    } else if (one == '@') {
      return tokens{};
    } else {
      return std::nullopt; // AM/PM, General, an exponent, a fraction
    }
  }
  return all;
}

bool has_kind(const tokens& all, kind wanted) {
  for (const auto& one : all)
    if (one.kind == wanted)
      return true;
  return false;
}

/// Whether a format that cannot be followed shows dates all the same.
bool looks_like_date(std::string_view format) {
  auto is_quoted = false;
  auto is_in_brackets = false;
  for (std::size_t at = 0; at < format.size() && format[at] != ';'; ++at) {
    const auto one = format[at];
    is_quoted ^= one == '"';
    is_in_brackets = (is_in_brackets || one == '[') && one != ']';
    if (one == '\\')
      ++at;
    else if (!is_quoted && !is_in_brackets && is_date_letter(one) &&
             !format.substr(at).starts_with("General"))
      return true;
  }
  return false;
}

/// As it is: whole numbers without an exponent, others with the 15 digits that a spreadsheet keeps.
std::string plain_number(double value, std::string_view stored) {
  constexpr double whole_max = 1e15;
  if (value == std::floor(value) && std::abs(value) < whole_max)
    return fmt::format("{:.0f}", value == 0 ? 0.0 : value);
  if (stored.find_first_of("eE") == std::string_view::npos && stored.size() <= 15)
    return std::string{stored};
  auto text = fmt::format("{:.15g}", value);
  if (text.find('e') != std::string::npos && std::abs(value) < 1e21)
    text = std::abs(value) >= 1 ? fmt::format("{:.0f}", value) : fmt::format("{:.15f}", value);
  return text;
}

struct calendar_moment {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  bool has_date = false;
  bool has_time = false;
};

/// Nothing outside of what a spreadsheet has dates for.
std::optional<calendar_moment> moment_of(double serial, bool is_from_1904) {
  using namespace std::chrono;
  constexpr double last_day = 2958466;    // 1 January 10000
  constexpr double leap_day_of_1900 = 60; // 29 February 1900, which there was not
  if (!(serial >= 0) || serial >= last_day)
    return std::nullopt;
  auto day = std::floor(serial);
  auto seconds = std::llround((serial - day) * 86400);
  if (seconds == 86400) {
    seconds = 0;
    ++day;
  }
  const sys_days zero = is_from_1904             ? sys_days{1904y / January / 1}
                        : day < leap_day_of_1900 ? sys_days{1899y / December / 31}
                                                 : sys_days{1899y / December / 30};
  const year_month_day date{zero + days{static_cast<int>(day)}};
  return calendar_moment{static_cast<int>(date.year()),
                         static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()),
                         static_cast<unsigned>(seconds / 3600),
                         static_cast<unsigned>(seconds / 60 % 60),
                         static_cast<unsigned>(seconds % 60),
                         day >= 1 || is_from_1904,
                         seconds != 0};
}

std::string iso_date(const calendar_moment& at) {
  const auto date = fmt::format("{:04}-{:02}-{:02}", at.year, at.month, at.day);
  const auto time = at.second != 0 ? fmt::format("{:02}:{:02}:{:02}", at.hour, at.minute, at.second)
                                   : fmt::format("{:02}:{:02}", at.hour, at.minute);
  return !at.has_date ? time : at.has_time ? date + " " + time : date;
}

std::string padded(unsigned value, std::size_t width) {
  return width > 1 ? fmt::format("{:02}", value) : std::to_string(value);
}

/// By a format of days, months, years, hours, minutes and seconds in digits; else ISO 8601.
std::string shown_date(const calendar_moment& at, const tokens& format) {
  std::string text;
  auto before = '\0'; // the letter before: m behind h, and before s, is minutes
  for (std::size_t index = 0; index < format.size(); ++index) {
    const auto& one = format[index];
    if (one.kind != kind::date) {
      text += one.text;
      continue;
    }
    auto after = '\0';
    for (std::size_t next = index + 1; next < format.size() && after == '\0'; ++next)
      if (format[next].kind == kind::date)
        after = format[next].text.front();
    const auto letter = one.text.front();
    const auto width = one.text.size();
    const auto is_minute = letter == 'm' && (before == 'h' || after == 's');
    if (width > 2 && letter != 'y')
      return iso_date(at); // a name in some language
    if (letter == 'y')
      text += width > 2 ? fmt::format("{:04}", at.year) : fmt::format("{:02}", at.year % 100);
    else
      text += padded(letter == 'd'   ? at.day
                     : letter == 'h' ? at.hour
                     : letter == 's' ? at.second
                     : is_minute     ? at.minute
                                     : at.month,
                     width);
    before = letter;
  }
  return text;
}

/// Digits into places, from the right; what there is more of digits stands before the first place.
std::string whole_part(std::string digits, const tokens& places, bool has_groups) {
  std::string reversed;
  std::size_t taken = 0;
  std::size_t left_places = 0;
  for (const auto& one : places)
    left_places += one.kind == kind::digit ? 1U : 0U;
  const auto put_digit = [&](char one) {
    if (has_groups && taken > 0 && taken % 3 == 0)
      reversed += ',';
    reversed += one;
    ++taken;
  };
  const auto next_digit = [&] {
    const auto one = digits.back();
    digits.pop_back();
    return one;
  };
  if (digits == "0")
    digits.clear();
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    if (place->kind == kind::literal) {
      reversed.append(place->text.rbegin(), place->text.rend());
    } else if (place->kind == kind::digit) {
      --left_places;
      if (!digits.empty())
        put_digit(next_digit());
      else if (place->text == "0")
        put_digit('0');
      while (left_places == 0 && !digits.empty())
        put_digit(next_digit());
    }
  }
  return {reversed.rbegin(), reversed.rend()};
}

std::string shown_places(double value, const tokens& format) {
  tokens whole;
  std::string tail;
  std::size_t decimals = 0;
  std::size_t decimals_min = 0;
  auto is_behind_point = false;
  auto has_groups = false;
  for (const auto& one : format) {
    is_behind_point = is_behind_point || one.kind == kind::point;
    if (one.kind == kind::comma)
      has_groups = true;
    else if (one.kind == kind::percent)
      (is_behind_point ? tail : whole.emplace_back(kind::literal, "").text) += "%";
    else if (is_behind_point && one.kind == kind::digit)
      decimals_min = one.text == "0" ? ++decimals : (++decimals, decimals_min);
    else if (is_behind_point && one.kind == kind::literal)
      tail += one.text;
    else if (!is_behind_point)
      whole.push_back(one);
  }
  if (has_kind(format, kind::percent))
    value *= 100;
  auto text = fmt::format("{:.{}f}", std::abs(value), decimals);
  const auto point = std::min(text.find('.'), text.size());
  auto fraction = text.substr(std::min(point + 1, text.size()));
  while (fraction.size() > decimals_min && fraction.ends_with('0'))
    fraction.pop_back();
  auto shown = whole_part(text.substr(0, point), whole, has_groups);
  if (!fraction.empty())
    shown += "." + fraction;
  const auto is_negative = value < 0 && text.find_first_not_of("0.") != std::string::npos;
  return (is_negative ? "-" : "") + shown + tail;
}

} // namespace

std::string_view built_in_format(int id) {
  switch (id) {
  case 1:
    return "0";
  case 2:
    return "0.00";
  case 3:
    return "#,##0";
  case 4:
    return "#,##0.00";
  case 9:
    return "0%";
  case 10:
    return "0.00%";
  case 14:
    return "yyyy-mm-dd"; // in the reader's own order; ISO 8601 is nobody's and everybody's
  case 15:
  case 16:
  case 17:
    return "yyyy-mm-dd";
  case 18:
  case 20:
    return "hh:mm";
  case 19:
  case 21:
    return "hh:mm:ss";
  case 22:
    return "yyyy-mm-dd hh:mm";
  case 27:
  case 28:
  case 29:
  case 30:
  case 31:
  case 36:
  case 50:
  case 51:
  case 52:
  case 53:
  case 54:
  case 57:
  case 58:
    return "yyyy-mm-dd";
  case 45:
  case 46:
  case 47:
    return "hh:mm:ss";
  default:
    return "";
  }
}

std::string shown_number(std::string_view stored, std::string_view format, bool is_from_1904) {
  double value = 0;
  const auto [end, fault] = std::from_chars(stored.data(), stored.data() + stored.size(), value);
  if (fault != std::errc{} || end != stored.data() + stored.size() || !std::isfinite(value) ||
      format.size() > format_bytes_max)
    return std::string{stored};
  const auto known = tokens_of(format);
  if (known ? has_kind(*known, kind::date) : looks_like_date(format)) {
    const auto at = moment_of(value, is_from_1904);
    return !at ? plain_number(value, stored) : known ? shown_date(*at, *known) : iso_date(*at);
  }
  constexpr double places_max = 1e18;
  const auto has_places = known && has_kind(*known, kind::digit) && std::abs(value) < places_max;
  return has_places ? shown_places(value, *known) : plain_number(value, stored);
}

} // namespace sluice
