#pragma once
// Reading and writing the kinds of values that settings have. Each reader takes what a file, a variable or a
// flag holds and says what it would have taken instead.

#include "adapters/cli/settings.hpp"

#include <cstdint>

namespace sluice::cli {

result<std::string> read_text(const setting_value& from);
result<std::uint64_t> read_whole_number(const setting_value& from, std::uint64_t least, std::uint64_t most);
result<double> read_number(const setting_value& from, double least, double most);
result<bool> read_boolean(const setting_value& from);
result<milliseconds> read_duration(const setting_value& from, milliseconds least);
/// Bytes: a whole number, or one with KiB, MiB or GiB behind it.
result<std::uint64_t> read_size(const setting_value& from, std::uint64_t least, std::uint64_t most);
/// Loose texts are taken apart at commas.
result<std::vector<std::string>> read_list(const setting_value& from);

std::string toml_text(std::string_view text); ///< a TOML basic string
std::string list_words(const std::vector<std::string>& items);
std::string number_words(double number);
std::string size_words(std::uint64_t bytes); ///< "64MiB"

} // namespace sluice::cli
