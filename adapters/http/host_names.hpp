#pragma once
// What this server may be called in a request's Host field (RFC 9110 section 7.2). A page of somebody else's that has its
// own name lead to this machine (DNS rebinding) makes a browser send requests here that this page may read: such a
// request has that name in Host. So names are taken that were said; addresses and "localhost" always, because no page
// of somebody else's has such an origin.

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class host_names {
public:
  /// Besides addresses and "localhost"; "*": any.
  explicit host_names(const std::vector<std::string>& names);

  /// `host` as the field has it, perhaps with a port. An empty one is none.
  bool allow(std::string_view host) const;

private:
  std::vector<std::string> names_; ///< in lower case
};

/// "shop.example" for "Shop.Example.:8025": the field without its port, the dot of the root and capitals. The brackets of an
/// IPv6 address go, too. Empty for what is no such field.
std::string host_without_port(std::string_view host);

} // namespace sluice
