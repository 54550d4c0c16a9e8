#include "adapters/import/gzip_reader.hpp"

#include <zlib.h>

#include <vector>

namespace sluice {

namespace {

constexpr std::size_t piece_bytes = 64U << 10U;
constexpr int gzip_window_bits = 15 + 16; ///< zlib: the largest window, with gzip's header and no other

std::unexpected<error> gzip_damaged() {
  return failure(error_code::invalid_input, notice{"file_gzip_damaged"});
}

class gzip_reader final : public byte_reader {
public:
  gzip_reader(byte_reader& into, unpack_budget& budget, bool is_cut_off) :
      into_(into), budget_(budget), is_cut_off_(is_cut_off), out_(piece_bytes) {
    is_open_ = inflateInit2(&stream_, gzip_window_bits) == Z_OK;
  }
  gzip_reader(const gzip_reader&) = delete;
  gzip_reader& operator=(const gzip_reader&) = delete;
  ~gzip_reader() override { inflateEnd(&stream_); }

  result<void> feed(std::string_view bytes) override {
    if (!is_open_)
      return failure(error_code::internal, "zlib could not begin");
    while (!bytes.empty()) {
      const auto piece = bytes.substr(0, piece_bytes);
      bytes.remove_prefix(piece.size());
      if (auto taken = take(piece); !taken)
        return taken;
    }
    return {};
  }

  result<void> finish() override {
    return is_between_members_ || is_cut_off_ ? into_.finish() : gzip_damaged();
  }

private:
  result<void> take(std::string_view piece) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data())); // which zlib only reads
    stream_.avail_in = static_cast<uInt>(piece.size());
    do {
      if (is_between_members_) {
        // Zeros behind the last member are padding, of tapes and of blocks.
        while (stream_.avail_in > 0 && *stream_.next_in == 0) {
          ++stream_.next_in;
          --stream_.avail_in;
        }
        if (stream_.avail_in == 0)
          return {};
        inflateReset(&stream_);
        is_between_members_ = false;
      }
      stream_.next_out = out_.data();
      stream_.avail_out = static_cast<uInt>(out_.size());
      const auto done = inflate(&stream_, Z_NO_FLUSH);
      if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR)
        return gzip_damaged();
      const auto made = out_.size() - stream_.avail_out;
      if (auto room = budget_.take(made); !room)
        return room;
      if (auto fed = into_.feed({reinterpret_cast<const char*>(out_.data()), made}); made > 0 && !fed)
        return fed;
      is_between_members_ = done == Z_STREAM_END;
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return {};
  }

  byte_reader& into_;
  unpack_budget& budget_;
  bool is_cut_off_;
  std::vector<Bytef> out_;
  z_stream stream_{};
  bool is_open_ = false;
  bool is_between_members_ = false; ///< a member ended; at the beginning one must come
};

} // namespace

result<void> unpack_budget::take(std::uint64_t bytes) {
  if (bytes > bytes_left)
    return failure(error_code::too_large, notice{"file_unpacked_too_large", {{"max", bytes_max}}});
  bytes_left -= bytes;
  return {};
}

std::unique_ptr<byte_reader> make_gzip_reader(byte_reader& into, unpack_budget& budget, bool is_cut_off) {
  return std::make_unique<gzip_reader>(into, budget, is_cut_off);
}

} // namespace sluice
