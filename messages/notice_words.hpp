#pragma once
// Every code of a notice with its English words: the table that a new notice is added to. The page has the same
// table for its languages (adapters/web/src/i18n/notices_en.ts, notices_ru.ts); a test holds them against each
// other and against the codes that the engine uses.
//
// Words are a text with parameters in it:
//   {limit}                    the parameter; a real number as short as it can be
//   {share:.1f}                a real number with one decimal
//   {at:time} {within:duration}   by its type
//   {status:status} {command:command} {allowed:commands} {role:role}   names, which other languages have words for
//   {count|letter|letters}     a number with the word that goes with it
//   {causes}                   the words of what led to it, with "; " between them
//   [ … ]                      left out unless everything that is named in it is there
//   \[ \] \{ \}                the sign itself

#include "messages/notice.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sluice {

struct notice_words {
  std::string_view code;
  std::string_view words;
};

/// The whole table.
std::span<const notice_words> all_notice_words();

/// The notice as an English sentence; empty when there is nothing to say. A code that is not in the table (a newer
/// engine's) is shown with its parameters.
std::string words_of(const notice& said);

/// Says of what kind a parameter of that code is: "time", "duration", or anything else.
std::string_view kind_of(std::string_view code, std::string_view parameter);

} // namespace sluice
