#pragma once
// A spreadsheet's number as its format shows it (ECMA-376 part 1, 18.8.31): leading zeros, decimals, telephone masks, percent,
// dates and times. What a format says in words of some language, in colours or by conditions is not followed: then a date is
// ISO 8601, and a number is as it is, without an exponent.

#include <string>
#include <string_view>

namespace sluice {

/// The format code that ECMA-376 gives a built-in number; empty: General.
std::string_view built_in_format(int id);

/// `stored` is the cell's value as the file has it. What is no number stays as it is.
std::string shown_number(std::string_view stored, std::string_view format, bool is_from_1904);

} // namespace sluice
