// Holding an audience's rows against its tree: group by group as letters are made, or all of it for an audit.

#include "messages/address.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/audiences.hpp"
#include "persistence/table_fault_list.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sluice {

namespace {

constexpr std::size_t leaf_bytes = std::tuple_size_v<sha256_hash>;

std::unexpected<error> changed(audience_id id, std::uint32_t group) {
  return failure(error_code::corrupt, notice{"audience_changed",
                                             {{"audience", to_string(id)},
                                              {"group", group},
                                              {"row", std::uint64_t{group} * tree_fanout + 1}}});
}

/// Rows from `first` on, at least as far as `end`, in pieces of bytes_max; a visitor gets each.
template <class Visit>
result<void> visit_rows(const audience_store& from,
                        audience_id id,
                        letter_index first,
                        letter_index end,
                        std::size_t bytes_max,
                        Visit&& visit) {
  while (first < end) {
    auto rows = from.read_rows(id, first, end - first, bytes_max);
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      return {};
    const auto size = static_cast<letter_index>(rows->size());
    visit(first, *std::move(rows));
    first += size;
  }
  return {};
}

sha256_hash group_hash(std::string_view leaves) {
  return sha256(leaves);
}

} // namespace

result<audience_info> audience_store::rooted(audience_info info) {
  if (is_tree_hash(info.hash))
    return info;
  const std::lock_guard guard(rooting_);
  if (auto again = this->info(info.id); !again || !again->root.empty()) {
    if (again)
      again->hash = again->root;
    return again;
  }
  flat_hash flat;
  audience_tree_builder tree;
  std::vector<tree_block> blocks;
  letter_index count = 0;
  const auto read = visit_rows(*this, info.id, 0, info.size, audience_read_bytes_max,
                               [&](letter_index, const recipient_rows& rows) {
                                 count += static_cast<letter_index>(rows.size());
                                 for (std::size_t row = 0; row < rows.size(); ++row) {
                                   flat.add(rows.sealed(row));
                                   tree.add(rows.leaf(row));
                                 }
                                 std::ranges::move(tree.take_blocks(), std::back_inserter(blocks));
                               });
  if (!read)
    return std::unexpected(read.error());
  if (count != info.size || flat.finish(info.size, info.columns) != info.hash)
    return changed(info.id, 0);
  const auto root = tree_hash(info.size, info.columns, tree.finish());
  std::ranges::move(tree.take_blocks(), std::back_inserter(blocks));
  if (auto kept = keep_root(info, root, blocks); !kept)
    return std::unexpected(kept.error());
  info.hash = root;
  return info;
}

