#include "persistence/postgres/address_blocks.hpp"

#include "persistence/big_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice {

namespace {

constexpr letter_index run_entries = 1'000'000;
/// What is collected of each run before it goes to its file.
constexpr std::size_t run_buffer_bytes = 64U << 10U;

using sorted_entry = std::array<char, address_entry_bytes>;

} // namespace

address_entry address_entry_at(std::string_view block, std::size_t number) {
  const auto entry = block.substr(number * address_entry_bytes, address_entry_bytes);
  return {entry.substr(0, hidden_address_bytes),
          read_big_endian<letter_index>(entry.data() + hidden_address_bytes)};
}

std::optional<letter_index> row_in_block(std::string_view block, std::string_view hidden) {
  std::size_t low = 0;
  for (auto high = address_entries_in(block); low < high;) {
    const auto middle = low + (high - low) / 2;
    const auto entry = address_entry_at(block, middle);
    if (entry.hidden == hidden)
      return entry.row;
    if (entry.hidden < hidden)
      low = middle + 1;
    else
      high = middle;
  }
  return std::nullopt;
}

address_sorter::address_sorter(std::filesystem::path folder, letter_index entries) :
    folder_(std::move(folder)), runs_((entries + run_entries - 1) / run_entries) {}

address_sorter::~address_sorter() {
  for (std::size_t number = 0; number < runs_.size(); ++number)
    if (runs_[number].file) {
      std::error_code ignored;
      std::filesystem::remove(path_of(number), ignored);
    }
}

std::filesystem::path address_sorter::path_of(std::size_t number) const {
  return folder_ / fmt::format("addresses-{}", number);
}

std::unexpected<error> address_sorter::failed(std::size_t number) const {
  return failure(error_code::storage_failed, fmt::format("cannot sort addresses in {}: {}",
                                                         path_of(number).string(), std::strerror(errno)));
}

result<void> address_sorter::add(std::string_view hidden, letter_index row) {
  const std::uint64_t begins = read_big_endian<std::uint32_t>(hidden.data());
  const auto number = static_cast<std::size_t>((begins * runs_.size()) >> 32U);
  auto& entries = runs_[number].entries;
  entries += hidden;
  append_big_endian(entries, row);
  return runs_.size() > 1 && entries.size() >= run_buffer_bytes ? write(number) : result<void>{};
}

result<void> address_sorter::write(std::size_t number) {
  auto& [entries, file] = runs_[number];
  if (!file)
    file.reset(std::fopen(path_of(number).c_str(), "w+be"));
  if (!file || std::fwrite(entries.data(), 1, entries.size(), file.get()) != entries.size())
    return failed(number);
  entries.clear();
  return {};
}

/// All entries of a run.
result<std::string> address_sorter::take(std::size_t number) {
  auto& [entries, file] = runs_[number];
  if (!file)
    return std::exchange(entries, {});
  const auto bytes = std::ftell(file.get());
  if (bytes < 0 || std::fseek(file.get(), 0, SEEK_SET) != 0) // which writes what is not written yet
    return failed(number);
  std::string all(static_cast<std::size_t>(bytes), '\0');
  if (std::fread(all.data(), 1, all.size(), file.get()) != all.size())
    return failed(number);
  all += std::exchange(entries, {});
  return all;
}

result<void> address_sorter::finish(const std::function<result<void>(std::string_view block)>& visit) {
  constexpr auto block_bytes = address_block_entries_max * address_entry_bytes;
  std::string rest; // what fills no block yet
  for (std::size_t number = 0; number < runs_.size(); ++number) {
    auto all = take(number);
    if (!all)
      return std::unexpected(all.error());
    auto* const begin = reinterpret_cast<sorted_entry*>(all->data());
    std::sort(begin, begin + address_entries_in(*all),
              [](const sorted_entry& left, const sorted_entry& right) {
                return std::memcmp(left.data(), right.data(), left.size()) < 0;
              });
    rest += *all;
    all->clear();
    std::string_view left = rest;
    const auto is_last = number + 1 == runs_.size();
    while (left.size() >= block_bytes || (is_last && !left.empty())) {
      const auto block = left.substr(0, block_bytes);
      if (auto visited = visit(block); !visited)
        return visited;
      left.remove_prefix(block.size());
    }
    rest = std::string(left);
  }
  return {};
}

} // namespace sluice
