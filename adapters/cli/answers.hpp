#pragma once
// What the engine's JSON says, as the vocabulary's own types: the same words are then printed for a campaign of
// a running engine and for one that was replayed from its log. Fields that are missing keep their defaults,
// so that an engine of another version can still be looked at.

#include "adapters/cli/exit.hpp"
#include "messages/view.hpp"

#include <nlohmann/json_fwd.hpp>

namespace sluice::cli {

outcome<campaign_view> campaign_from(const nlohmann::json& answer);
response_group response_from(const nlohmann::json& answer);

/// The field; null where there is none.
const nlohmann::json& part_of(const nlohmann::json& from, const char* field);
/// A field's text, whatever its JSON type: texts as they are, null and missing ones empty, others dumped.
std::string text_of(const nlohmann::json& from, const char* field);
std::uint64_t number_of(const nlohmann::json& from, const char* field);
bool is_true(const nlohmann::json& from, const char* field);
std::optional<timestamp> moment_of(const nlohmann::json& from, const char* field);

} // namespace sluice::cli
