#include "adapters/http/multipart_form.hpp"

#include "messages/lower_case.hpp"
#include "messages/utf8.hpp"

#include <algorithm>

namespace sluice {

namespace {

std::unexpected<error> wrong_form(std::string_view fault) {
  return failure(error_code::invalid_input, notice{"form_wrong", {{"fault", fault}}});
}

bool is_same_no_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, is_same_ascii_letter);
}

std::string_view stripped(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes a parameter's value off the front; what is left begins with the next `;`.
std::string take_value(std::string_view& rest) {
  std::string value;
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(';'), rest.size());
    value = stripped(rest.substr(0, end));
    rest.remove_prefix(end);
    return value;
  }
  std::size_t at = 1;
  for (; at < rest.size() && rest[at] != '"'; ++at) {
    // Browsers write %22 for a quote and never a backslash before anything else; curl writes \".
    if (rest[at] == '\\' && at + 1 < rest.size() && (rest[at + 1] == '"' || rest[at + 1] == '\\'))
      ++at;
    value.push_back(rest[at]);
  }
  rest.remove_prefix(std::min(rest.find(';', at), rest.size()));
  return value;
}

} // namespace

std::string header_parameter(std::string_view value, std::string_view name) {
  auto rest = value.substr(std::min(value.find(';'), value.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos)
      return {};
    const auto called = stripped(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    auto given = take_value(rest);
    if (is_same_no_case(called, name))
      return given;
  }
  return {};
}

std::string form_boundary_of(std::string_view content_type) {
  constexpr std::size_t boundary_bytes_max = 70; // RFC 2046
  if (!is_same_no_case(stripped(content_type.substr(0, content_type.find(';'))), "multipart/form-data"))
    return {};
  auto boundary = header_parameter(content_type, "boundary");
  return boundary.size() <= boundary_bytes_max ? boundary : std::string{};
}

multipart_form::multipart_form(std::string_view boundary, handlers to) :
    boundary_("\r\n--" + std::string{boundary}), to_(std::move(to)) {}

result<void> multipart_form::feed(std::string_view bytes) {
  kept_.append(bytes);
  for (auto goes_on = true; goes_on;) {
    result<bool> taken = false;
    if (state_ == state::before || state_ == state::data)
      taken = take_data();
    else if (state_ == state::delimiter)
      taken = take_delimiter();
    else if (state_ == state::head)
      taken = take_head();
    else
      kept_.clear(); // behind the last boundary there is nothing
    if (!taken)
      return std::unexpected(taken.error());
    goes_on = *taken;
  }
  return {};
}

result<void> multipart_form::finish() const {
  return state_ == state::done ? result<void>{} : wrong_form("its last boundary is missing");
}

/// Up to the next boundary, or as far as none can begin. True: something more may be in what is kept.
result<bool> multipart_form::take_data() {
  const auto at = kept_.find(boundary_);
  const auto is_found = at != std::string::npos;
  const auto may_begin = boundary_.size() - 1;
  const auto bytes = is_found ? at : kept_.size() - std::min(kept_.size(), may_begin);
  if (state_ == state::data && bytes > 0)
    if (auto given = to_.on_data(std::string_view{kept_}.substr(0, bytes)); !given)
      return std::unexpected(given.error());
  kept_.erase(0, bytes + (is_found ? boundary_.size() : 0));
  if (!is_found)
    return false;
  if (state_ == state::data)
    if (auto ended = to_.on_part_end(); !ended)
      return std::unexpected(ended.error());
  state_ = state::delimiter;
  return true;
}

/// What stands behind a boundary: two dashes, or blanks and a line end.
result<bool> multipart_form::take_delimiter() {
  if (kept_.starts_with("--")) {
    state_ = state::done;
    return true;
  }
  const auto end = kept_.find("\r\n");
  if (end == std::string::npos)
    return kept_.size() > head_bytes_max ? wrong_form("a boundary's line does not end") : result<bool>{false};
  if (!stripped(std::string_view{kept_}.substr(0, end)).empty())
    return wrong_form("something stands behind a boundary");
  kept_.erase(0, end); // its line end may be the head's, which may be empty
  state_ = state::head;
  return true;
}

result<bool> multipart_form::take_head() {
  const auto end = kept_.find("\r\n\r\n");
  if (end == std::string::npos || end > head_bytes_max)
    return kept_.size() > head_bytes_max ? wrong_form("a part's head is over 8 KiB") : result<bool>{false};
  if (++parts_ > parts_max)
    return wrong_form("it has more than 64 parts");
  form_part part;
  std::string_view head = std::string_view{kept_}.substr(0, end);
  while (!head.empty()) {
    head.remove_prefix(2);
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size());
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
      return wrong_form("a part's head has a line without a colon");
    const auto value = line.substr(colon + 1);
    if (is_same_no_case(line.substr(0, colon), "Content-Type"))
      part.content_type = stripped(value);
    if (!is_same_no_case(line.substr(0, colon), "Content-Disposition"))
      continue;
    part.name = as_utf8(header_parameter(value, "name"));
    if (auto file = header_parameter(value, "filename");
        !file.empty() || value.find("filename=") != std::string_view::npos)
      part.file_name = as_utf8(file);
  }
  // Both line ends: the second is none of the data's.
  kept_.erase(0, end + 4);
  state_ = state::data;
  if (auto begun = to_.on_part(part); !begun)
    return std::unexpected(begun.error());
  // A boundary may follow at once, behind data of no bytes; it has a line end of its own before it.
  return true;
}

} // namespace sluice
