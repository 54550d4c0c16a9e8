#pragma once
// A notice as JSON, and as a map of CBOR: see messages/notice.hpp. What was read is what was written: whether a text
// is a time or a duration, the table of words says; of a code that is not in it they stay texts.

#include "messages/error.hpp"
#include "messages/notice.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice {

/// null where there is nothing to say.
nlohmann::json to_json(const notice& value);
nlohmann::json to_json(const std::vector<notice>& values);
/// Any bytes may come in. What a newer engine put beside texts and numbers is passed over.
result<notice> notice_from_json(const nlohmann::json& value);
result<std::vector<notice>> notices_from_json(const nlohmann::json& value);

} // namespace sluice
