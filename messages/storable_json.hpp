#pragma once
// What every stored map has to be, whatever it is of.

#include <nlohmann/json_fwd.hpp>

namespace sluice {

/// How deep a stored body is nested at most; what is deeper is none.
inline constexpr int stored_depth_max = 16;

/// What is stored can always be read: bytes that are not UTF-8 give way to U+FFFD. Gates before this one see to it that there
/// are none; a log must not be lost where one let them through.
void make_utf8(nlohmann::json& value);

} // namespace sluice