result<recipient_rows> audience_store::read_checked(
    audience_id id, std::string_view hash, letter_index first, std::size_t count, std::size_t bytes_max) {
  auto known = info(id);
  if (!known)
    return std::unexpected(known.error());
  if (known->hash != hash)
    return changed(id, first / tree_fanout);
  known = rooted(*std::move(known));
  if (!known)
    return std::unexpected(known.error());
  if (first >= known->size || count == 0)
    return recipient_rows();
  const auto end = first + static_cast<letter_index>(std::min<std::size_t>(count, known->size - first));
  const auto begin = first / tree_fanout * tree_fanout;
  const auto whole_end =
      std::min<letter_index>((end + tree_fanout - 1) / tree_fanout * tree_fanout, known->size);
  const auto read_block = [&](unsigned level, std::uint32_t index) { return tree_hashes(id, level, index); };

  // As many whole groups as the bytes allow, in one piece: the rule.
  auto rows = read_rows(id, begin, whole_end - begin, bytes_max + (first - begin == 0 ? 0 : bytes_max / 4));
  if (!rows)
    return rows;
  auto whole = static_cast<letter_index>(rows->size());
  if (begin + whole < known->size)
    whole -= whole % tree_fanout;
  std::string leaves;
  const auto check_group = [&](std::uint32_t group) -> result<void> {
    const auto is_right = checker_.is_right(*known, group, group_hash(leaves), read_block);
    leaves.clear();
    if (!is_right)
      return std::unexpected(is_right.error());
    return *is_right ? result<void>{} : changed(id, group);
  };
  if (begin + whole > first) {
    for (letter_index row = 0; row < whole; ++row) {
      leaves += as_text(rows->leaf(row));
      if (leaves.size() == leaf_bytes * tree_fanout || begin + row + 1 == known->size)
        if (auto checked = check_group((begin + row) / tree_fanout); !checked)
          return std::unexpected(checked.error());
    }
    rows->keep(first - begin, std::min(end, begin + whole) - first);
    return rows;
  }
  // One group is larger than that: its leaves are made piece by piece, and what is wanted of it is read again.
  const auto group_end = std::min<letter_index>(begin + tree_fanout, known->size);
  const auto read =
      visit_rows(*this, id, begin, group_end, bytes_max, [&](letter_index, const recipient_rows& some) {
        for (std::size_t row = 0; row < some.size(); ++row)
          leaves += as_text(some.leaf(row));
      });
  if (!read)
    return std::unexpected(read.error());
  const auto all = leaves;
  if (auto checked = check_group(begin / tree_fanout); !checked)
    return std::unexpected(checked.error());
  rows = read_rows(id, first, std::min(end, group_end) - first, bytes_max);
  for (std::size_t row = 0; rows && row < rows->size(); ++row)
    if (std::string_view(all).substr((first - begin + row) * leaf_bytes, leaf_bytes) !=
        as_text(rows->leaf(row)))
      return changed(id, begin / tree_fanout);
  return rows;
}

namespace {

/// The faults of one audience, with what names it.
class audience_faults {
public:
  explicit audience_faults(audience_id id) : id_(to_string(id)), all_(id_) {}
  void add(notice what) { all_.add(0, std::move(what.add({"audience", id_}))); }
  std::vector<table_fault> finish() { return all_.finish(); }

private:
  std::string id_;
  table_fault_list all_;
};

/// Its rows' addresses, to be held against the index: eight bytes of a hash each.
std::uint64_t address_digest(std::string_view folded_address) {
  std::uint64_t digest = 0;
  const auto hash = sha256(folded_address);
  std::memcpy(&digest, hash.data(), sizeof digest);
  return digest;
}

} // namespace

