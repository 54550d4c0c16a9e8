#include "adapters/cli/event_stream.hpp"

#include <utility>

namespace sluice::cli {

bool event_stream::take(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    rest_ += piece.substr(0, end);
    if (end == std::string_view::npos)
      return true;
    piece.remove_prefix(end + 1);
    if (rest_.ends_with('\r'))
      rest_.pop_back();
    const auto line = std::exchange(rest_, {});
    if (!take_line(line))
      return false;
  }
  return true;
}

bool event_stream::take_line(std::string_view line) {
  if (line.empty()) {
    const auto name = std::exchange(name_, {});
    const auto data = std::exchange(data_, {});
    return !std::exchange(has_data_, false) || visit_(name, data);
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (field == "event")
    name_ = value;
  if (field == "data") {
    if (has_data_)
      data_ += '\n';
    data_ += value;
    has_data_ = true;
  }
  return true;
}

} // namespace sluice::cli
