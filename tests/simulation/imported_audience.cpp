#include "tests/simulation/imported_audience.hpp"

#include <fmt/format.h>

namespace sluice::simulation {

std::string imported_audience::rendered(letter_index row, std::string text) const {
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const auto tag = fmt::format("{{{{{}}}}}", columns[column]);
    std::string value;
    for (const auto& field : rows.at(row).fields)
      if (field.column == column)
        value = field.value;
    for (auto at = text.find(tag); at != std::string::npos; at = text.find(tag, at + value.size()))
      text.replace(at, tag.size(), value);
  }
  return text;
}

bool imported_audience::can_be_made(letter_index row, const campaign_spec& content) const {
  return rendered(row, content.unsubscribe_url).starts_with("https:");
}

std::optional<std::string> imported_audience::difference(letter_index row,
                                                         const campaign_spec& content,
                                                         std::string_view address,
                                                         std::string_view message) const {
  if (row >= rows.size())
    return "the audience has no such row";
  if (!can_be_made(row, content))
    return "no letter can be made for its row";
  const auto& to = rows[row].email;
  if (address != to)
    return fmt::format("it goes to {}, and its row has {}", address, to);
  const auto end_of_head = message.find("\r\n\r\n");
  if (end_of_head == std::string_view::npos)
    return "it has no body";
  for (const auto& line :
       {fmt::format("\r\nTo: {}\r\n", to), fmt::format("\r\nSubject: {}\r\n", rendered(row, content.subject)),
        fmt::format("\r\nList-Unsubscribe: <{}>\r\n", rendered(row, content.unsubscribe_url))})
    if (message.substr(0, end_of_head + 2).find(line) == std::string_view::npos)
      return fmt::format("it lacks the line \"{}\"", line.substr(2, line.size() - 4));
  if (const auto body = rendered(row, content.text) + "\r\n"; message.substr(end_of_head + 4) != body)
    return fmt::format("its body is other than \"{}\"", rendered(row, content.text));
  return std::nullopt;
}

} // namespace sluice::simulation
