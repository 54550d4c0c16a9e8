#include "tests/unit/adapters/smtp/test_certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <unistd.h>

namespace sluice::test {

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

key_ptr make_key() {
  key_ptr made{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
  if (!made)
    throw std::runtime_error("OpenSSL makes no key");
  return made;
}

void extend(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  if (extension == nullptr || X509_add_ext(certificate, extension, -1) != 1)
    throw std::runtime_error("OpenSSL does not take the extension");
  X509_EXTENSION_free(extension);
}

certificate_ptr begin_certificate(EVP_PKEY* key, const char* name, long serial) {
  certificate_ptr made{X509_new(), X509_free};
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  std::string text = name;
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
  return made;
}

} // namespace

test_certificates::test_certificates(const std::string& subject_name) {
  auto pattern = (std::filesystem::temp_directory_path() / "sluice-ca-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("no temporary folder");
  folder = pattern;
  ca_file = folder / "ca.pem";

  const auto ca_key = make_key();
  const auto ca = begin_certificate(ca_key.get(), "Test authority", 1);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  extend(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(ca.get(), ca_key.get(), EVP_sha256());

  const auto key = make_key();
  const auto certificate = begin_certificate(key.get(), "Test server", 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
  extend(certificate.get(), ca.get(), NID_subject_alt_name, subject_name.c_str());
  X509_sign(certificate.get(), ca_key.get(), EVP_sha256());

  auto* file = ::fopen(ca_file.c_str(), "w");
  if (file == nullptr || PEM_write_X509(file, ca.get()) != 1)
    throw std::runtime_error("the CA cannot be written");
  ::fclose(file);

  server.reset(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate(server.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(server.get(), key.get()) != 1)
    throw std::runtime_error("OpenSSL does not take the server's certificate");
}

test_certificates::~test_certificates() {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

} // namespace sluice::test
