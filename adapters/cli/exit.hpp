#pragma once
// How a command ends: its exit code (part of the contract, interfaces.md), and a failure as a value with the
// words for stderr.

#include "messages/error.hpp"

#include <expected>
#include <string>
#include <utility>

namespace sluice::cli {

enum class exit_code : int {
  done = 0,
  refused = 1,     ///< the engine, or what the command worked on, said no
  usage = 2,       ///< wrong arguments or configuration
  unreachable = 3, ///< the engine cannot be reached
  faulty = 4,      ///< `audit verify` found a fault
};

/// Why a command could not be carried out. `message` is for people, without "error: " before it.
struct failed {
  exit_code code = exit_code::refused;
  std::string message;
};

template <class T>
using outcome = std::expected<T, failed>;

inline std::unexpected<failed> fail(exit_code code, std::string message) {
  return std::unexpected(failed{code, std::move(message)});
}

/// An error of the library's as a command's end: refused, whatever it was.
inline std::unexpected<failed> refusal(const error& what) {
  return fail(exit_code::refused, what.message);
}

} // namespace sluice::cli
