#include "adapters/http/tls_certificate.hpp"

#include "tests/catch.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

using namespace sluice;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A folder with a certificate and its key, which can be made anew.
struct certificate_folder {
  std::filesystem::path path;

  certificate_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-tls-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  certificate_folder(const certificate_folder&) = delete;
  certificate_folder& operator=(const certificate_folder&) = delete;
  ~certificate_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }

  std::filesystem::path certificate() const { return path / "certificate.pem"; }
  std::filesystem::path key() const { return path / "key.pem"; }

  void make(long serial, bool with_certificate = true, bool with_key = true) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> made_key{
        EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free};
    const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), X509_free};
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), made_key.get());
    REQUIRE(X509_sign(made.get(), made_key.get(), EVP_sha256()) > 0);
    // Renamed into place, as ACME clients do, so that each is a file of its own.
    const auto write = [](const std::filesystem::path& file, const auto& print) {
      const auto beside = file.string() + ".new";
      const std::unique_ptr<std::FILE, int (*)(std::FILE*)> into{std::fopen(beside.c_str(), "w"),
                                                                 std::fclose};
      print(into.get());
      std::filesystem::rename(beside, file);
    };
    if (with_certificate)
      write(certificate(), [&](std::FILE* into) { PEM_write_X509(into, made.get()); });
    if (with_key)
      write(key(), [&](std::FILE* into) {
        PEM_write_PrivateKey(into, made_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
      });
  }
};

long serial_of(const tls_certificate& from) {
  auto* inside = SSL_CTX_get0_certificate(from.context()->native_handle());
  return ASN1_INTEGER_get(X509_get_serialNumber(inside));
}

} // namespace

TEST_CASE("a listener's certificate is read anew when its files have changed, and only then") {
  const certificate_folder folder;
  folder.make(1);
  const auto certificate = tls_certificate::load(folder.certificate(), folder.key()).value();
  const auto before = certificate->context();
  CHECK_FALSE(certificate->refresh());
  CHECK(certificate->context() == before);
  folder.make(2);
  CHECK(certificate->refresh());
  CHECK(serial_of(*certificate) == 2);
  CHECK(certificate->trouble().empty());
  CHECK_FALSE(certificate->refresh());
}

TEST_CASE(
    "a certificate that cannot be used is told once, and the one before stays until a good one is there") {
  const certificate_folder folder;
  folder.make(1);
  const auto certificate = tls_certificate::load(folder.certificate(), folder.key()).value();
  folder.make(2, true, false);
  CHECK(certificate->refresh());
  CHECK_THAT(certificate->trouble(), ContainsSubstring("does not hold the private key"));
  CHECK(serial_of(*certificate) == 1);
  CHECK_FALSE(certificate->refresh());
  std::filesystem::remove(folder.certificate());
  CHECK(certificate->refresh());
  CHECK_THAT(certificate->trouble(), ContainsSubstring("cannot be read"));
  CHECK(serial_of(*certificate) == 1);
  folder.make(3);
  CHECK(certificate->refresh());
  CHECK(certificate->trouble().empty());
  CHECK(serial_of(*certificate) == 3);
}

TEST_CASE("a certificate is found behind a link, where ACME clients keep the newest") {
  const certificate_folder folder;
  folder.make(1);
  const auto link = folder.path / "live.pem";
  std::filesystem::create_symlink("certificate.pem", link);
  const auto certificate = tls_certificate::load(link, folder.key()).value();
  folder.make(2);
  CHECK(certificate->refresh());
  CHECK(serial_of(*certificate) == 2);
}

TEST_CASE("a listener without a usable certificate and key is refused with the file that is wrong") {
  const certificate_folder folder;
  CHECK_THAT(tls_certificate::load(folder.certificate(), folder.key()).error().message,
             ContainsSubstring("certificate.pem cannot be read"));
  std::ofstream(folder.certificate()) << "nothing of the kind\n";
  std::ofstream(folder.key()) << "nothing of the kind\n";
  CHECK_THAT(tls_certificate::load(folder.certificate(), folder.key()).error().message,
             ContainsSubstring("holds no certificate"));
  folder.make(1, true, false);
  CHECK_THAT(tls_certificate::load(folder.certificate(), folder.key()).error().message,
             ContainsSubstring("key.pem does not hold the private key"));
}
