#include "adapters/http/host_names.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace sluice {

std::string host_without_port(std::string_view host) {
  const auto is_bracketed = host.starts_with('[');
  const auto end = std::min(is_bracketed ? host.find(']') : host.find(':'), host.size());
  auto name = host.substr(is_bracketed ? 1 : 0, is_bracketed ? end - 1 : end);
  auto rest = host.substr(end);
  if (is_bracketed && !rest.starts_with(']'))
    return {};
  rest.remove_prefix(is_bracketed ? 1 : 0);
  const auto is_port =
      rest.empty() || (rest.starts_with(':') && rest.find_first_not_of("0123456789", 1) == rest.npos);
  if (!is_port)
    return {};
  if (name.ends_with('.'))
    name.remove_suffix(1);
  std::string plain{name};
  std::ranges::transform(plain, plain.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return plain;
}

host_names::host_names(const std::vector<std::string>& names) {
  for (const auto& name : names)
    names_.push_back(host_without_port(name));
}

bool host_names::allow(std::string_view host) const {
  const auto name = host_without_port(host);
  if (name.empty())
    return false;
  boost::system::error_code is_no_address;
  boost::asio::ip::make_address(name, is_no_address);
  return !is_no_address || name == "localhost" ||
         std::ranges::any_of(names_, [&](const auto& one) { return one == "*" || one == name; });
}

} // namespace sluice
