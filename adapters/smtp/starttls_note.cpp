#include "adapters/smtp/starttls_note.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {
constexpr const char* empty_notes = R"({"v":1,"words":""})";
}

std::string with_starttls(std::string_view pace_notes) {
  auto notes = nlohmann::json::parse(pace_notes.empty() ? std::string_view{empty_notes} : pace_notes);
  notes["starttls"] = true;
  return notes.dump();
}

bool has_starttls(std::string_view notes) {
  const auto read = nlohmann::json::parse(notes, nullptr, false);
  const auto found = read.is_object() ? read.find("starttls") : read.end();
  return found != read.end() && found->is_boolean() && found->get<bool>();
}

} // namespace sluice
