#pragma once
// A few lines at the bottom of a terminal that are drawn again in place. Nothing is ever drawn on anything
// but a terminal.

#include "adapters/cli/terminal.hpp"
#include "messages/time.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace sluice::cli {

/// Often enough to look alive, seldom enough to cost nothing.
inline constexpr milliseconds redraw_every{200};

class live_lines {
public:
  live_lines(std::ostream& out, terminal where) : out_(out), where_(where) {}
  live_lines(const live_lines&) = delete;
  live_lines& operator=(const live_lines&) = delete;

  bool is_live() const { return where_.is_terminal; }
  const terminal& where() const { return where_; }
  /// Puts these lines in place of those drawn last; each must fit the width. Lines beyond the terminal's
  /// height are left out.
  void draw(std::vector<std::string> lines);
  /// Takes the lines away; what is printed next stands in their place.
  void clear();
  /// Leaves the lines as they are; the next draw starts below.
  void keep() { drawn_ = 0; }

private:
  std::ostream& out_;
  terminal where_;
  std::size_t drawn_ = 0;
};

} // namespace sluice::cli
