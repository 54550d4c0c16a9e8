#pragma once
// What an audit finds in the engine's tables.

#include "messages/id.hpp"
#include "messages/notice.hpp"

namespace sluice {

/// Where a table is not what the house's log says. The notice names the table, its entry and what is wrong.
struct table_fault {
  event_number number = 0; ///< the event of the house's log that it is about; 0: none
  notice what;
};

} // namespace sluice
