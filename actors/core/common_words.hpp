#pragma once
// What a reply says whatever letter it is about, so that like answers are counted together.

#include <string>
#include <string_view>

namespace sluice {

/// A reply's words with what differs from letter to letter (ids of queues, sessions and messages, mail addresses,
/// measured times) replaced by "…". IP addresses, enhanced codes and a URL's host stay. Of its own result it makes
/// the same again.
std::string common_words(std::string_view text);

} // namespace sluice
