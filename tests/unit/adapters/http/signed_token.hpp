#pragma once
// ID tokens as a provider makes them, and the keys that go with them.

#include "messages/base64.hpp"

#include <nlohmann/json.hpp>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace sluice::testing {

/// A key of RS256 or ES256, and what is signed with it.
class signing_key {
public:
  explicit signing_key(std::string algorithm, std::string name = "k1", unsigned rsa_bits = 2048) :
      algorithm_(std::move(algorithm)), name_(std::move(name)),
      key_(is_rsa() ? EVP_RSA_gen(rsa_bits) : EVP_EC_gen("P-256"), EVP_PKEY_free) {}

  /// As the provider publishes it.
  nlohmann::json jwk() const {
    nlohmann::json shown{
        {"kid", name_}, {"use", "sig"}, {"alg", algorithm_}, {"kty", is_rsa() ? "RSA" : "EC"}};
    if (is_rsa()) {
      shown["n"] = number(OSSL_PKEY_PARAM_RSA_N, 0);
      shown["e"] = number(OSSL_PKEY_PARAM_RSA_E, 0);
    } else {
      shown["crv"] = "P-256";
      shown["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
      shown["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    }
    return shown;
  }
  nlohmann::json keys() const { return {{"keys", nlohmann::json::array({jwk()})}}; }

  std::string token(const nlohmann::json& claims) const {
    return token(claims, {{"alg", algorithm_}, {"kid", name_}});
  }
  std::string token(const nlohmann::json& claims, const nlohmann::json& head) const {
    const auto text = to_base64url(head.dump()) + "." + to_base64url(claims.dump());
    return text + "." + to_base64url(signature(text));
  }

private:
  bool is_rsa() const { return algorithm_ == "RS256"; }

  std::string number(const char* which, int bytes) const {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), which, &value) != 1)
      throw std::runtime_error("no such number");
    std::string text(static_cast<std::size_t>(bytes > 0 ? bytes : BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    BN_free(value);
    return to_base64url(text);
  }

  std::string signature(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string made(1024, '\0');
    auto size = made.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
      throw std::runtime_error("cannot sign");
    made.resize(size);
    if (is_rsa())
      return made;
    const auto* at = reinterpret_cast<const unsigned char*>(made.data());
    auto* const both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(made.size()));
    std::string numbers(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(both), reinterpret_cast<unsigned char*>(numbers.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(both), reinterpret_cast<unsigned char*>(numbers.data()) + 32, 32);
    ECDSA_SIG_free(both);
    return numbers;
  }

  std::string algorithm_;
  std::string name_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

} // namespace sluice::testing
