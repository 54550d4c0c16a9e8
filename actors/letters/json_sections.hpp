#pragma once
// Sections over a recipient's lists and objects (messages/json_value.hpp): {{#items}}{{name}}{{/items}} comes out once for
// each item, an object's members are fields within its section, {{.}} is the item itself. What a member's name does not
// find is looked for in the sections around, then in the recipient's columns.

#include "actors/letters/letter_template.hpp"

#include <cstddef>

namespace sluice {

/// Sections that begin within each other and one after the other, for one value: more is no letter, but a loop.
inline constexpr std::size_t json_sections_max = 100'000;

} // namespace sluice
