#pragma once
// Looking for words in addresses, as people write them.

#include <string>
#include <string_view>

namespace sluice {

/// What is looked for in addresses: as it was written, in lower case, and with U-labels, so that words of an international
/// domain are found in whichever spelling they and the address have, also where they are only a part of it.
class searched_words {
public:
  explicit searched_words(std::string_view words);
  bool are_in(std::string_view email) const;

private:
  std::string written_;
  std::string mapped_;
};

} // namespace sluice
