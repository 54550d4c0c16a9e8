#pragma once
// What all handlers of audiences share.

#include "adapters/http/message.hpp"
#include "messages/audience.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice {

inline constexpr std::size_t audience_name_bytes_max = 200;

namespace handlers {

/// An audience as the API shows it.
nlohmann::json info_json(const audience_info& info);

} // namespace handlers
} // namespace sluice
