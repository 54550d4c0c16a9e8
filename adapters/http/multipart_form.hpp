#pragma once
// multipart/form-data (RFC 7578), as browsers and curl send a file, piece by piece: nothing of a part's data is kept here.

#include "messages/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// What a part's head says.
struct form_part {
  std::string name;
  std::optional<std::string> file_name; ///< only where the part is a file
  std::string content_type;
};

/// `boundary` of a Content-Type that is multipart/form-data; empty where it is none.
std::string form_boundary_of(std::string_view content_type);
/// A parameter of a Content-Type or Content-Disposition ("charset"), without quotes; empty where there is none.
std::string header_parameter(std::string_view value, std::string_view name);

class multipart_form {
public:
  struct handlers {
    std::function<result<void>(const form_part&)> on_part;
    std::function<result<void>(std::string_view)> on_data; ///< of the part that began last
    std::function<result<void>()> on_part_end;
  };
  static constexpr std::size_t head_bytes_max = 8192;
  static constexpr std::size_t parts_max = 64;

  multipart_form(std::string_view boundary, handlers to);
  /// The next bytes, cut anywhere. Fails on what is no form, and with what a handler fails with.
  result<void> feed(std::string_view bytes);
  /// Fails where the last boundary is missing.
  result<void> finish() const;

private:
  enum class state : std::uint8_t { before, delimiter, head, data, done };

  result<bool> take_data();
  result<bool> take_delimiter();
  result<bool> take_head();

  std::string boundary_; ///< with the line end and the dashes before it
  handlers to_;
  state state_ = state::before;
  std::string kept_ = "\r\n"; ///< so that the first boundary is like the others
  std::size_t parts_ = 0;
};

} // namespace sluice
