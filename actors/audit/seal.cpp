#include "actors/audit/seal.hpp"

#include "actors/audit/house_audit.hpp"
#include "messages/json_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr std::string_view format_name = "sluice seal 1";
constexpr std::string_view house_format_name = "sluice seal of the house 1";

std::string signed_bytes(const log_seal& seal) {
  auto text = fmt::format("{}\n{}\n{}\n", format_name, format_timestamp(seal.at), to_hex(seal.public_key));
  for (const auto& head : seal.heads)
    text += fmt::format("{} {} {}\n", to_string(head.campaign), head.number, to_hex(head.hash));
  return text;
}

std::string signed_house_bytes(const log_seal& seal) {
  return fmt::format("{}\n{}\n{}\n{} {}\n{}\n", house_format_name, format_timestamp(seal.at),
                     to_hex(seal.public_key), seal.house->number, to_hex(seal.house->hash),
                     to_hex(seal.signature));
}

std::unexpected<error> no_seal(const std::string& why) {
  return failure(error_code::invalid_input, notice{"seal_wrong", {{"fault", why}}});
}

std::string text_in(const nlohmann::json& from, const char* field) {
  const auto at = from.is_object() ? from.find(field) : from.end();
  return at != from.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

result<sealed_head> place_from_json(const nlohmann::json& value, sealed_head head) {
  const auto number = value.find("number");
  if (number == value.end() || !number->is_number_unsigned() || *number == 0)
    return no_seal("a head has no event's number");
  head.number = number->get<event_number>();
  if (!from_hex(text_in(value, "hash"), head.hash))
    return no_seal("a head's hash is not 64 hexadecimal digits");
  return head;
}

result<sealed_head> head_from_json(const nlohmann::json& value) {
  sealed_head head;
  const auto campaign = parse_campaign_id(text_in(value, "campaign"));
  if (!campaign || to_string(*campaign) != text_in(value, "campaign"))
    return no_seal("a head names no campaign");
  head.campaign = *campaign;
  return place_from_json(value, head);
}

} // namespace

result<log_seal> seal_logs(const store& from, const ed25519_key& key, timestamp now) {
  log_seal seal;
  seal.at = now;
  const auto campaigns = from.journal().campaigns();
  const auto house = from.journal().head(house_log_id);
  if (!campaigns || !house)
    return std::unexpected(campaigns ? house.error() : campaigns.error());
  if (house->number > 0)
    seal.house = sealed_head{house_log_id, house->number, house->hash};
  for (const auto id : *campaigns) {
    const auto head = from.journal().head(id);
    if (!head)
      return std::unexpected(head.error());
    if (head->number > 0)
      seal.heads.push_back({id, head->number, head->hash});
  }
  return signed_again(std::move(seal), key);
}

log_seal signed_again(log_seal seal, const ed25519_key& key) {
  seal.public_key = key.public_key();
  seal.signature = key.sign(signed_bytes(seal));
  if (seal.house)
    seal.house_signature = key.sign(signed_house_bytes(seal));
  return seal;
}

nlohmann::json to_json(const log_seal& seal) {
  auto heads = nlohmann::json::array();
  for (const auto& head : seal.heads)
    heads.push_back(
        {{"campaign", to_string(head.campaign)}, {"number", head.number}, {"hash", to_hex(head.hash)}});
  nlohmann::json whole{{"format", format_name},
                       {"at", format_timestamp(seal.at)},
                       {"heads", std::move(heads)},
                       {"public_key", to_hex(seal.public_key)},
                       {"signature", to_hex(seal.signature)}};
  if (seal.house)
    whole["house"] = {{"number", seal.house->number},
                      {"hash", to_hex(seal.house->hash)},
                      {"signature", to_hex(seal.house_signature)}};
  return whole;
}

result<log_seal> seal_from_json(const nlohmann::json& value) {
  if (text_in(value, "format") != format_name)
    return no_seal(fmt::format("its format is not \"{}\"", format_name));
  log_seal seal;
  const auto at = parse_timestamp(text_in(value, "at"));
  // The signature is over the text: another way to write the same moment is another statement.
  if (!at || format_timestamp(*at) != text_in(value, "at"))
    return no_seal("it has no time");
  seal.at = *at;
  const auto heads = value.find("heads");
  if (heads == value.end() || !heads->is_array())
    return no_seal("it has no heads");
  for (const auto& item : *heads) {
    const auto head = head_from_json(item);
    if (!head)
      return std::unexpected(head.error());
    if (!seal.heads.empty() && !(seal.heads.back().campaign < head->campaign))
      return no_seal("its heads are not sorted by campaign");
    seal.heads.push_back(*head);
  }
  if (!from_hex(text_in(value, "public_key"), seal.public_key))
    return no_seal("its public key is not 64 hexadecimal digits");
  if (!from_hex(text_in(value, "signature"), seal.signature))
    return no_seal("its signature is not 128 hexadecimal digits");
  if (const auto house = value.find("house"); house != value.end()) {
    auto head = place_from_json(*house, {});
    if (!head)
      return std::unexpected(head.error());
    seal.house = *head;
    if (!from_hex(text_in(*house, "signature"), seal.house_signature))
      return no_seal("its house's signature is not 128 hexadecimal digits");
  }
  return seal;
}

result<void> check_seal(const log_seal& seal, std::string_view signer) {
  if (!signer.empty()) {
    ed25519_public_key wanted;
    if (!from_hex(signer, wanted))
      return failure(error_code::invalid_input, notice{"seal_key_wrong"});
    if (wanted != seal.public_key)
      return failure(error_code::corrupt, notice{"seal_other_key", {{"key", to_hex(seal.public_key)}}});
  }
  if (!is_signed_by(seal.public_key, signed_bytes(seal), seal.signature))
    return failure(error_code::corrupt, notice{"seal_signature_wrong"});
  if (seal.house && !is_signed_by(seal.public_key, signed_house_bytes(seal), seal.house_signature))
    return failure(error_code::corrupt, notice{"seal_signature_wrong"});
  return {};
}

} // namespace sluice
