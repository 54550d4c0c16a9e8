#include "actors/letters/date_field.hpp"

#include "messages/check.hpp"

#include <array>
#include <cstdio>

namespace sluice {

namespace {

std::string text_of(std::chrono::sys_seconds second) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{second - midnight};
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "Date: %s, %02u %s %04d %02d:%02d:%02d +0000",
                days[std::chrono::weekday{midnight}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

} // namespace

std::string_view date_fields::of(timestamp moment) {
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  if (text_.empty() || second != second_) {
    second_ = second;
    text_ = text_of(second);
    check(text_.size() == date_field_octets, "every Date is as long");
  }
  return text_;
}

} // namespace sluice
