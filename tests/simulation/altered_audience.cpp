#include "tests/simulation/altered_audience.hpp"

#include "persistence/audience_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::simulation {

namespace {

constexpr char salted_mark = 1;

std::string entry_of(std::string_view salt, const recipient& row) {
  std::string entry(1, salted_mark);
  entry += salt;
  encode_row(row, entry);
  return entry;
}

recipient_rows rows_in(std::string_view chunk) {
  return recipient_rows({chunk.begin(), chunk.end()});
}

} // namespace

altered_audience::altered_audience(dice& chance, const audience_store& truth, audience_id id) {
  const auto info = truth.info(id);
  const auto rows = info ? truth.read_rows(id, 0, info->size) : std::unexpected(info.error());
  if (!rows)
    return;
  for (std::size_t row = 0; row < rows->size(); ++row)
    entries_.push_back(salted_mark + std::string(rows->sealed(row)));
  change_one(chance);
  if (chance.below(4) == 0)
    make_tree();
}

void altered_audience::change_one(dice& chance) {
  const auto at = chance.below(entries_.size());
  const auto salt = entries_[at].substr(1, leaf_salt_bytes);
  auto row = to_recipient(rows_in(entries_[at])[0]);
  const auto put = [&] { entries_[at] = entry_of(salt, row); };
  const auto place = entries_.begin() + static_cast<std::ptrdiff_t>(at);
  switch (chance.below(7)) {
  case 0:
    what_ = fmt::format("row {} has another address", at);
    row.email = "x" + row.email;
    put();
    break;
  case 1: {
    what_ = fmt::format("row {} has another value", at);
    row.fields[chance.below(row.fields.size())].value += "x";
    put();
    break;
  }
  case 2:
    what_ = fmt::format("row {} has lost a value", at);
    row.fields.pop_back();
    put();
    break;
  case 3: {
    const auto other = chance.below(entries_.size() - 1);
    if (entries_.size() > 1) {
      what_ = fmt::format("rows {} and {} are exchanged", other, other + 1);
      std::swap(entries_[other], entries_[other + 1]);
      break;
    }
    [[fallthrough]];
  }
  case 4:
    what_ = fmt::format("row {} is gone", at);
    entries_.erase(place);
    break;
  case 5:
    what_ = fmt::format("a row is new before row {}", at);
    row.email = "x" + row.email;
    entries_.insert(place, entry_of(salt, row));
    break;
  default:
    what_ = fmt::format("the rows from {} on are gone", at);
    entries_.erase(place, entries_.end());
  }
}

void altered_audience::make_tree() {
  if (entries_.empty())
    return;
  what_ += ", and the tree was made anew";
  audience_tree_builder tree;
  for (const auto& entry : entries_)
    tree.add(rows_in(entry).leaf(0));
  tree.finish();
  for (auto& block : tree.take_blocks())
    blocks_[{block.level, block.index}] = std::move(block.hashes);
}

recipient_rows
altered_audience::read_rows(letter_index first, std::size_t count, std::size_t bytes_max) const {
  std::string chunk;
  for (auto at = std::size_t{first}; at < entries_.size() && count > 0; ++at, --count) {
    if (!chunk.empty() && chunk.size() + entries_[at].size() > bytes_max)
      break;
    chunk += entries_[at];
  }
  return rows_in(chunk);
}

std::string altered_audience::tree_hashes(std::string there, unsigned level, std::uint32_t index) const {
  if (blocks_.empty())
    return there;
  const auto block = blocks_.find({level, index});
  return block == blocks_.end() ? std::string{} : block->second;
}

} // namespace sluice::simulation
