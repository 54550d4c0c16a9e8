#pragma once
// The certificate and the key of a listener with TLS of its own. They are read anew when their files change, so that a
// certificate that is renewed needs no restart; one that cannot be used leaves the one before in use, and is told.

#include "messages/error.hpp"

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

namespace sluice {

class tls_certificate {
public:
  using context_ptr = std::shared_ptr<boost::asio::ssl::context>;

  /// Both PEM; the certificate with those between it and a root behind it. Links are followed, because ACME clients keep
  /// the newest behind one. `invalid_input` with the file and what is wrong with it.
  static result<std::shared_ptr<tls_certificate>> load(std::filesystem::path certificate,
                                                       std::filesystem::path key);

  /// For a new connection: TLS 1.2 at least. Any thread.
  context_ptr context() const;
  /// Reads the files where they have changed since, or could not be used the last time. True: there is a new certificate,
  /// or another trouble, to tell of. Any one thread; waits for the disk.
  bool refresh();
  /// Why the newest files are not in use; empty: they are. Any thread.
  std::string trouble() const;

private:
  /// What of a file changes when it is written or replaced: device, inode, size, and when it was written.
  using file_state = std::array<std::int64_t, 5>;

  tls_certificate(std::filesystem::path certificate, std::filesystem::path key) :
      certificate_(std::move(certificate)), key_(std::move(key)) {}
  std::array<file_state, 2> look() const;
  result<context_ptr> read() const;

  const std::filesystem::path certificate_;
  const std::filesystem::path key_;
  std::array<file_state, 2> seen_{};
  mutable std::mutex mutex_; ///< of what follows
  context_ptr context_;
  std::string trouble_;
};

} // namespace sluice
