#pragma once
// What a person can do about a relay that takes nothing. Pure words: the trouble's notice has all that is known.

#include "messages/notice.hpp"

#include <string_view>

namespace sluice {

/// Whose trouble it is: "relay", or "account" where the server takes connections and refuses what is sent from it.
std::string_view whose_trouble(const notice& trouble);

/// What to do about it. Empty where the trouble's own words say it already, or nobody knows.
notice advice_on(const notice& trouble);

} // namespace sluice
