#include "messages/sha256.hpp"

#include "messages/check.hpp"

#include <openssl/evp.h>

namespace sluice {

namespace {

/// Fetched once: a fetch costs more than hashing a record.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  check(fetched != nullptr, "OpenSSL has SHA-256");
  return fetched;
}

} // namespace

struct sha256_stream::context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();

  context() {
    check(handle != nullptr && EVP_DigestInit_ex2(handle, algorithm(), nullptr) == 1,
          "a SHA-256 context can be made");
  }
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { EVP_MD_CTX_free(handle); }
};

sha256_stream::sha256_stream() : context_(std::make_unique<context>()) {}
sha256_stream::~sha256_stream() = default;
sha256_stream::sha256_stream(sha256_stream&&) noexcept = default;
sha256_stream& sha256_stream::operator=(sha256_stream&&) noexcept = default;

sha256_stream& sha256_stream::update(std::string_view bytes) {
  check(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()) == 1, "SHA-256 takes any bytes");
  return *this;
}

sha256_hash sha256_stream::finish() {
  sha256_hash hash;
  unsigned int length = 0;
  check(EVP_DigestFinal_ex(context_->handle, hash.data(), &length) == 1 && length == hash.size(),
        "a SHA-256 hash has 32 bytes");
  // Without an algorithm the context starts again with the one it has, which spares the fetch.
  check(EVP_DigestInit_ex2(context_->handle, nullptr, nullptr) == 1, "a SHA-256 context can be used again");
  return hash;
}

sha256_hash sha256(std::string_view bytes) {
  thread_local sha256_stream stream;
  return stream.update(bytes).finish();
}

sha256_hash sha256(std::string_view first, std::string_view second) {
  thread_local sha256_stream stream;
  return stream.update(first).update(second).finish();
}

void append_hex(std::string& to, std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const auto byte : bytes)
    to.append({digits[byte >> 4U], digits[byte & 0x0fU]});
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  append_hex(text, bytes);
  return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> into) {
  if (text.size() != into.size() * 2)
    return false;
  const auto digit = [](char one) -> unsigned {
    if (one >= '0' && one <= '9')
      return static_cast<unsigned>(one - '0');
    return one >= 'a' && one <= 'f' ? static_cast<unsigned>(one - 'a') + 10U : 16U;
  };
  for (std::size_t at = 0; at < into.size(); ++at) {
    const auto high = digit(text[2 * at]);
    const auto low = digit(text[2 * at + 1]);
    if (high > 15 || low > 15)
      return false;
    into[at] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return true;
}

std::string_view as_text(const sha256_hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

} // namespace sluice
