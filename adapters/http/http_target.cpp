#include "adapters/http/http_target.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t parameter_name_shown_max = 60;

} // namespace

result<void> parse_target(std::string_view target, http_request& request) {
  const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!parsed)
    return failure(error_code::not_found, "there is nothing at this path; the API is under /v1");
  for (const auto segment : parsed->segments())
    request.path.emplace_back(segment);
  if (request.path.size() == 1 && request.path.front().empty())
    request.path.clear();
  if (std::ranges::find(request.path, std::string{}) != request.path.end())
    return failure(
        error_code::invalid_input,
        "the path has an empty segment: leave out the slash at its end, or the one that is there twice");
  // Empty ones too: a parameter that nobody knows is told of whatever its value.
  for (const auto& parameter : parsed->params()) {
    const auto [at, is_new] = request.query.emplace(parameter.key, parameter.value);
    if (request.query_fault || (is_new && parameter.has_value))
      continue;
    const auto name = at->first.substr(0, parameter_name_shown_max);
    request.query_fault =
        make_error(error_code::invalid_input,
                   notice{is_new ? "parameter_empty" : "parameter_twice", {{"parameter", name}}});
  }
  return {};
}

} // namespace sluice
