#include "messages/suppressed_target.hpp"

#include "messages/address.hpp"

namespace sluice {

namespace {

constexpr std::string_view all_below = "*.";

/// Checked as the domain of an address: at least two labels, so that nobody suppresses a whole top-level domain.
result<std::string> checked_domain(std::string_view text, std::string_view domain) {
  const auto checked = parse_address("x@" + std::string{domain});
  if (!checked)
    return failure(error_code::invalid_input, notice{"suppressed_domain_wrong", {{"domain", text}}});
  return ascii_domain(domain_of(*checked));
}

} // namespace

result<std::string> parse_suppressed_target(std::string_view text) {
  auto rest = text;
  if (rest.starts_with("*@"))
    rest.remove_prefix(1);
  if (!rest.starts_with('@')) {
    auto address = parse_address(text);
    return address ? result<std::string>{folded(*address)} : address;
  }
  rest.remove_prefix(1);
  const auto is_below = rest.starts_with(all_below);
  if (is_below)
    rest.remove_prefix(all_below.size());
  const auto domain = checked_domain(text, rest);
  if (!domain)
    return domain;
  return (is_below ? "@*." : "@") + *domain;
}

bool names_domain(std::string_view target) {
  return target.starts_with('@');
}

std::vector<std::string> targets_covering(std::string_view folded_address) {
  const auto domain = domain_of(folded_address);
  std::vector<std::string> targets{std::string{folded_address}, "@" + std::string{domain}};
  for (auto dot = domain.find('.'); dot != std::string_view::npos; dot = domain.find('.', dot + 1))
    targets.push_back("@*" + std::string{domain.substr(dot)});
  return targets;
}

} // namespace sluice
