#include "adapters/http/id_token.hpp"

#include "messages/base64.hpp"
#include "messages/freed_by.hpp"

#include <nlohmann/json.hpp>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

namespace sluice {

namespace {

using nlohmann::json;

constexpr std::size_t id_token_bytes_max = 64U << 10U;
constexpr int rsa_bits_min = 2048;
constexpr std::size_t p256_bytes = 32;

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using number_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;

std::unexpected<error> wrong_id_token(std::string_view fault) {
  return failure(error_code::unauthenticated, notice{"oidc_id_token_wrong", {{"fault", fault}}});
}

/// RFC 4648 section 5, without padding.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  return from_base64(plain);
}

std::string claim_text(const json& from, const char* field) {
  const auto found = from.is_object() ? from.find(field) : from.end();
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

struct token_parts {
  json head;
  json claims;
  std::string_view signed_text;
  std::string signature;
};

std::optional<token_parts> taken_apart(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos ||
      token.size() > id_token_bytes_max)
    return std::nullopt;
  const auto head = from_base64url(token.substr(0, first));
  const auto claims = from_base64url(token.substr(first + 1, second - first - 1));
  auto signature = from_base64url(token.substr(second + 1));
  if (!head || !claims || !signature)
    return std::nullopt;
  token_parts parts{json::parse(*head, nullptr, false), json::parse(*claims, nullptr, false),
                    token.substr(0, second), *std::move(signature)};
  if (!parts.head.is_object() || !parts.claims.is_object())
    return std::nullopt;
  return parts;
}

/// The keys that may have signed it: of its algorithm, for signatures, of its `kid` where it has one.
std::vector<const json*> keys_for(const json& head, const json& keys) {
  std::vector<const json*> found;
  const auto list = keys.is_object() ? keys.find("keys") : keys.end();
  if (list == keys.end() || !list->is_array())
    return found;
  const auto kid = claim_text(head, "kid");
  const auto algorithm = claim_text(head, "alg");
  const auto type = algorithm == "RS256" ? "RSA" : algorithm == "ES256" ? "EC" : "";
  for (const auto& one : *list) {
    const auto use = claim_text(one, "use");
    const auto alg = claim_text(one, "alg");
    if (claim_text(one, "kty") == type && (kid.empty() || claim_text(one, "kid") == kid) &&
        (use.empty() || use == "sig") && (alg.empty() || alg == algorithm))
      found.push_back(&one);
  }
  return found;
}

number_ptr jwk_number(const json& key, const char* field) {
  const auto bytes = from_base64url(claim_text(key, field));
  if (!bytes || bytes->empty())
    return nullptr;
  return number_ptr(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()),
                              static_cast<int>(bytes->size()), nullptr));
}

key_ptr key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder));
  const std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return key_ptr(made);
}

using builder_ptr = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;

key_ptr rsa_key(const json& jwk) {
  const builder_ptr builder(OSSL_PARAM_BLD_new());
  const auto modulus = jwk_number(jwk, "n");
  const auto exponent = jwk_number(jwk, "e");
  if (!builder || !modulus || !exponent ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  auto key = key_from("RSA", builder.get());
  return key && EVP_PKEY_get_bits(key.get()) >= rsa_bits_min ? std::move(key) : nullptr;
}

key_ptr p256_key(const json& jwk) {
  const builder_ptr builder(OSSL_PARAM_BLD_new());
  const auto x = from_base64url(claim_text(jwk, "x"));
  const auto y = from_base64url(claim_text(jwk, "y"));
  if (!builder || claim_text(jwk, "crv") != "P-256" || !x || !y || x->size() != p256_bytes ||
      y->size() != p256_bytes)
    return nullptr;
  const auto point = "\x04" + *x + *y;
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1)
    return nullptr;
  return key_from("EC", builder.get());
}

