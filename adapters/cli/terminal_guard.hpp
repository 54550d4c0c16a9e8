#pragma once
// What stands before a terminal: of all that is written through it, nothing acts on the terminal but line ends, tabs,
// the colours of `colored` and what this program says with `put_control`. Commands escape what they show themselves
// (text.hpp); this is for the case that one forgets, and for output that is data (an export), which goes into a file
// unchanged and to a terminal through here.

#include <streambuf>
#include <string>
#include <string_view>

namespace sluice::cli {

class terminal_guard : public std::streambuf {
public:
  explicit terminal_guard(std::streambuf& below) : below_(below) {}

  /// An escape sequence of our own, as it is.
  void put_control(std::string_view sequence);

protected:
  int_type overflow(int_type byte) override;
  std::streamsize xsputn(const char* text, std::streamsize count) override;
  int sync() override;

private:
  void pass_whole_characters();

  std::streambuf& below_;
  std::string begun_; ///< of a character or sequence whose rest is to come
};

/// `sequence` to the stream, past the guard where there is one.
void write_control(std::ostream& out, std::string_view sequence);

} // namespace sluice::cli
