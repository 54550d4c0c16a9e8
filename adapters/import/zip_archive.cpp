#include "adapters/import/zip_archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

constexpr std::size_t end_record_bytes = 22;
constexpr std::size_t directory_entry_bytes = 46;
constexpr std::size_t local_header_bytes = 30;
constexpr std::size_t comment_bytes_max = 65535;
constexpr std::size_t members_max = 10'000;
constexpr std::uint16_t stored_method = 0;
constexpr std::uint16_t deflated_method = 8;

std::unexpected<error> archive_damaged() {
  return failure(error_code::invalid_input, notice{"file_xlsx_damaged"});
}

/// Little-endian; the caller has looked that there are so many.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t number = 0;
  for (std::size_t index = 0; index < count; ++index)
    number |= std::uint32_t{static_cast<unsigned char>(bytes[at + index])} << (8 * index);
  return number;
}

/// Where the record at the archive's end begins; npos: there is none.
std::size_t find_end_record(std::string_view bytes) {
  constexpr std::string_view mark = "PK\x05\x06";
  if (bytes.size() < end_record_bytes)
    return std::string_view::npos;
  const auto tail = std::min(bytes.size(), end_record_bytes + comment_bytes_max);
  const auto found = bytes.substr(bytes.size() - tail, tail - end_record_bytes + mark.size()).rfind(mark);
  return found == std::string_view::npos ? found : bytes.size() - tail + found;
}

struct inflater {
  z_stream stream{};
  bool is_open = inflateInit2(&stream, -15) == Z_OK; ///< deflate without a header
  inflater() = default;
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;
  ~inflater() { inflateEnd(&stream); }
};

} // namespace

result<zip_archive> zip_archive::open(std::string_view bytes) {
  constexpr std::string_view entry_mark = "PK\x01\x02";
  const auto end = find_end_record(bytes);
  if (end == std::string_view::npos)
    return archive_damaged();
  zip_archive made;
  made.bytes_ = bytes;
  std::size_t at = number_at(bytes, end + 16, 4);
  while (at + directory_entry_bytes <= end && bytes.substr(at).starts_with(entry_mark)) {
    const std::size_t name_bytes = number_at(bytes, at + 28, 2);
    const auto more = name_bytes + number_at(bytes, at + 30, 2) + number_at(bytes, at + 32, 2);
    if (made.members_.size() >= members_max || name_bytes > end - at - directory_entry_bytes)
      return archive_damaged();
    made.members_.push_back({std::string{bytes.substr(at + directory_entry_bytes, name_bytes)},
                             number_at(bytes, at + 20, 4), number_at(bytes, at + 42, 4),
                             static_cast<std::uint16_t>(number_at(bytes, at + 10, 2))});
    at += directory_entry_bytes + more;
  }
  if (made.members_.empty())
    return archive_damaged();
  return made;
}

const zip_archive::member* zip_archive::find(std::string_view name) const {
  while (name.starts_with('/'))
    name.remove_prefix(1);
  const auto found = std::ranges::find(members_, name, &member::name);
  return found == members_.end() ? nullptr : &*found;
}

result<void> zip_archive::unpack(std::string_view name,
                                 unpack_budget& budget,
                                 const std::function<bool(std::string_view)>& take) const {
  const auto* const wanted = find(name);
  if (wanted == nullptr || std::size_t{wanted->offset} + local_header_bytes > bytes_.size())
    return archive_damaged();
  // The local header has its own lengths of name and extra fields.
  const auto begin = std::size_t{wanted->offset} + local_header_bytes +
                     number_at(bytes_, wanted->offset + 26, 2) + number_at(bytes_, wanted->offset + 28, 2);
  if (begin > bytes_.size())
    return archive_damaged();
  const auto packed = bytes_.substr(begin, wanted->packed_bytes);
  if (wanted->method == stored_method) {
    if (auto room = budget.take(packed.size()); !room)
      return room;
    take(packed);
    return {};
  }
  if (wanted->method != deflated_method)
    return archive_damaged();
  inflater unpacking;
  if (!unpacking.is_open)
    return failure(error_code::internal, "zlib could not begin");
  auto& stream = unpacking.stream;
  std::array<Bytef, 65536> out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data())); // which zlib only reads
  stream.avail_in = static_cast<uInt>(packed.size());
  for (auto done = Z_OK; done != Z_STREAM_END;) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    done = inflate(&stream, Z_NO_FLUSH);
    if (done != Z_OK && done != Z_STREAM_END)
      return archive_damaged();
    const auto made = out.size() - stream.avail_out;
    if (auto room = budget.take(made); !room)
      return room;
    if (!take({reinterpret_cast<const char*>(out.data()), made}))
      return {};
  }
  return {};
}

} // namespace sluice
