#include "adapters/smtp/smtp_capabilities.hpp"

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// `keyword` in capitals.
bool is_keyword(std::string_view word, std::string_view keyword) {
  return std::ranges::equal(word, keyword, {}, upper);
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const auto word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

/// RFC 4422 section 3.1: what a mechanism's name may be.
bool is_mechanism(std::string_view name) {
  constexpr std::size_t octets_max = 20;
  return name.size() <= octets_max && std::ranges::all_of(name, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

void read_mechanisms(smtp_capabilities& found, std::string_view mechanisms) {
  for (auto word = take_word(mechanisms); !word.empty(); word = take_word(mechanisms)) {
    std::string name{word};
    std::ranges::transform(name, name.begin(), upper);
    if (is_mechanism(name) && found.auth.size() < smtp_capabilities::auth_max &&
        std::ranges::find(found.auth, name) == found.auth.end())
      found.auth.push_back(std::move(name));
  }
}

void read_line(smtp_capabilities& found, std::string_view line) {
  const auto keyword = take_word(line);
  if (is_keyword(keyword, "PIPELINING")) {
    found.pipelining = true;
  } else if (is_keyword(keyword, "CHUNKING")) {
    found.chunking = true;
  } else if (is_keyword(keyword, "DSN")) {
    found.dsn = true;
  } else if (is_keyword(keyword, "8BITMIME")) {
    found.eight_bit = true;
  } else if (is_keyword(keyword, "SMTPUTF8")) {
    found.smtputf8 = true;
  } else if (is_keyword(keyword, "STARTTLS")) {
    found.starttls = true;
  } else if (is_keyword(keyword, "SIZE")) {
    found.size = true;
    const auto number = take_word(line);
    std::from_chars(number.data(), number.data() + number.size(), found.size_max);
  } else if (is_keyword(keyword, "AUTH")) {
    read_mechanisms(found, line);
  } else if (is_keyword(keyword.substr(0, 5), "AUTH=")) {
    // Servers from before RFC 2554 write AUTH=LOGIN PLAIN.
    read_mechanisms(found, keyword.substr(5));
    read_mechanisms(found, line);
  }
}

} // namespace

smtp_capabilities parse_capabilities(std::string_view text) {
  smtp_capabilities found;
  auto is_first = true; // the server's name
  while (true) {
    const auto end = text.find('\n');
    if (!is_first)
      read_line(found, text.substr(0, end));
    is_first = false;
    if (end == std::string_view::npos)
      return found;
    text.remove_prefix(end + 1);
  }
}

} // namespace sluice
