#include "adapters/smtp/secret_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t secret_bytes_max = 64 * 1024;

struct secret_file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// What the kernel shows as a link and is none: `--set relay.password_file=<(pass show relay)`.
bool is_own_descriptor(std::string_view name) {
  return name.starts_with("/dev/fd/") || name.starts_with("/proc/self/fd/") || name == "/dev/stdin";
}

} // namespace

std::string first_line(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  return std::string{text.substr(0, text.find_first_of("\r\n"))};
}

result<std::string> read_secret_file(const std::string& name) {
  const auto cannot = [&](const std::string& why) {
    return failure(error_code::invalid_input, "\"" + name + "\" " + why);
  };
  const int links = is_own_descriptor(name) ? 0 : O_NOFOLLOW;
  const int handle = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | links);
  if (handle < 0 && errno == ELOOP)
    return cannot("is a link, and links to secrets are not followed: name the file that it leads to");
  const std::unique_ptr<std::FILE, secret_file_closer> file(handle < 0 ? nullptr : ::fdopen(handle, "rb"));
  if (!file)
    return cannot(std::string{"cannot be read: "} + std::strerror(errno));
  std::string text(secret_bytes_max + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return cannot(std::string{"cannot be read: "} + std::strerror(errno));
  if (text.size() > secret_bytes_max)
    return cannot("is too large for a secret");
  auto secret = first_line(text);
  if (secret.empty())
    return cannot("has an empty first line");
  return secret;
}

} // namespace sluice
