#pragma once
// What is wrong with a campaign's letters, or may be, before any of them is made: told where it is written, checked and
// started.

#include "messages/campaign.hpp"
#include "messages/notice.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// A tag for which the audience has no column.
struct unknown_tag {
  std::string field; ///< of the campaign: "subject", "html" …
  std::string tag;
  std::string nearest; ///< the column that was probably meant; empty: none is like it
  bool operator==(const unknown_tag&) const = default;
};

/// Each tag once a field. Empty where templates cannot be parsed, which check_templates tells.
std::vector<unknown_tag> unknown_tags(const campaign_spec& spec, std::span<const std::string> columns);

/// `unknown_tag` with `field`, `tag` and `nearest`, or `unknown_tag_alone`.
notice notice_of(const unknown_tag& tag);

/// Columns whose value some template shows as it is, whatever becomes of one that is empty.
std::vector<std::uint32_t> unguarded_columns(const campaign_spec& spec, std::span<const std::string> columns);

/// What mailboxes and filters take badly, none of which stops a campaign.
std::vector<notice> content_warnings(const campaign_spec& spec);

/// Whether a name could be taken for an address, of which it is not.
bool looks_like_other_address(std::string_view display_name, std::string_view address);

/// HTML that is larger is cut by Gmail.
inline constexpr std::size_t html_bytes_wanted = 102U << 10U;
inline constexpr std::size_t subject_characters_wanted = 150;

} // namespace sluice
