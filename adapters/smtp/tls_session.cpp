#include "adapters/smtp/tls_session.hpp"

#include "messages/check.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>

namespace sluice {

namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

std::string openssl_words() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0)
    return "the server closed the connection";
  const auto* words = ERR_reason_error_string(code);
  return words != nullptr ? words : "error " + std::to_string(code);
}

} // namespace

void tls_trust::closer::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void tls_session::closer::operator()(ssl_st* session) const {
  SSL_free(session);
}

result<std::shared_ptr<tls_trust>> tls_trust::make(const std::string& ca_file, bool verifies) {
  auto made = std::make_shared<tls_trust>();
  made->verifies_ = verifies;
  made->context_.reset(SSL_CTX_new(TLS_client_method()));
  auto* context = made->context_.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
    return failure(error_code::internal, "TLS cannot be set up: " + openssl_words());
  SSL_CTX_set_verify(context, verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!verifies)
    return made;
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
  } else if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    return failure(error_code::invalid_input,
                   "the relay's ca_file \"" + ca_file +
                       "\" cannot be read as PEM certificates: " + openssl_words());
  }
  return made;
}

tls_session::tls_session(const tls_trust& trust, const std::string& host, bool verifies) :
    session_(SSL_new(trust.context())) {
  check(session_ != nullptr, "OpenSSL gives a session");
  in_ = BIO_new(BIO_s_mem());
  out_ = BIO_new(BIO_s_mem());
  check(in_ != nullptr && out_ != nullptr, "OpenSSL gives memory buffers");
  SSL_set_bio(session_.get(), in_, out_);
  SSL_set_connect_state(session_.get());
  verifies = verifies && trust.verifies();
  if (!verifies)
    SSL_set_verify(session_.get(), SSL_VERIFY_NONE, nullptr);
  if (is_address(host)) {
    if (verifies)
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str());
    return;
  }
  // The macro of this name casts in C's way.
  SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(host.c_str()));
  if (verifies) {
    SSL_set_hostflags(session_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(session_.get(), host.c_str());
  }
}

tls_session::progress tls_session::fail() {
  const auto verified = SSL_get_verify_result(session_.get());
  is_untrusted_ = verified != X509_V_OK && (SSL_get_verify_mode(session_.get()) & SSL_VERIFY_PEER) != 0;
  fault_ = is_untrusted_ ? X509_verify_cert_error_string(verified) : openssl_words();
  ERR_clear_error();
  return progress::failed;
}

tls_session::progress tls_session::shake_hands() {
  ERR_clear_error();
  const auto done = SSL_do_handshake(session_.get());
  if (done == 1)
    return progress::done;
  return SSL_get_error(session_.get(), done) == SSL_ERROR_WANT_READ ? progress::more : fail();
}

void tls_session::feed(std::string_view ciphertext) {
  std::size_t taken = 0;
  check(BIO_write_ex(in_, ciphertext.data(), ciphertext.size(), &taken) == 1 || ciphertext.empty(),
        "OpenSSL takes ciphertext into memory");
}

tls_session::progress tls_session::read(std::string& plaintext) {
  ERR_clear_error();
  std::array<char, 16 * 1024> part{};
  while (true) {
    std::size_t got = 0;
    const auto done = SSL_read_ex(session_.get(), part.data(), part.size(), &got);
    if (done == 1) {
      plaintext.append(part.data(), got);
      continue;
    }
    switch (SSL_get_error(session_.get(), done)) {
    case SSL_ERROR_WANT_READ:
      return progress::more;
    case SSL_ERROR_ZERO_RETURN:
      return progress::done;
    default:
      return fail();
    }
  }
}

bool tls_session::write(std::string_view plaintext) {
  ERR_clear_error();
  std::size_t taken = 0;
  if (plaintext.empty() || SSL_write_ex(session_.get(), plaintext.data(), plaintext.size(), &taken) == 1)
    return true;
  fail();
  return false;
}

channel_binding tls_session::binding() const {
  auto* session = session_.get();
  if (SSL_is_init_finished(session) == 0)
    return {};
  if (SSL_version(session) >= TLS1_3_VERSION) {
    static constexpr std::string_view label = "EXPORTER-Channel-Binding";
    std::array<unsigned char, 32> key{};
    if (SSL_export_keying_material(session, key.data(), key.size(), label.data(), label.size(), nullptr, 0,
                                   0) != 1)
      return {};
    return {channel_binding::kind::tls_exporter, {key.begin(), key.end()}};
  }
  if (SSL_get_extms_support(session) != 1)
    return {};
  // The first Finished message: the client's, or the server's where a session is resumed.
  std::array<char, EVP_MAX_MD_SIZE> finished{};
  const auto bytes = SSL_session_reused(session) == 1
                         ? SSL_get_peer_finished(session, finished.data(), finished.size())
                         : SSL_get_finished(session, finished.data(), finished.size());
  if (bytes == 0 || bytes > finished.size())
    return {};
  return {channel_binding::kind::tls_unique, {finished.data(), bytes}};
}

void tls_session::take_output(std::string& ciphertext) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out_, &bytes);
  if (size <= 0)
    return;
  ciphertext.append(bytes, static_cast<std::size_t>(size));
  BIO_reset(out_);
}

} // namespace sluice
