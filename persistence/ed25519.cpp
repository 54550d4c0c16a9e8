#include "persistence/ed25519.hpp"

#include "messages/check.hpp"
#include "messages/freed_by.hpp"

#include <fmt/format.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sluice {

namespace {

using pkey_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using digest_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;

EVP_PKEY* pkey(void* handle) {
  return static_cast<EVP_PKEY*>(handle);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::unexpected<error> file_failure(const std::filesystem::path& file, std::string_view doing, int trouble) {
  return failure(error_code::storage_failed,
                 fmt::format("cannot {} the key file {}: {}", doing, file.string(),
                             trouble == ELOOP ? "it is a link, and links to secrets are not followed"
                                              : std::strerror(trouble)));
}

pkey_ptr read_pem(std::string_view text) {
  const bio_ptr from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  // Without a passphrase: nobody is there to be asked for one.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  return pkey_ptr(PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr));
}

std::string write_pem(const EVP_PKEY* key) {
  const bio_ptr into(BIO_new(BIO_s_mem()));
  check(PEM_write_bio_PKCS8PrivateKey(into.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "a key can be written as text");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(into.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

/// Or a power cut may take the file's name, and with it the key of seals that are out already. Gives errno.
int sync_folder_of(const std::filesystem::path& file) {
  const auto folder = file.parent_path().empty() ? std::filesystem::path{"."} : file.parent_path();
  const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int trouble = handle < 0 || ::fsync(handle) != 0 ? errno : 0;
  if (handle >= 0)
    ::close(handle);
  return trouble;
}

/// Makes the file if it is not there: of two who make it at once one finds the other's.
result<pkey_ptr> make_key_file(const std::filesystem::path& file) {
  pkey_ptr made(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  check(made != nullptr, "OpenSSL makes Ed25519 keys");
  const auto text = write_pem(made.get());
  // A name that nobody has: one who was killed here left its own behind, and a process number comes again.
  auto beside = file.string() + ".XXXXXX";
  const int handle = ::mkostemp(beside.data(), O_CLOEXEC); // mode 0600
  if (handle < 0)
    return file_failure(file, "make", errno);
  const bool is_written = ::write(handle, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                          ::fsync(handle) == 0 && ::link(beside.c_str(), file.c_str()) == 0;
  const int trouble = errno;
  ::close(handle);
  ::unlink(beside.c_str());
  if (!is_written && trouble == EEXIST)
    return pkey_ptr{};
  if (!is_written)
    return file_failure(file, "make", trouble);
  if (const int failed = sync_folder_of(file); failed != 0)
    return file_failure(file, "keep", failed);
  return made;
}

/// Nothing when there is no such file.
result<std::optional<std::string>> read_key_file(const std::filesystem::path& file) {
  constexpr std::size_t key_file_bytes_max = 4096;
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (handle < 0 && errno == ENOENT)
    return std::nullopt;
  if (handle < 0)
    return file_failure(file, "read", errno);
  std::string text(key_file_bytes_max, '\0');
  const auto size = ::read(handle, text.data(), text.size());
  const int trouble = errno;
  ::close(handle);
  if (size < 0)
    return file_failure(file, "read", trouble);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

} // namespace

result<ed25519_key> ed25519_key::load_or_make(const std::filesystem::path& file) {
  auto text = read_key_file(file);
  if (!text)
    return std::unexpected(text.error());
  if (!*text) {
    auto made = make_key_file(file);
    if (!made)
      return std::unexpected(made.error());
    if (*made)
      return ed25519_key(made->release());
    text = read_key_file(file);
    if (!text)
      return std::unexpected(text.error());
  }
  auto key = read_pem(text->value_or(""));
  if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1)
    return failure(
        error_code::invalid_input,
        fmt::format("{} holds no Ed25519 private key (PEM, PKCS #8, no passphrase)", file.string()));
  return ed25519_key(key.release());
}

ed25519_key::~ed25519_key() {
  EVP_PKEY_free(pkey(handle_));
}

ed25519_key::ed25519_key(ed25519_key&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

ed25519_key& ed25519_key::operator=(ed25519_key&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

ed25519_public_key ed25519_key::public_key() const {
  ed25519_public_key bytes;
  auto size = bytes.size();
  check(EVP_PKEY_get_raw_public_key(pkey(handle_), bytes.data(), &size) == 1 && size == bytes.size(),
        "an Ed25519 public key has 32 bytes");
  return bytes;
}

ed25519_signature ed25519_key::sign(std::string_view bytes) const {
  ed25519_signature made;
  auto size = made.size();
  const digest_ptr context(EVP_MD_CTX_new());
  check(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey(handle_)) == 1 &&
            EVP_DigestSign(context.get(), made.data(), &size, bytes_of(bytes), bytes.size()) == 1 &&
            size == made.size(),
        "an Ed25519 key signs any bytes");
  return made;
}

bool is_signed_by(const ed25519_public_key& signer,
                  std::string_view bytes,
                  const ed25519_signature& signature) {
  const pkey_ptr key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, signer.data(), signer.size()));
  const digest_ptr context(EVP_MD_CTX_new());
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes_of(bytes), bytes.size()) ==
             1;
}

} // namespace sluice
