#pragma once
// Progress bars, as text.

#include "adapters/cli/terminal.hpp"

#include <cstdint>
#include <string>

namespace sluice::cli {

/// `[█████▌    ]`, `width` columns in all: eighths of a block where the terminal has them, `#` elsewhere.
/// Full only when done equals total; a total of 0 is full.
std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width, const terminal& where);

/// "45%", rounded down, so that 100% means all.
std::string percent(std::uint64_t done, std::uint64_t total);

/// "12.3 MB"
std::string bytes_words(std::uint64_t bytes);

} // namespace sluice::cli
