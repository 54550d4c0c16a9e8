#include "persistence/hidden_address.hpp"

#include "messages/sha256.hpp"

namespace sluice {

address_hider::address_hider(std::string_view secret) :
    key_(as_text(hmac_sha256(secret)("sluice hidden addresses 1"))), hash_(key_) {}

std::string address_hider::operator()(std::string_view folded_target) const {
  const auto whole = hash_(folded_target);
  return std::string(as_text(whole).substr(0, hidden_address_bytes));
}

std::string address_hider::key_hash() const {
  return to_hex(sha256(key_));
}

std::string erased_target(std::string_view hidden) {
  return "<" + to_hex({reinterpret_cast<const std::uint8_t*>(hidden.data()), hidden.size()}) + ">";
}

bool is_erased_target(std::string_view target) {
  return target.size() == 2 * hidden_address_bytes + 2 && target.front() == '<' && target.back() == '>';
}

std::string hidden_in(std::string_view target) {
  std::string hidden(hidden_address_bytes, '\0');
  static_cast<void>(is_erased_target(target) &&
                    from_hex(target.substr(1, 2 * hidden_address_bytes),
                             {reinterpret_cast<std::uint8_t*>(hidden.data()), hidden.size()}));
  return hidden;
}

} // namespace sluice
