#pragma once
// An audience as it was imported, and what letters to its rows must be: made of a campaign's content by replacing tags, without
// the engine's composer and whatever the store gives.

#include "messages/audience.hpp"
#include "messages/campaign.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::simulation {

struct imported_audience {
  std::vector<std::string> columns;
  std::vector<recipient> rows;

  /// Whether a letter can be made for the row: a bad one has no scheme for its links.
  bool can_be_made(letter_index row, const campaign_spec& content) const;
  /// How a letter differs from the one that the row must get, in words; nothing: it does not.
  std::optional<std::string> difference(letter_index row,
                                        const campaign_spec& content,
                                        std::string_view address,
                                        std::string_view message) const;

private:
  std::string rendered(letter_index row, std::string text) const;
};

} // namespace sluice::simulation
