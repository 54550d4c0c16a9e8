#pragma once
// Which Sluice this is, as `--version` says it.

namespace sluice::cli {

inline constexpr const char* version = "0.1.0";

} // namespace sluice::cli