result<std::vector<table_fault>> audience_store::verify(const audience_info& info) const {
  audience_faults faults(info.id);
  const auto is_tree = is_tree_hash(info.hash);
  auto tree_info = info;
  if (!is_tree && !info.root.empty())
    tree_info.hash = info.root;
  const auto has_tree = is_tree || !info.root.empty();
  const auto read_block = [&](unsigned level, std::uint32_t index) {
    return tree_hashes(info.id, level, index);
  };

  flat_hash flat;
  std::string leaves;
  std::vector<std::uint64_t> addresses;
  addresses.reserve(info.size);
  result<void> outcome;
  letter_index count = 0;
  // A group whose tree is wrong is told once for all that hang on the same block.
  std::uint32_t groups_wrong = 0;
  const auto finish_group = [&](std::uint32_t group) {
    const auto is_right = checker_.is_right(tree_info, group, group_hash(leaves), read_block);
    if (!is_right) {
      outcome = std::unexpected(is_right.error());
    } else if (!*is_right) {
      ++groups_wrong;
      const auto marks = tree_hashes(info.id, leaf_marks_level, group / tree_fanout);
      std::uint64_t rows_named = 0;
      for (std::size_t row = 0; marks && row < leaves.size() / leaf_bytes; ++row) {
        const auto place = (group % tree_fanout * tree_fanout + row) * leaf_mark_bytes;
        if (place + leaf_mark_bytes > marks->size() ||
            std::string_view(*marks).substr(place, leaf_mark_bytes) !=
                std::string_view(leaves).substr(row * leaf_bytes, leaf_mark_bytes)) {
          ++rows_named;
          faults.add(notice{"audience_row_changed",
                            {{"group", group}, {"row", std::uint64_t{group} * tree_fanout + row + 1}}});
        }
      }
      if (rows_named == 0)
        faults.add(notice{"audience_group_changed",
                          {{"group", group},
                           {"row", std::uint64_t{group} * tree_fanout + 1},
                           {"last", std::uint64_t{group} * tree_fanout + leaves.size() / leaf_bytes}}});
    }
    leaves.clear();
  };
  const auto read =
      visit_rows(*this, info.id, 0, info.size, audience_read_bytes_max,
                 [&](letter_index first, const recipient_rows& rows) {
                   for (std::size_t row = 0; row < rows.size(); ++row) {
                     const auto at = first + static_cast<letter_index>(row);
                     if (!is_tree)
                       flat.add(rows.sealed(row));
                     addresses.push_back(rows.is_erased(row) ? 0 : address_digest(folded(rows[row].email)));
                     leaves += as_text(rows.leaf(row));
                     if (has_tree && (leaves.size() == leaf_bytes * tree_fanout || at + 1 == info.size))
                       finish_group(at / tree_fanout);
                     else if (!has_tree)
                       leaves.clear();
                   }
                   count += static_cast<letter_index>(rows.size());
                 });
  if (!read) {
    faults.add(notice{"audience_unreadable", {{"row", count + 1}, {"fault", read.error().message}}});
    return faults.finish();
  }
  if (!outcome)
    return std::unexpected(outcome.error());
  if (count != info.size)
    faults.add(notice{"audience_rows_missing", {{"rows", count}, {"expected", info.size}}});
  else if (!is_tree && flat.finish(info.size, info.columns) != info.hash)
    faults.add(notice{"audience_hash_wrong"});

  std::vector<bool> is_indexed(addresses.size());
  const auto indexed = visit_addresses(info.id, [&](std::string_view address, letter_index row) {
    // Engines of before kept other spellings of international domains.
    if (row < addresses.size() && addresses[row] == (address.empty() ? 0 : address_digest(folded(address))))
      is_indexed[row] = true;
    else
      faults.add(notice{"audience_index_wrong", {{"address", address}, {"row", std::uint64_t{row} + 1}}});
  });
  if (!indexed)
    return std::unexpected(indexed.error());
  for (std::size_t row = 0; row < is_indexed.size(); ++row)
    if (!is_indexed[row])
      faults.add(notice{"audience_index_missing", {{"row", row + 1}}});
  return faults.finish();
}

result<audience_store::row_proof> audience_store::prove(const audience_info& info, letter_index row) const {
  row_proof proof;
  auto tree_info = info;
  if (!is_tree_hash(info.hash))
    tree_info.hash = info.root;
  const auto group = row / tree_fanout;
  const auto end = std::min<letter_index>((group + 1) * tree_fanout, info.size);
  std::string leaves;
  const auto read = visit_rows(*this, info.id, group * tree_fanout, end, audience_read_bytes_max,
                               [&](letter_index first, const recipient_rows& rows) {
                                 for (std::size_t at = 0; at < rows.size(); ++at) {
                                   leaves += as_text(rows.leaf(at));
                                   if (first + at == row) {
                                     proof.sealed = rows.sealed(at);
                                     proof.is_erased = rows.is_erased(at);
                                   }
                                 }
                               });
  if (!read)
    return std::unexpected(read.error());
  if (!is_tree_hash(tree_info.hash))
    return proof;
  const auto read_block = [&](unsigned level, std::uint32_t index) {
    return tree_hashes(info.id, level, index);
  };
  const auto is_right = checker_.is_right(tree_info, group, group_hash(leaves), read_block);
  if (!is_right)
    return std::unexpected(is_right.error());
  proof.is_right = *is_right;
  proof.path.push_back(std::move(leaves));
  for (unsigned level = 0, index = group / tree_fanout;; ++level, index /= tree_fanout) {
    auto hashes = tree_hashes(info.id, level, index);
    if (!hashes)
      return std::unexpected(hashes.error());
    proof.path.push_back(*std::move(hashes));
    if (tree_level_size(info.size, level) == 1)
      return proof;
  }
}

} // namespace sluice
