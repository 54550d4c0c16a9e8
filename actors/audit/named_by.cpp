#include "actors/audit/named_by.hpp"

#include "messages/lower_case.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace sluice {

result<naming_events> events_naming(const store& from, std::string_view address) {
  std::string wanted(address);
  std::ranges::transform(wanted, wanted.begin(), ascii_lower_case);
  const std::boyer_moore_horspool_searcher searcher(wanted.begin(), wanted.end());
  auto logs = from.journal().campaigns();
  if (!logs)
    return std::unexpected(logs.error());
  logs->insert(logs->begin(), house_log_id);
  naming_events found;
  std::string body;
  for (const auto log : *logs) {
    const auto read = from.journal().read_raw(log, 1, [&](const raw_record& record) {
      body.resize(record.body.size());
      std::ranges::transform(record.body, body.begin(),
                             [](std::uint8_t byte) { return ascii_lower_case(static_cast<char>(byte)); });
      if (std::search(body.begin(), body.end(), searcher) == body.end())
        return true;
      if (found.total++ < naming_events_max)
        found.events.push_back({log, record.number});
      return true;
    });
    if (!read)
      return std::unexpected(read.error());
  }
  return found;
}

} // namespace sluice
