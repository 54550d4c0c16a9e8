#pragma once
// Octets on their way to a socket, in pieces that stay where they are: gathered writes, whatever a write takes.

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace sluice {

class send_queue {
public:
  /// So many Asio passes on to one sendmsg().
  static constexpr std::size_t pieces_a_write_max = 64;

  bool empty() const { return at_ == pieces_.size(); }
  void clear() {
    pieces_.clear();
    at_ = 0;
  }
  /// The octets stay untouched until they have left.
  void add(std::string_view octets) {
    if (!octets.empty())
      pieces_.emplace_back(octets.data(), octets.size());
  }

  /// What to write next; nothing when all has left.
  std::span<const boost::asio::const_buffer> front() const {
    return std::span{pieces_}.subspan(at_, std::min(pieces_a_write_max, pieces_.size() - at_));
  }
  /// So many octets of it were taken.
  void advance(std::size_t octets) {
    while (octets > 0) {
      const auto taken = std::min(octets, pieces_[at_].size());
      pieces_[at_] += taken;
      octets -= taken;
      if (pieces_[at_].size() == 0)
        ++at_;
    }
  }

private:
  std::vector<boost::asio::const_buffer> pieces_;
  std::size_t at_ = 0;
};

} // namespace sluice
