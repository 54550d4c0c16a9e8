#pragma once
// Takes a server-sent event stream apart (WHATWG HTML, section 9.2): pieces of any size in, events out.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::cli {

class event_stream {
public:
  /// `visit(name, data)`; the name is empty where the event has none. False stops it.
  using visitor = std::function<bool(std::string_view name, std::string_view data)>;
  explicit event_stream(visitor visit) : visit_(std::move(visit)) {}

  /// False once the visitor has said so.
  bool take(std::string_view piece);

private:
  bool take_line(std::string_view line);

  visitor visit_;
  std::string rest_; ///< of a line that is not complete
  std::string name_;
  std::string data_;
  bool has_data_ = false;
};

} // namespace sluice::cli
