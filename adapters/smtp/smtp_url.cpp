#include "adapters/smtp/smtp_url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sluice {

namespace {

std::unexpected<error> wrong(std::string what) {
  return failure(error_code::invalid_input,
                 "the relay's URL: " + std::move(what) +
                     "; expected smtp://[user:password@]host[:port][?tls=require]");
}

result<void> read_pipelining(smtp_url& made, std::string_view value) {
  for (const auto use : {pipelining_use::off, pipelining_use::commands, pipelining_use::full})
    if (value == name_of(use)) {
      made.pipelining = use;
      return {};
    }
  return wrong("pipelining may be off, commands or full");
}

result<void> read_dsn(smtp_url& made, std::string_view value) {
  made.notify.clear();
  const auto is_never = value == "never";
  for (auto rest = value; !is_never;) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto one = rest.substr(0, end);
    if (one != "failure" && one != "delay" && one != "success")
      return wrong("dsn may be never, or some of failure, delay and success with commas between them");
    if (end == rest.size())
      break;
    rest.remove_prefix(end + 1);
  }
  std::ranges::transform(value, std::back_inserter(made.notify),
                         [](char c) { return c == ',' ? c : static_cast<char>(c - 'a' + 'A'); });
  return {};
}

result<void> read_option(smtp_url& made, std::string_view key, std::string_view value, bool is_smtps) {
  if (key == "tls" && is_smtps)
    return wrong("smtps:// is always TLS, ?tls= is for smtp://");
  if (key == "tls" && value == "require")
    made.tls = tls_use::required;
  else if (key == "tls" && value == "offered")
    made.tls = tls_use::offered;
  else if (key == "tls" && value == "never")
    made.tls = tls_use::never;
  else if (key == "tls")
    return wrong("tls may be require, offered or never");
  else if (key == "auth" && value == "insecure")
    made.may_auth_in_clear = true;
  else if (key == "auth")
    return wrong("auth may be insecure");
  else if (key == "pipelining")
    return read_pipelining(made, value);
  else if (key == "dsn")
    return read_dsn(made, value);
  else if (key == "chunking" && (value == "on" || value == "off"))
    made.may_chunk = value == "on";
  else if (key == "chunking")
    return wrong("chunking may be on or off");
  else
    return wrong("there is no option \"" + std::string{key} + "\"");
  return {};
}

/// The part between the slashes and what follows the host.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://");
  if (begin == std::string_view::npos)
    return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

} // namespace

std::string_view name_of(pipelining_use use) {
  switch (use) {
  case pipelining_use::off:
    return "off";
  case pipelining_use::commands:
    return "commands";
  case pipelining_use::full:
    return "full";
  }
  return "";
}

result<smtp_url> parse_smtp_url(std::string_view text) {
  if (std::ranges::count(authority_of(text), '@') > 1)
    return wrong(
        "an @ in the user name or the password is written %40: smtp://news%40shop.example:password@host");
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed)
    return wrong("it cannot be read (is a special character of user or password percent-encoded?)");
  const auto& url = *parsed;
  const auto is_smtps = url.scheme() == "smtps";
  if (!is_smtps && url.scheme() != "smtp")
    return wrong("its scheme is neither smtp nor smtps");
  smtp_url made;
  made.tls = is_smtps ? tls_use::implicit : tls_use::offered;
  made.port = is_smtps ? 465 : 25;
  made.host = url.host_type() == boost::urls::host_type::ipv6 ? url.host_address() : url.host();
  if (made.host.empty())
    return wrong("it names no host");
  if (url.has_port() && url.port().empty())
    return wrong("it has a colon and no port behind it");
  if (url.has_port()) {
    // Read here: the URL's own reading of it wraps around at 65536.
    const std::string digits{url.port()};
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, made.port);
    if (read.ec != std::errc{} || read.ptr != end || made.port == 0)
      return wrong("its port is not one of 1 to 65535");
  }
  made.user = url.user();
  made.password = url.password();
  // NUL divides the parts of AUTH PLAIN (RFC 4616).
  if (made.user.find('\0') != std::string::npos || made.password.find('\0') != std::string::npos)
    return wrong("user and password cannot hold a NUL");
  if (made.user.empty() && !made.password.empty())
    return wrong("it has a password and no user");
  if (url.has_fragment() || (!url.encoded_path().empty() && url.encoded_path() != "/"))
    return wrong("nothing but options may follow the host and port");
  for (const auto option : url.params())
    if (auto read = read_option(made, option.key, option.value, is_smtps); !read)
      return std::unexpected(read.error());
  return made;
}

} // namespace sluice
