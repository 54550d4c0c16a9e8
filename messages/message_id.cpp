#include "messages/message_id.hpp"

#include "messages/sha256.hpp"

namespace sluice {

namespace {

constexpr std::size_t half_hash = 16;

} // namespace

message_ids::message_ids(campaign_id campaign, std::string_view from_domain, std::string_view secret) :
    hashed_before_(to_string(campaign) + "\n"), begin_("<" + to_string(campaign) + "."),
    end_("@" + std::string{from_domain} + ">") {
  if (!secret.empty())
    keyed_.emplace(secret, hashed_before_);
}

void message_ids::append(std::string& to, std::string_view recipient_address) const {
  const auto hash = keyed_ ? (*keyed_)(recipient_address) : sha256(hashed_before_, recipient_address);
  to.append(begin_);
  append_hex(to, std::span{hash}.first(half_hash));
  to.append(end_);
}

std::string message_id(campaign_id campaign,
                       std::string_view from_domain,
                       std::string_view secret,
                       std::string_view recipient_address) {
  std::string text;
  message_ids(campaign, from_domain, secret).append(text, recipient_address);
  return text;
}

} // namespace sluice
