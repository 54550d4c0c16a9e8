#pragma once
// A password or a token that lies in a file of its own, as service managers and secret stores hand them out.

#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace sluice {

/// The text's first line, without what ends it. A byte order mark is no part of it.
std::string first_line(std::string_view text);

/// The file's first line. A link is not followed, so that nobody who may write beside it has another file sent out as the
/// secret; folders on the way may be links (a Kubernetes secret is named by "…/..data/NAME"). An error
/// that names the file when it cannot be read, is too large for a secret or has an empty line there. Blocks.
result<std::string> read_secret_file(const std::string& name);

} // namespace sluice
