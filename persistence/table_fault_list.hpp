#pragma once

#include "persistence/table_fault.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// Tells of each fault of a table, up to a bound, and then how many more there are.
class table_fault_list {
public:
  static constexpr std::size_t told_max = 100;

  explicit table_fault_list(std::string table) : table_(std::move(table)) {}
  void add(event_number number, notice what) {
    if (++count_ <= told_max)
      told_.push_back({number, std::move(what)});
  }
  std::vector<table_fault> finish() {
    if (count_ > told_max)
      told_.push_back({0, notice{"table_more_faults", {{"table", table_}, {"count", count_ - told_max}}}});
    return std::move(told_);
  }

private:
  std::string table_;
  std::size_t count_ = 0;
  std::vector<table_fault> told_;
};

} // namespace sluice
