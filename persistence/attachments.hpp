#pragma once
// Files that letters carry. An attachment is named by the SHA-256 of its content, so that it is kept once however often
// it is uploaded. Contents are streamed in; they come out whole, since a letter needs them whole.

#include "messages/error.hpp"
#include "messages/sha256.hpp"
#include "messages/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::size_t attachment_name_bytes_max = 200;
inline constexpr std::size_t attachment_type_bytes_max = 127;
/// A content lies in pieces of this size.
inline constexpr std::size_t attachment_piece_bytes = 256U << 10U;

struct stored_attachment {
  std::string id;   ///< SHA-256 of the content, lower-case hexadecimal
  std::string name; ///< of the file, as it was uploaded last
  std::string type; ///< "application/pdf"
  std::uint64_t bytes = 0;
  timestamp added_at;
  bool operator==(const stored_attachment&) const = default;
};

/// `not_found`.
std::unexpected<error> no_such_attachment(std::string_view id);
/// The hash that an id writes; `not_found` for one that is none.
result<sha256_hash> attachment_hash(std::string_view id);

/// What is stored of one, under its hash: a CBOR map {"number": under which its pieces lie, "name", "type", "bytes",
/// "at": milliseconds since 1970}.
struct attachment_record {
  stored_attachment info;
  std::uint64_t number = 0;
};
std::string encode_attachment(const attachment_record& one);
result<attachment_record> decode_attachment(std::string_view id, std::string_view value);

/// An attachment that is being uploaded. Nothing of it is seen until `commit`; dropped before that (or the process dies)
/// it leaves nothing behind. Used from one thread. The store outlives it.
class attachment_writer {
public:
  virtual ~attachment_writer() = default;
  attachment_writer(const attachment_writer&) = delete;
  attachment_writer& operator=(const attachment_writer&) = delete;

  /// `too_large` past the bound.
  result<void> add(std::string_view bytes);
  /// Makes it durable and visible.
  virtual result<stored_attachment> commit() = 0;

protected:
  attachment_writer(stored_attachment begun, std::uint64_t bytes_max) :
      info_(std::move(begun)), bytes_max_(bytes_max) {}

  /// Keeps the next bytes, which are counted and hashed by then.
  virtual result<void> take(std::string_view bytes) = 0;
  /// Gives it its id: all bytes are there. Gives the hash that the id writes.
  sha256_hash finish();

  stored_attachment info_;

private:
  std::uint64_t bytes_max_;
  sha256_stream hash_;
};

/// Any thread; waits for the disk.
class attachment_store {
public:
  virtual ~attachment_store() = default;
  result<std::unique_ptr<attachment_writer>>
  begin(std::string name, std::string type, std::uint64_t bytes_max, timestamp now);
  virtual result<stored_attachment> info(std::string_view id) const = 0; ///< `not_found`
  /// Those behind `after` in the order of ids, `limit` at most.
  virtual result<std::vector<stored_attachment>> list(std::string_view after, std::size_t limit) const = 0;
  /// The content; `not_found`, `corrupt` when it is not what the id says.
  virtual result<std::string> read(std::string_view id) const = 0;
  virtual result<void> remove(std::string_view id) = 0; ///< `not_found`

protected:
  virtual result<std::unique_ptr<attachment_writer>> begin_upload(stored_attachment begun,
                                                                  std::uint64_t bytes_max) = 0;
};

} // namespace sluice
