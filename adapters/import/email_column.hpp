#pragma once
// Which of a list's columns is the address, by its name in the languages that lists come in.

#include <string_view>

namespace sluice {

/// How surely a column of that name holds the addresses. 0: it does not.
enum class column_fit : int {
  none = 0,
  weak = 1,    ///< `Address`, `Адрес`: only if addresses stand in it
  likely = 2,  ///< it has a word for e-mail among others: `Customer email`
  named = 3,   ///< a name for it: `Email Address`, `E-mail 1 - Value`, `Эл. почта`, `courriel`
  exactly = 4, ///< `email`, `e-mail`
};
column_fit email_fit_of(std::string_view column);

/// The name in lower case, without blanks around it and signs at its ends: how column names are compared.
std::string plain_column_name(std::string_view column);

} // namespace sluice
