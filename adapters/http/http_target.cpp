#include "adapters/http/http_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace sluice {

bool parse_target(std::string_view target, http_request& request) {
  const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!parsed)
    return false;
  for (const auto segment : parsed->segments())
    request.path.emplace_back(segment);
  if (request.path.size() == 1 && request.path.front().empty())
    request.path.clear();
  // Empty ones too: a parameter that nobody knows is told of whatever its value.
  for (const auto& parameter : parsed->params())
    if (auto& value = request.query[std::string{parameter.key}]; !parameter.value.empty())
      value = parameter.value;
  return true;
}

} // namespace sluice