/// RFC 7518 section 3.4 has two numbers one behind the other, OpenSSL a sequence.
std::optional<std::string> sequence_of(const std::string& signature) {
  if (signature.size() != 2 * p256_bytes)
    return std::nullopt;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(signature.data());
  number_ptr r(BN_bin2bn(bytes, p256_bytes, nullptr));
  number_ptr s(BN_bin2bn(bytes + p256_bytes, p256_bytes, nullptr));
  const std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>> both(ECDSA_SIG_new());
  if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1)
    return std::nullopt;
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* written = nullptr;
  const auto size = i2d_ECDSA_SIG(both.get(), &written);
  if (size <= 0)
    return std::nullopt;
  std::string sequence(reinterpret_cast<const char*>(written), static_cast<std::size_t>(size));
  OPENSSL_free(written);
  return sequence;
}

bool is_signed_by(const key_ptr& key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  return key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

bool is_signed(const token_parts& parts, const json& keys) {
  const auto is_rsa = claim_text(parts.head, "alg") == "RS256";
  const auto signature = is_rsa ? std::optional(parts.signature) : sequence_of(parts.signature);
  return signature && std::ranges::any_of(keys_for(parts.head, keys), [&](const json* key) {
           return is_signed_by(is_rsa ? rsa_key(*key) : p256_key(*key), parts.signed_text, *signature);
         });
}

/// `aud` is one name or several; of several, `azp` says who asked for it.
bool is_for(const json& claims, const std::string& client) {
  const auto audience = claims.find("aud");
  if (audience == claims.end())
    return false;
  const auto authorized = claim_text(claims, "azp");
  if (audience->is_string())
    return *audience == client && (authorized.empty() || authorized == client);
  return audience->is_array() && std::ranges::find(*audience, json(client)) != audience->end() &&
         (audience->size() == 1 ? authorized.empty() || authorized == client : authorized == client);
}

/// Seconds since 1970, which may have a fraction.
std::optional<timestamp> claim_moment(const json& claims, const char* field) {
  constexpr double seconds_max = 1e11;
  const auto found = claims.find(field);
  if (found == claims.end() || !found->is_number() || !(std::abs(found->get<double>()) < seconds_max))
    return std::nullopt;
  return timestamp(milliseconds(static_cast<std::int64_t>(found->get<double>() * 1000)));
}

} // namespace

bool has_key_for(std::string_view id_token, const json& keys) {
  const auto parts = taken_apart(id_token);
  return parts && !keys_for(parts->head, keys).empty();
}

result<json> verified_claims(std::string_view id_token, const json& keys, const id_token_terms& terms) {
  auto parts = taken_apart(id_token);
  if (!parts)
    return wrong_id_token("it is no signed JWT");
  const auto algorithm = claim_text(parts->head, "alg");
  if (algorithm != "RS256" && algorithm != "ES256")
    return wrong_id_token("it is signed in another way than RS256 or ES256");
  if (parts->head.contains("crit"))
    return wrong_id_token("it has extensions that must be understood");
  if (!is_signed(*parts, keys))
    return wrong_id_token("none of the provider's keys has signed it");
  const auto& claims = parts->claims;
  if (claim_text(claims, "iss") != terms.issuer)
    return wrong_id_token("it is from another issuer");
  if (!is_for(claims, terms.client_id))
    return wrong_id_token("it is for another client");
  const auto expires = claim_moment(claims, "exp");
  if (!expires || *expires + id_token_skew <= terms.now)
    return wrong_id_token("it has expired");
  const auto issued = claim_moment(claims, "iat");
  if (!issued || *issued - id_token_skew > terms.now)
    return wrong_id_token("it was not issued yet");
  if (const auto begins = claim_moment(claims, "nbf"); begins && *begins - id_token_skew > terms.now)
    return wrong_id_token("it does not count yet");
  if (terms.nonce.empty() || claim_text(claims, "nonce") != terms.nonce)
    return wrong_id_token("it is for another sign-in");
  if (claim_text(claims, "sub").empty())
    return wrong_id_token("it says of nobody");
  return std::move(parts->claims);
}

} // namespace sluice
