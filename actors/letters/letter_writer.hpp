#pragma once
// Puts a letter's wire form into its batch, piece by piece.

#include "actors/letters/batch.hpp"

#include <span>

namespace sluice {

/// Where octets stand in the text that all letters of a campaign share.
struct shared_octets {
  std::uint32_t at = 0;
  std::uint32_t bytes = 0;
};

/// Appends what all letters share to the text that is to be shared.
inline shared_octets add_shared(std::string& text, std::string_view octets) {
  const shared_octets added{static_cast<std::uint32_t>(text.size()),
                            static_cast<std::uint32_t>(octets.size())};
  text.append(octets);
  return added;
}

/// Writes one letter at the end of a batch's text and pieces. Until `finish` it can be taken back as a whole.
class letter_writer {
public:
  /// Shorter runs are copied: a piece costs eight octets, and the kernel some work.
  static constexpr std::size_t shared_bytes_min = 128;

  explicit letter_writer(batch& into) :
      into_(into), shared_text_(*into.shared_text), begin_{into.text.size(), into.pieces.size(), 0},
      run_begin_(into.text.size()) {}

  /// Own octets may be appended here.
  std::string& text() { return into_.text; }
  void append(std::string_view octets) { into_.text.append(octets); }
  /// Counts a dot that was put before a line which begins with one.
  void count_stuffed_dots(std::uint32_t dots) { stuffed_dots_ += dots; }

  std::string_view shared(shared_octets octets) const { return shared_text_.substr(octets.at, octets.bytes); }

  void share(shared_octets octets) {
    if (octets.bytes < shared_bytes_min) {
      into_.text.append(shared(octets));
      return;
    }
    end_run();
    into_.pieces.emplace_back(octets.at, octets.bytes, true);
    shared_bytes_ += octets.bytes;
  }

  std::size_t wire_bytes() const { return into_.text.size() - begin_.text + shared_bytes_; }

  /// A state to come back to.
  struct mark {
    std::size_t text;
    std::size_t pieces;
    std::size_t shared_bytes;
    std::size_t run_begin = 0;
    std::uint32_t stuffed_dots = 0;
  };
  mark here() const {
    return {into_.text.size(), into_.pieces.size(), shared_bytes_, run_begin_, stuffed_dots_};
  }
  void go_back(const mark& to) {
    into_.text.resize(to.text);
    into_.pieces.resize(to.pieces);
    shared_bytes_ = to.shared_bytes;
    run_begin_ = to.run_begin;
    stuffed_dots_ = to.stuffed_dots;
  }

  /// Takes back the whole letter.
  void drop() {
    into_.text.resize(begin_.text);
    into_.pieces.resize(begin_.pieces);
  }

  /// Sets the letter's place and sizes.
  void finish(letter& one) {
    end_run();
    one.piece_at = static_cast<std::uint32_t>(begin_.pieces);
    one.piece_count = static_cast<std::uint32_t>(into_.pieces.size() - begin_.pieces);
    one.own_bytes = static_cast<std::uint32_t>(into_.text.size() - begin_.text);
    one.wire_bytes = static_cast<std::uint32_t>(wire_bytes());
    one.stuffed_dots = stuffed_dots_;
  }

private:
  void end_run() {
    if (const auto bytes = into_.text.size() - run_begin_; bytes > 0)
      into_.pieces.emplace_back(run_begin_, bytes, false);
    run_begin_ = into_.text.size();
  }

  batch& into_;
  std::string_view shared_text_;
  mark begin_;
  std::size_t run_begin_;
  std::size_t shared_bytes_ = 0;
  std::uint32_t stuffed_dots_ = 0;
};

} // namespace sluice
