#include "messages/hmac.hpp"

#include "messages/check.hpp"

namespace sluice {

namespace {

constexpr std::size_t block_bytes = 64;

std::string padded(std::string_view key, unsigned char pad) {
  check(key.size() <= block_bytes, "a key fits the hash's block");
  std::string block{key};
  block.resize(block_bytes);
  for (auto& one : block)
    one = static_cast<char>(static_cast<unsigned char>(one) ^ pad);
  return block;
}

} // namespace

hmac_sha256::hmac_sha256(std::string_view key, std::string_view beginning) :
    inner_(padded(key, 0x36)), outer_(padded(key, 0x5c)) {
  inner_.append(beginning);
}

sha256_hash hmac_sha256::operator()(std::string_view text) const {
  const auto inner = sha256(inner_, text);
  return sha256(outer_, as_text(inner));
}

} // namespace sluice
