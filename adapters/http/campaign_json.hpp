#pragma once
// A campaign as the API shows it, with its message's text and HTML or without: these may have a megabyte each, so
// that lists, the stream and whoever does not ask for them go without.

#include "actors/node.hpp"
#include "adapters/http/message.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice {

/// The campaign's whole content, bodies included: the one place that fetches them.
result<campaign_spec> whole_content(node& engine, const campaign_view& campaign);

/// The campaign that a path names, bodies included; `not_found`.
result<campaign_view> whole_campaign(node& engine, const http_request& request);

/// Without `text` and `html`.
nlohmann::json brief_json(node& engine, campaign_view campaign);

/// With them.
result<nlohmann::json> whole_json(node& engine, const campaign_view& campaign);

/// `[{text, notice}…]`: each notice and its words.
nlohmann::json worded(const std::vector<notice>& all);

} // namespace sluice
