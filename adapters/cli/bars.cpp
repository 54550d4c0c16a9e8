#include "adapters/cli/bars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::cli {
namespace {

constexpr std::array<const char*, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

/// done/total of `units`, rounded down.
std::uint64_t share(std::uint64_t done, std::uint64_t total, std::uint64_t units) {
  if (total == 0 || done >= total)
    return units;
  return static_cast<std::uint64_t>(static_cast<long double>(done) / static_cast<long double>(total) *
                                    static_cast<long double>(units));
}

} // namespace

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width, const terminal& where) {
  if (width < 3)
    return {};
  const auto inner = width - 2;
  std::string text = "[";
  std::size_t used = 0;
  if (where.has_unicode) {
    const auto units = share(done, total, inner * 8);
    for (std::uint64_t i = 0; i < units / 8; ++i)
      text += "█";
    text += eighths[units % 8];
    used = units / 8 + (units % 8 > 0 ? 1 : 0);
  } else {
    used = share(done, total, inner);
    text.append(used, '#');
  }
  text.append(inner - used, where.has_unicode ? ' ' : '.');
  return text + "]";
}

std::string percent(std::uint64_t done, std::uint64_t total) {
  return fmt::format("{}%", share(done, total, 100));
}

std::string bytes_words(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "kB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1000 && unit + 1 < units.size()) {
    amount /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

} // namespace sluice::cli
