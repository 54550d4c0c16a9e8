#pragma once
// Where a list is read for what it says, and no row of it is kept.

#include "persistence/audiences.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Takes a list's rows and keeps none: it knows the columns. The addresses' own is not among them.
class column_names final : public audience_writer {
public:
  result<std::uint16_t> column(std::string_view name) override {
    const auto found = std::ranges::find(names, name);
    const auto number = static_cast<std::uint16_t>(1 + (found - names.begin()));
    if (found == names.end())
      names.emplace_back(name);
    return number;
  }
  result<bool> add(const recipient&) override { return true; }
  result<audience_info> commit(const act&) override { return audience_info{}; }

  std::vector<std::string> names;
};

} // namespace sluice
