#pragma once
// Secrets that nobody can guess, from the system's source of randomness.

#include "messages/error.hpp"

#include <string>

namespace sluice {

inline constexpr std::size_t secret_bytes = 32;

/// secret_bytes random bytes; `internal` where the system gives none.
result<std::string> random_secret();

} // namespace sluice
