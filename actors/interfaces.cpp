#include "actors/interfaces.hpp"

#include "messages/json.hpp"
#include "messages/notice_json.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr auto category = caf::atom("sluice");

caf::error unreadable(const std::string& why) {
  return to_caf(make_error(error_code::invalid_input, notice{"unreadable_message", {{"fault", why}}}));
}

/// What an embedding program gives need not be UTF-8; it must not end the actor that passes it on.
std::string dumped(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

notice notice_from_wire(const std::string& text) {
  const auto fields = parse_json(text);
  return fields && fields->is_object() ? notice_from_json(*fields).value_or(notice{}) : notice{};
}

std::string text_of(const nlohmann::json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::uint64_t number_of(const nlohmann::json& value, const char* field) {
  const auto found = value.find(field);
  return found != value.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

} // namespace

void register_messages(caf::actor_system_config& configuration) {
  configuration.add_message_types<caf::id_block::sluice>();
  configuration.add_error_category(
      category, [](std::uint8_t code, caf::atom_value, const caf::message& words) {
        return std::string{name_of(static_cast<error_code>(code))} + ": " + caf::to_string(words);
      });
}

caf::error to_caf(const error& ours) {
  return {static_cast<std::uint8_t>(ours.code), category,
          caf::make_message(ours.message, dumped(to_json(ours.notice)))};
}

caf::error to_caf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const engine_fault& fault) {
    return to_caf(fault.why);
  } catch (const std::exception& fault) {
    return to_caf({error_code::internal, fault.what()});
  } catch (...) {
    return to_caf({error_code::internal, "something was thrown that is no exception"});
  }
}

error from_caf(const caf::error& theirs) {
  if (theirs.category() == category && theirs.context().match_elements<std::string, std::string>())
    return {static_cast<error_code>(theirs.code()), theirs.context().get_as<std::string>(0),
            notice_from_wire(theirs.context().get_as<std::string>(1))};
  // A node of before sends the words alone.
  if (theirs.category() == category && theirs.context().match_elements<std::string>())
    return {static_cast<error_code>(theirs.code()), theirs.context().get_as<std::string>(0)};
  return make_error(error_code::unavailable, notice{"not_carried_out", {{"fault", caf::to_string(theirs)}}});
}

std::string command_to_wire(const command& value) {
  nlohmann::json fields{{"kind", name_of(value.kind)},
                        {"by", value.by},
                        {"reason", value.reason},
                        {"idempotency_key", value.idempotency_key}};
  if (value.edited) {
    fields["edited"] = {{"spec", to_json(value.edited->spec)}, {"audience", value.edited->audience.id.value}};
    if (value.edited->made_from)
      fields["edited"]["made_from"] = *value.edited->made_from;
    if (value.edited->accepts_left_out)
      fields["edited"]["accepts_left_out"] = true;
    if (!value.edited->fields.empty()) {
      fields["edited"]["fields"] = value.edited->fields;
      fields["edited"]["keeps_audience"] = value.edited->keeps_audience;
    }
  }
  if (value.letters)
    fields["letters"] = to_json(*value.letters);
  if (!value.by_token.empty())
    fields["by_token"] = value.by_token;
  return dumped(fields);
}

caf::error command_from_wire(const std::string& text, command& value) {
  const auto fields = parse_json(text);
  if (!fields)
    return unreadable(fields.error().message);
  const auto kind = parse_command_kind(text_of(*fields, "kind"));
  if (!kind)
    return unreadable("no such command");
  value = {
      *kind, text_of(*fields, "by"), text_of(*fields, "reason"), text_of(*fields, "idempotency_key"), {}};
  value.by_token = text_of(*fields, "by_token");
  if (const auto edited = fields->find("edited"); edited != fields->end() && edited->is_object()) {
    value.edited = draft_edit{{}, {audience_id{number_of(*edited, "audience")}, {}, 0, {}}};
    value.edited->fields = text_of(*edited, "fields");
    value.edited->keeps_audience = edited->value("keeps_audience", false);
    value.edited->accepts_left_out = edited->value("accepts_left_out", false);
    if (value.edited->fields.empty()) {
      auto spec = campaign_spec_from_json(edited->value("spec", nlohmann::json::object()));
      if (!spec)
        return unreadable(spec.error().message);
      value.edited->spec = std::move(*spec);
    }
    if (edited->contains("made_from"))
      value.edited->made_from = number_of(*edited, "made_from");
  }
  if (const auto letters = fields->find("letters"); letters != fields->end()) {
    auto read = letter_ranges_from_json(*letters);
    if (!read)
      return unreadable(read.error().message);
    value.letters = std::move(*read);
  }
  return caf::none;
}

std::string create_to_wire(const create_campaign& value) {
  return dumped({{"spec", to_json(value.spec)},
                 {"audience", value.audience.value},
                 {"by", value.by},
                 {"by_token", value.by_token},
                 {"idempotency_key", value.idempotency_key},
                 {"accepts_left_out", value.accepts_left_out},
                 {"copied_from", value.copied_from.value_or(campaign_id{}).value}});
}

caf::error create_from_wire(const std::string& text, create_campaign& value) {
  const auto fields = parse_json(text);
  if (!fields)
    return unreadable(fields.error().message);
  auto spec = campaign_spec_from_json(fields->value("spec", nlohmann::json::object()));
  if (!spec)
    return unreadable(spec.error().message);
  value = {std::move(*spec), audience_id{number_of(*fields, "audience")}, text_of(*fields, "by"),
           text_of(*fields, "idempotency_key"), fields->value("accepts_left_out", false)};
  if (const campaign_id original{number_of(*fields, "copied_from")}; original != campaign_id{})
    value.copied_from = original;
  value.by_token = text_of(*fields, "by_token");
  return caf::none;
}

} // namespace sluice
