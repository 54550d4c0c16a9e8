#pragma once
// {{> footer}} in a text or HTML: a piece of template that many campaigns have in common stands there. It is put in
// before the template is parsed. A tag that is alone on its line gives way to the piece's lines, each indented as the
// tag was; delimiters that a piece sets hold in it only.

#include "messages/campaign.hpp"
#include "messages/error.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Pieces within pieces at most.
inline constexpr std::size_t partials_depth_max = 8;

/// Those that a template names, each once, in their order.
std::vector<std::string> partials_in(std::string_view text);

/// Where a partial comes from; `not_found` when there is none of that name.
using partial_source = std::function<result<partial>(std::string_view name)>;

/// All that the text and HTML name, and what these name themselves, by name. `invalid_input` that says which one is
/// wrong: it is not there, or one stands within itself.
result<std::vector<partial>> partials_of(const campaign_spec& spec, const partial_source& find);

/// The template with its partials put in; `name` is the word for it in errors. `template_failed` when one is not there, stands
/// in itself, is nested too deep, or the whole is too large.
result<std::string>
with_partials(std::string_view name, std::string_view text, std::span<const partial> partials);

/// Whether a partial's content can stand in a template: `template_failed`.
result<void> check_partial(std::string_view content);

} // namespace sluice
