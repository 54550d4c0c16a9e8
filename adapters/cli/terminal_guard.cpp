#include "adapters/cli/terminal_guard.hpp"

#include "adapters/cli/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>

namespace sluice::cli {
namespace {

/// Of colored(): at most two digits between "\x1b[" and "m".
constexpr std::size_t color_bytes_max = 5;

/// The length of a colour's sequence at the text's begin; 0: there is none.
std::size_t color_bytes(std::string_view text) {
  constexpr std::array<std::string_view, 9> colors{"\x1b[0m",  "\x1b[1m",  "\x1b[2m",  "\x1b[31m", "\x1b[32m",
                                                   "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[36m"};
  const auto found =
      std::ranges::find_if(colors, [&](std::string_view one) { return text.starts_with(one); });
  return found == colors.end() ? 0 : found->size();
}

/// How many bytes a character has by its first one.
std::size_t character_bytes(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1;
}

/// Whether the text may be the begin of something longer.
bool may_go_on(std::string_view text) {
  if (text.front() == '\x1b')
    return text.size() < color_bytes_max && color_bytes(text) == 0 &&
           text.find('m') == std::string_view::npos;
  if (text == "\r")
    return true;
  return text.size() < character_bytes(text.front());
}

} // namespace

void terminal_guard::put_control(std::string_view sequence) {
  sync();
  below_.sputn(sequence.data(), static_cast<std::streamsize>(sequence.size()));
}

void terminal_guard::pass_whole_characters() {
  std::string safe;
  std::string_view left = begun_;
  while (!left.empty() && !may_go_on(left.substr(0, color_bytes_max))) {
    auto bytes = color_bytes(left);
    if (bytes == 0 && (left.front() == '\n' || left.front() == '\t'))
      bytes = 1;
    const auto is_line_end = left.starts_with("\r\n"); // of CSV (RFC 4180)
    if (bytes > 0 || is_line_end) {
      safe += is_line_end ? std::string_view{"\n"} : left.substr(0, bytes);
      left.remove_prefix(is_line_end ? 2 : bytes);
      continue;
    }
    bytes = std::min(character_bytes(left.front()), left.size());
    safe += shown(left.substr(0, bytes));
    left.remove_prefix(bytes);
  }
  below_.sputn(safe.data(), static_cast<std::streamsize>(safe.size()));
  begun_.erase(0, begun_.size() - left.size());
}

terminal_guard::int_type terminal_guard::overflow(int_type byte) {
  if (!traits_type::eq_int_type(byte, traits_type::eof())) {
    begun_ += traits_type::to_char_type(byte);
    pass_whole_characters();
  }
  return traits_type::not_eof(byte);
}

std::streamsize terminal_guard::xsputn(const char* text, std::streamsize count) {
  begun_.append(text, static_cast<std::size_t>(count));
  pass_whole_characters();
  return count;
}

int terminal_guard::sync() {
  // What is not whole by now is not.
  const auto rest = shown(begun_);
  begun_.clear();
  below_.sputn(rest.data(), static_cast<std::streamsize>(rest.size()));
  return below_.pubsync();
}

void write_control(std::ostream& out, std::string_view sequence) {
  if (auto* guard = dynamic_cast<terminal_guard*>(out.rdbuf()))
    guard->put_control(sequence);
  else
    out << sequence;
}

} // namespace sluice::cli
