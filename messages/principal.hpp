#pragma once
// Who did something, and when: what the logs keep of it.

#include "messages/time.hpp"

#include <string>

namespace sluice {

/// Who acts. Names of tokens are unique for ever, so that a name says who it was also when the token is gone.
struct principal {
  std::string name;  ///< empty: the engine itself
  std::string token; ///< the token's id; empty where there is none: the engine, a program that embeds it
  bool operator==(const principal&) const = default;
};

/// What a change of the engine's tables is done by, and when.
struct act {
  principal by;
  timestamp at;
};

} // namespace sluice
