#pragma once
// Who may be connected: the bounds in all and for each address and token, and who gives way when a bound is reached.
// Knows no sockets. Used on one thread: the event loop's.
//
// A connection on which nothing is asked is worth less than a new one: at a bound the one that has been without a
// request for longest is closed, of the same address where that address's bound is meant. Where all are busy, the last
// places are kept for commands, so that whoever steers is heard however many look.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>

namespace sluice {

using connection_number = std::uint64_t;

struct connection_limits {
  std::size_t in_all = 4096;
  std::size_t per_address = 2048; ///< an IPv6 address counts with its whole /64
  std::size_t per_token = 512;    ///< commands are free of it
  std::size_t for_commands = 64;  ///< of `in_all`
  /// Beyond `in_all`: those that were answered for the last time and have yet to read it.
  std::size_t closing = 128;
};

/// What goes on on a connection, from what gives way first to what never does.
enum class connection_use : std::uint8_t {
  silent,   ///< no whole request has come yet
  idle,     ///< between two requests
  nameless, ///< a request without a token
  busy,     ///< a request with one
  closing,  ///< the last answer was sent; waits for the other side to close, and takes no place of the others
};

class connection_table {
public:
  explicit connection_table(connection_limits limits) : limits_(limits) {}

  enum class verdict : std::uint8_t {
    welcome,
    commands_only, ///< one of the places that are kept for commands
    refused,       ///< none is left: it is told so, and closed
  };
  struct admission {
    verdict is = verdict::welcome;
    std::optional<connection_number>
        closed; ///< this one gives way: it is to be closed, and is not known any more
  };

  /// A new connection, `silent`.
  admission admit(connection_number number, const std::string& address);
  /// Where it is `closing` and too many are, the one that has been for longest is to be closed.
  std::optional<connection_number> set_use(connection_number number, connection_use use);
  /// Counts it to the token of its latest request. False, and nothing changes, when that token has enough of them.
  bool claim(connection_number number, const std::string& token);
  void remove(connection_number number);

  std::size_t count() const { return entries_.size(); }
  std::size_t refused() const { return refused_; } ///< so far

private:
  /// Order of giving way: use, then since when.
  using place = std::tuple<connection_use, std::uint64_t, connection_number>;
  struct entry {
    std::string address;
    std::string token; ///< empty: none yet
    place at;
  };
  struct address_entry {
    std::size_t count = 0;
    std::size_t closing = 0;
    std::set<place> yielding;
  };

  void put(connection_number number, entry& one, connection_use use);
  void take_out(const entry& one);

  connection_limits limits_;
  std::uint64_t next_moment_ = 0;
  std::unordered_map<connection_number, entry> entries_;
  std::unordered_map<std::string, address_entry> addresses_;
  std::unordered_map<std::string, std::size_t> tokens_;
  std::set<place> yielding_;
  std::set<place> closing_;
  std::size_t refused_ = 0;
};

} // namespace sluice
