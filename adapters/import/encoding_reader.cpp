#include "adapters/import/encoding_reader.hpp"

#include "adapters/import/text_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice {

namespace {

constexpr std::size_t head_bytes = 1024; ///< by which UTF-16 is told
constexpr std::size_t word_bytes_max = 32;
constexpr std::size_t out_bytes = 64U << 10U;
constexpr char no_utf8 = '\xFF';
const auto no_converter = reinterpret_cast<iconv_t>(-1);

bool is_high(char one) {
  return static_cast<unsigned char>(one) >= 0x80;
}

/// Where the first byte beyond ASCII stands, or the end.
std::size_t ascii_bytes(std::string_view bytes) {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; at + sizeof eight <= bytes.size(); at += sizeof eight) {
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    if ((eight & high_bits) != 0)
      break;
  }
  while (at < bytes.size() && !is_high(bytes[at]))
    ++at;
  return at;
}

class reader final : public encoding_reader {
public:
  reader(byte_reader& into, std::string_view wanted) :
      into_(into), encoding_(wanted.empty() ? "utf-8" : wanted), is_said_(!wanted.empty()) {}
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;
  ~reader() override {
    if (converter_ != no_converter)
      iconv_close(converter_);
  }

  std::string_view encoding() const override { return encoding_; }
  bool is_guessed() const override { return is_guessed_; }

  result<void> feed(std::string_view bytes) override {
    if (state_ != state::head)
      return take(bytes);
    const auto more = bytes.substr(0, head_bytes - kept_.size());
    kept_.append(more);
    bytes.remove_prefix(more.size());
    if (kept_.size() < head_bytes)
      return {};
    if (auto begun = begin(); !begun)
      return begun;
    return take(bytes);
  }

  result<void> finish() override {
    if (state_ == state::head)
      if (auto begun = begin(); !begun)
        return begun;
    if (state_ == state::sample)
      if (auto decided = decide(true); !decided)
        return decided;
    if (auto flushed = flush(); !flushed)
      return flushed;
    return into_.finish();
  }

private:
  enum class state : std::uint8_t {
    head,    ///< kept until it is long enough to tell UTF-16
    ascii,   ///< handed on
    sample,  ///< kept until there is enough to decide by
    pass,    ///< it is UTF-8
    convert, ///< `kept_` is the beginning of a character
  };

  result<void> begin() {
    auto head = std::exchange(kept_, {});
    const auto mark = byte_order_mark_of(head);
    std::size_t mark_bytes = 0;
    if (mark && (!is_said_ || mark->encoding == encoding_ || unit_bytes_of(encoding_) == 2)) {
      encoding_ = mark->encoding;
      mark_bytes = mark->bytes;
      is_said_ = true;
    } else if (!is_said_) {
      if (const auto found = utf16_without_mark(head); !found.empty()) {
        encoding_ = found;
        is_guessed_ = true;
        is_said_ = true;
      } else if (head.find('\0') < 4) { // a stray one elsewhere costs its row
        return failure(error_code::invalid_input, notice{"file_no_text"});
      }
    }
    state_ = !is_said_ ? state::ascii : encoding_ == "utf-8" ? state::pass : state::convert;
    return take(std::string_view{head}.substr(mark_bytes));
  }

  result<void> take(std::string_view bytes) {
    if (state_ == state::ascii) {
      const auto ascii = bytes.substr(0, ascii_bytes(bytes));
      bytes.remove_prefix(ascii.size());
      before_.append(ascii.substr(ascii.size() - std::min(ascii.size(), word_bytes_max)));
      before_.erase(0, before_.size() - std::min(before_.size(), word_bytes_max));
      if (auto fed = ascii.empty() ? result<void>{} : into_.feed(ascii); !fed || bytes.empty())
        return fed;
      state_ = state::sample;
    }
    while (state_ == state::sample && !bytes.empty()) {
      std::size_t taken = 0;
      while (taken < bytes.size() && !is_enough()) {
        sample_high_ += is_high(bytes[taken]) ? 1U : 0U;
        kept_.push_back(bytes[taken++]);
      }
      bytes.remove_prefix(taken);
      if (is_enough())
        if (auto decided = decide(false); !decided)
          return decided;
    }
    if (bytes.empty())
      return {};
    return state_ == state::pass ? into_.feed(bytes) : convert(bytes);
  }

  /// What the converter keeps back, and half a character.
  result<void> flush() {
    std::string last(16, '\0');
    auto* to = last.data();
    auto left = last.size() - 1;
    if (converter_ != no_converter)
      iconv(converter_, nullptr, nullptr, &to, &left);
    if (state_ == state::convert && !kept_.empty())
      *to++ = no_utf8;
    last.resize(static_cast<std::size_t>(to - last.data()));
    return last.empty() ? result<void>{} : into_.feed(last);
  }

  bool is_enough() const {
    return kept_.size() >= encoding_sample_bytes_max || sample_high_ >= encoding_sample_high_max;
  }

  result<void> decide(bool is_whole) {
    const auto sample = std::exchange(kept_, {});
    encoding_ = detect_encoding(before_ + sample, is_whole);
    is_guessed_ = encoding_ != "utf-8";
    state_ = is_guessed_ ? state::convert : state::pass;
    return take(sample);
  }

  result<void> convert(std::string_view bytes) {
    if (converter_ == no_converter)
      converter_ = iconv_open("UTF-8", iconv_name_of(encoding_));
    if (converter_ == no_converter)
      return failure(error_code::internal,
                     notice{"encoding_unknown", {{"encoding", encoding_}, {"known", encoding_names()}}});
    std::string joined;
    if (!kept_.empty()) {
      joined = std::exchange(kept_, {}).append(bytes);
      bytes = joined;
    }
    out_.resize(out_bytes);
    while (!bytes.empty()) {
      auto* from = const_cast<char*>(bytes.data()); // which iconv only reads
      auto from_bytes = bytes.size();
      auto* to = out_.data();
      auto to_bytes = out_.size() - 1;
      const auto done = iconv(converter_, &from, &from_bytes, &to, &to_bytes);
      const auto why = errno;
      bytes.remove_prefix(bytes.size() - from_bytes);
      if (done == static_cast<std::size_t>(-1) && why == EILSEQ) {
        *to++ = no_utf8;
        bytes.remove_prefix(std::min(bytes.size(), unit_bytes_of(encoding_)));
        iconv(converter_, nullptr, nullptr, nullptr, nullptr);
      }
      if (auto fed = into_.feed({out_.data(), static_cast<std::size_t>(to - out_.data())}); !fed)
        return fed;
      if (done == static_cast<std::size_t>(-1) && why == EINVAL) {
        kept_ = bytes;
        return {};
      }
    }
    return {};
  }

  byte_reader& into_;
  std::string_view encoding_;
  bool is_said_;
  bool is_guessed_ = false;
  state state_ = state::head;
  std::string kept_;
  std::string before_; ///< what stood before the sample, ASCII
  std::size_t sample_high_ = 0;
  std::string out_;
  iconv_t converter_ = no_converter;
};

} // namespace

std::unique_ptr<encoding_reader> make_encoding_reader(byte_reader& into, std::string_view encoding) {
  return std::make_unique<reader>(into, encoding);
}

} // namespace sluice
