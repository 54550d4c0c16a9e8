#pragma once
// A recipient's way out: a link, an address, or both, as List-Unsubscribe has them (RFC 2369, RFC 8058).
//
// Values are percent-encoded, but for one with which a link begins: that is the link, or its beginning, and stays as it
// is. International hosts leave with A-labels (RFC 5890); what no URL may hold is percent-encoded (RFC 3986).

#include "actors/letters/letter_template.hpp"
#include "messages/campaign.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

class unsubscribe_link {
public:
  /// `template_failed` for a template that cannot be parsed.
  static result<unsubscribe_link> parse(const campaign_spec& spec, std::span<const std::string> columns);

  /// Makes it for these values. `template_failed`: it came out as no https, http or mailto address, or too long.
  result<void> render(std::span<const std::string_view> values);

  /// What stands for {{unsubscribe_url}} in a body: the link, else the address. Empty where there is neither.
  std::string_view text() const { return url_.empty() ? mailto_ : url_; }
  /// Appends List-Unsubscribe and, for a link by https, List-Unsubscribe-Post, each with its CRLF.
  void append_fields(std::string& to) const;

private:
  std::optional<letter_template> url_template_;
  std::optional<letter_template> mailto_template_;
  std::string url_; ///< as rendered last
  std::string mailto_;
};

/// Whether text begins with `https://`, `http://` or `mailto:`, in any case.
bool has_link_scheme(std::string_view text);

} // namespace sluice
