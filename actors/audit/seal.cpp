#include "actors/audit/seal.hpp"

#include "actors/audit/house_audit.hpp"
#include "messages/json_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr int newest_format = 2;

std::string format_name(int format) {
  return fmt::format("sluice seal {}", format);
}

std::string signed_bytes(const log_seal& seal) {
  auto text = fmt::format("{}\n{}\n{}\n", format_name(seal.format), format_timestamp(seal.at),
                          to_hex(seal.public_key));
  for (const auto& head : seal.heads)
    text += fmt::format("{} {} {}\n", log_name(head.campaign), head.number, to_hex(head.hash));
  return text;
}

std::unexpected<error> no_seal(const std::string& why) {
  return failure(error_code::invalid_input, notice{"seal_wrong", {{"fault", why}}});
}

std::string text_in(const nlohmann::json& from, const char* field) {
  const auto at = from.is_object() ? from.find(field) : from.end();
  return at != from.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

result<sealed_head> head_from_json(const nlohmann::json& value) {
  sealed_head head;
  const auto campaign = parse_log_name(text_in(value, "campaign"));
  if (!campaign || log_name(*campaign) != text_in(value, "campaign"))
    return no_seal("a head names no log");
  head.campaign = *campaign;
  const auto number = value.find("number");
  if (number == value.end() || !number->is_number_unsigned() || *number == 0)
    return no_seal("a head has no event's number");
  head.number = number->get<event_number>();
  if (!from_hex(text_in(value, "hash"), head.hash))
    return no_seal("a head's hash is not 64 hexadecimal digits");
  return head;
}

} // namespace

result<log_seal> seal_logs(const store& from, const ed25519_key& key, timestamp now) {
  log_seal seal;
  seal.at = now;
  auto campaigns = from.journal().campaigns();
  if (!campaigns)
    return std::unexpected(campaigns.error());
  campaigns->insert(campaigns->begin(), house_log_id);
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
  return seal;
}

nlohmann::json to_json(const log_seal& seal) {
  auto heads = nlohmann::json::array();
  for (const auto& head : seal.heads)
    heads.push_back(
        {{"campaign", log_name(head.campaign)}, {"number", head.number}, {"hash", to_hex(head.hash)}});
  return {{"format", format_name(seal.format)},
          {"at", format_timestamp(seal.at)},
          {"heads", std::move(heads)},
          {"public_key", to_hex(seal.public_key)},
          {"signature", to_hex(seal.signature)}};
}

result<log_seal> seal_from_json(const nlohmann::json& value) {
  log_seal seal;
  for (seal.format = newest_format; text_in(value, "format") != format_name(seal.format);)
    if (--seal.format == 0)
      return no_seal(fmt::format("its format is not \"{}\"", format_name(newest_format)));
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
    if (seal.format == 1 && head->campaign == house_log_id)
      return no_seal("a seal of before has no head of the house's log");
    if (!seal.heads.empty() && !(seal.heads.back().campaign < head->campaign))
      return no_seal("its heads are not sorted by campaign");
    seal.heads.push_back(*head);
  }
  if (!from_hex(text_in(value, "public_key"), seal.public_key))
    return no_seal("its public key is not 64 hexadecimal digits");
  if (!from_hex(text_in(value, "signature"), seal.signature))
    return no_seal("its signature is not 128 hexadecimal digits");
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
  return {};
}

} // namespace sluice
