#include "adapters/smtp/secret_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace sluice {

namespace {

constexpr std::size_t secret_bytes_max = 64 * 1024;

struct secret_file_closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

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
  const std::unique_ptr<std::FILE, secret_file_closer> file(std::fopen(name.c_str(), "rbe"));
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
