#pragma once
// SHA-256 (FIPS 180-4), the one hash that the store uses: in the logs' chains, over audiences, for tokens.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

using sha256_hash = std::array<std::uint8_t, 32>;

/// The hash of all bytes given to `update`. Used from one thread.
class sha256_stream {
public:
  sha256_stream();
  ~sha256_stream();
  sha256_stream(sha256_stream&&) noexcept;
  sha256_stream& operator=(sha256_stream&&) noexcept;

  sha256_stream& update(std::string_view bytes);
  /// The hash; the stream begins anew.
  sha256_hash finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

/// The hash of some bytes.
sha256_hash sha256(std::string_view bytes);
/// The hash of two pieces as if they were one.
sha256_hash sha256(std::string_view first, std::string_view second);

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> bytes);
void append_hex(std::string& to, std::span<const std::uint8_t> bytes);

/// Reads what to_hex wrote, to the last byte of `into`; false for any other text.
bool from_hex(std::string_view text, std::span<std::uint8_t> into);

/// A hash as text for APIs that take text; it points into `hash`.
std::string_view as_text(const sha256_hash& hash);

} // namespace sluice
