#include "messages/address_search.hpp"

#include "messages/address.hpp"

namespace sluice {

namespace {

std::string mapped_for_search(std::string_view text) {
  const auto at = text.rfind('@');
  auto made = unicode_domain(ascii_domain(text.substr(0, at)));
  if (at != std::string_view::npos)
    made.append("@").append(unicode_domain(ascii_domain(text.substr(at + 1))));
  return made;
}

} // namespace

searched_words::searched_words(std::string_view words) :
    written_(unicode_domain(words)), mapped_(mapped_for_search(words)) {}

bool searched_words::are_in(std::string_view email) const {
  return unicode_domain(email).find(written_) != std::string::npos ||
         (!mapped_.empty() && mapped_for_search(email).find(mapped_) != std::string::npos);
}

} // namespace sluice
