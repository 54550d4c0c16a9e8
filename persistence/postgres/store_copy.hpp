#pragma once
// A shared store as one end of a copy (persistence/store_copy.hpp). As a target its tables have copying_format in the place of
// their format until it is complete, its campaigns are a node's that has left ("store copy"), so that the first engine takes them
// over, and a table of its own says what is copied:
//
//   copied (origin bytea: the fingerprint; url bytea: the source's, as it may be shown; place bytea: how far it is, see
//           encode_copy_place; owner int8: that node; completed int8: when, milliseconds since 1970)

#include "messages/time.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/store_copy.hpp"

#include <functional>

namespace sluice {

/// How it is seen whether a node lives: its beat moves within this time.
inline constexpr milliseconds copy_watch_time{1500};
using copy_wait = std::function<void(milliseconds)>;

/// `unavailable`, with the node's name, where a node's beat moves while `wait` waits.
result<std::unique_ptr<copy_source>> open_postgres_copy_source(const std::string& url, const copy_wait& wait);

/// Makes the store, or goes on with one that such a copy began. `conflict` where there is another. `secret`: the source's.
result<std::unique_ptr<copy_target>>
open_postgres_copy_target(const std::string& url, bool accept_single, const std::string& secret);

} // namespace sluice
