#include "messages/message_id.hpp"

namespace sluice {

namespace {

constexpr std::size_t half_hash = 16;

} // namespace

sha256_hash letter_hash(std::string_view campaign_line, std::string_view recipient_address) {
  return sha256(campaign_line, recipient_address);
}

std::string campaign_line_of(campaign_id campaign) {
  return to_string(campaign) + "\n";
}

void append_message_id(std::string& to,
                       campaign_id campaign,
                       const sha256_hash& hash,
                       std::string_view from_domain) {
  to.append("<").append(to_string(campaign)).append(".");
  to.append(to_hex(std::span{hash}.first(half_hash)));
  to.append("@").append(from_domain).append(">");
}

std::string
message_id(campaign_id campaign, std::string_view from_domain, std::string_view recipient_address) {
  std::string text;
  append_message_id(text, campaign, letter_hash(campaign_line_of(campaign), recipient_address), from_domain);
  return text;
}

} // namespace sluice
