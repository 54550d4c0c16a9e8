#include "adapters/http/tls_certificate.hpp"

#include <fmt/format.h>

#include <openssl/ssl.h>

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace sluice {

namespace {

namespace ssl = boost::asio::ssl;

/// Certificates and keys are a few kilobytes.
constexpr std::size_t pem_bytes_max = 1U << 20U;

std::optional<std::string> read_pem_file(const std::filesystem::path& file) {
  std::ifstream from(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
  if (!from || text.empty() || text.size() > pem_bytes_max)
    return std::nullopt;
  return text;
}

std::unexpected<error> unusable(const std::filesystem::path& file, std::string_view why) {
  return failure(error_code::invalid_input, fmt::format("{} {}", file.string(), why));
}

} // namespace

result<std::shared_ptr<tls_certificate>> tls_certificate::load(std::filesystem::path certificate,
                                                               std::filesystem::path key) {
  std::shared_ptr<tls_certificate> made(new tls_certificate(std::move(certificate), std::move(key)));
  made->seen_ = made->look();
  auto context = made->read();
  if (!context)
    return std::unexpected(context.error());
  made->context_ = std::move(*context);
  return made;
}

std::array<tls_certificate::file_state, 2> tls_certificate::look() const {
  const auto state_of = [](const std::filesystem::path& file) {
    struct stat found{};
    if (::stat(file.c_str(), &found) != 0)
      return file_state{};
    return file_state{static_cast<std::int64_t>(found.st_dev), static_cast<std::int64_t>(found.st_ino),
                      found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  };
  return {state_of(certificate_), state_of(key_)};
}

result<tls_certificate::context_ptr> tls_certificate::read() const {
  const auto certificate = read_pem_file(certificate_);
  if (!certificate)
    return unusable(certificate_, "cannot be read");
  const auto key = read_pem_file(key_);
  if (!key)
    return unusable(key_, "cannot be read");
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  auto* of_openssl = context->native_handle();
  SSL_CTX_set_min_proto_version(of_openssl, TLS1_2_VERSION);
  SSL_CTX_set_options(of_openssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  boost::system::error_code fault;
  // Never asks at a terminal for the passphrase of a key that has one.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; },
                                 fault);
  context->use_certificate_chain(boost::asio::buffer(*certificate), fault);
  if (fault)
    return unusable(certificate_, fmt::format("holds no certificate (PEM): {}", fault.message()));
  context->use_private_key(boost::asio::buffer(*key), ssl::context::pem, fault);
  if (fault || SSL_CTX_check_private_key(of_openssl) != 1)
    return unusable(
        key_, fmt::format("does not hold the private key (PEM, no passphrase) of {}", certificate_.string()));
  return context;
}

tls_certificate::context_ptr tls_certificate::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

std::string tls_certificate::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

bool tls_certificate::refresh() {
  const auto now = look();
  if (now == seen_ && trouble().empty())
    return false;
  auto context = read();
  // Looked at before it was read: what is written meanwhile is seen the next time.
  seen_ = now;
  const std::lock_guard lock(mutex_);
  if (!context)
    return std::exchange(trouble_, context.error().message) != context.error().message;
  context_ = std::move(*context);
  trouble_.clear();
  return true;
}

} // namespace sluice
