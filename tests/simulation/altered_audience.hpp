#pragma once
// An audience that somebody changed in the store's files: other rows stand where those stood that were imported. What the
// store knows of it as a whole, its hash above all, stays what it was.

#include "persistence/audiences.hpp"
#include "tests/simulation/dice.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::simulation {

class altered_audience {
public:
  /// One change by the dice of what stands in `truth`.
  altered_audience(dice& chance, const audience_store& truth, audience_id id);

  /// What was done, in words.
  const std::string& what() const { return what_; }
  /// As audience_store::read_rows.
  recipient_rows read_rows(letter_index first, std::size_t count, std::size_t bytes_max) const;
  /// As audience_store::tree_hashes: of the tree that was there, or of one that somebody made of the other rows.
  std::string tree_hashes(std::string there, unsigned level, std::uint32_t index) const;

private:
  void change_one(dice& chance);
  void make_tree();

  std::vector<std::string> entries_; ///< as they lie in a chunk
  std::map<std::pair<unsigned, std::uint32_t>, std::string> blocks_;
  std::string what_;
};

} // namespace sluice::simulation
