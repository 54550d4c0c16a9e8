#include "adapters/cli/engine_address.hpp"

#include "adapters/cli/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace sluice::cli {
namespace {

std::filesystem::path address_file(const std::filesystem::path& data_folder) {
  return data_folder / "address";
}

struct flock lock_of_kind(short kind) {
  struct flock lock{};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// What of a URL says whom it leads to.
struct place {
  bool is_clear = false; ///< http://
  std::string host;
  std::string port;
  bool is_loopback = false;
  bool is_any = false; ///< of an engine: it listens on all addresses of its machine
};

struct freed_by_curl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
    return {};
  const std::unique_ptr<char, freed_by_curl> freed(text);
  return text;
}

/// As the library reads it that will connect: where two read one URL differently, a token goes astray.
std::optional<place> place_of(const std::string& url) {
  const std::unique_ptr<CURLU, freed_by_curl> read(curl_url());
  if (!read || curl_url_set(read.get(), CURLUPART_URL, url.c_str(), CURLU_GUESS_SCHEME) != CURLUE_OK)
    return std::nullopt;
  place found;
  found.is_clear = part_of(read.get(), CURLUPART_SCHEME) != "https";
  found.host = part_of(read.get(), CURLUPART_HOST);
  found.port = part_of(read.get(), CURLUPART_PORT);
  if (found.host.starts_with('[') && found.host.ends_with(']'))
    found.host = found.host.substr(1, found.host.size() - 2);
  if (found.host == "localhost")
    found.host = "127.0.0.1";
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(found.host, is_name);
  found.is_loopback = !is_name && address.is_loopback();
  found.is_any = !is_name && address.is_unspecified();
  return found;
}

} // namespace

outcome<engine_address> engine_address::publish(const std::filesystem::path& data_folder,
                                                const std::string& url) {
  const auto file = address_file(data_folder);
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  engine_address made(handle);
  const auto text = url + '\n';
  auto lock = lock_of_kind(F_WRLCK);
  if (handle < 0 || ::fchmod(handle, S_IRUSR | S_IWUSR) != 0 || ::fcntl(handle, F_OFD_SETLK, &lock) != 0 ||
      ::ftruncate(handle, 0) != 0 || ::pwrite(handle, text.data(), text.size(), 0) < 0)
    return fail(
        exit_code::refused,
        fmt::format("cannot write {}: {}", shown(file.string()),
                    errno == ELOOP ? "it is a link, and links are not followed here" : std::strerror(errno)));
  return made;
}

engine_address::~engine_address() {
  if (handle_ >= 0)
    ::close(handle_);
}

engine_address::engine_address(engine_address&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

engine_address& engine_address::operator=(engine_address&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

std::optional<std::string> address_of_running(const std::filesystem::path& data_folder) {
  const int handle =
      ::open(address_file(data_folder).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (handle < 0)
    return std::nullopt;
  auto lock = lock_of_kind(F_RDLCK);
  std::array<char, 512> text{};
  // Only asks who holds it: to take it for a moment would be in the way of an engine that starts.
  const auto is_held = ::fcntl(handle, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
  const auto bytes = is_held ? ::read(handle, text.data(), text.size()) : -1;
  ::close(handle);
  if (bytes <= 0)
    return std::nullopt;
  const std::string url{text.data(), static_cast<std::size_t>(bytes)};
  return url.substr(0, url.find('\n'));
}

std::optional<failed> why_withheld(const std::string& url, const token_origin& from) {
  const auto there = place_of(url);
  if (!there)
    return failed{exit_code::usage, fmt::format("\"{}\" is no URL of an engine", shown(url))};
  if (!there->is_clear)
    return std::nullopt;
  const auto is_said = from.folder.empty();
  if (is_said && there->is_loopback)
    return std::nullopt;
  if (is_said)
    return failed{
        exit_code::refused,
        fmt::format(
            "{} is on another machine, and the token would go there in clear: use https:// (the engine "
            "can speak TLS, or a proxy before it), or a tunnel to this machine",
            shown(url))};
  const auto folder = shown(from.folder.string());
  if (!from.runs_at)
    return failed{
        exit_code::unreachable,
        fmt::format(
            "no engine runs on the data folder {}, and its token is for that one alone; give --token, "
            "or --data with the folder of the engine at {}",
            folder, shown(url))};
  const auto engine = place_of(*from.runs_at);
  if (engine && engine->is_clear && engine->port == there->port &&
      (engine->host == there->host || (engine->is_any && there->is_loopback)))
    return std::nullopt;
  return failed{
      exit_code::refused,
      fmt::format(
          "the engine of the data folder {} is at {}, and its token is for that one alone, not for {}; "
          "give --token, or --url {}",
          folder, shown(*from.runs_at), shown(url), shown(*from.runs_at))};
}

} // namespace sluice::cli
